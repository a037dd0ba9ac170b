"""What was decided on the way: the settings that a search chose, and the look that ended each comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.results.blocks import Block
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

WHY = {
    "crossed": "crossed: p is at or below the level",
    "last look": "last look: no more seeds are planned",
    "": "not ended yet",
}


def choices_table(block: Block) -> Table | None:
    """One row per arm and cell: budget, chosen setting, its development score and that of the default; None without a finished search."""
    search = block.design.get("search", {})
    rows = [TableRow(tuple(_choice(search, choice))) for choice in search.get("choices", [])]
    if not rows:
        return None
    none = sorted(name for name, drawn in search["drawn"].items() if not drawn)
    labels = "; ".join(f"{cell}: {count}" for cell, count in search["labels"].items())
    return Table(
        name=f"choices.{block.name}",
        caption=f"What the search chose, by mean development score in points: {block.title}",
        columns=_columns("arm", "cell", "chosen setting") + _numbers("draw", "of", "development score", "of the default"),
        rows=tuple(rows),
        footnotes=(
            f"Budget: {search['trials']} settings per arm and cell, the default (draw 1) among them; each scored on the tuning splits with "
            f"the seeds {search['splits'][0]} to {search['splits'][-1]}, which no report uses. Test scores play no part.",
            f"Labels that the search used beside those of the reported runs: {labels}.",
            *([f"Nothing to search, and so no trials: {', '.join(none)} (their defaults)."] if none else []),
            *(f"{choice['arm']} in {choice['cell']}: {choice['why']}." for choice in search["choices"] if choice["why"]),
        ),
    )


def _choice(search: Mapping[str, Any], choice: Mapping[str, Any]) -> list[TableCell]:
    means = choice["means"]
    setting = ", ".join(f"{name} = {value}" for name, value in choice["setting"].items())
    numbers = [TableCell(choice["trial"] + 1, scale=1, digits=0), TableCell(search["drawn"][choice["arm"]], scale=1, digits=0)]
    return [words(choice["arm"]), words(choice["cell"]), words(setting), *numbers, TableCell(means[choice["trial"]]), TableCell(means[0])]


def looks_table(block: Block) -> Table | None:
    """One row per comparison: the last look at it, what it found, and whether and why it ended; None without looks."""
    looks = block.design.get("looks", {})
    last = {(row["arm"], row["cell"]): row for row in looks.get("table", [])}
    if not last:
        return None
    planned = ", ".join(map(str, looks["seeds"]))
    return Table(
        name=f"looks.{block.name}",
        caption=f"Which look ended each comparison with {looks['baseline']}, differences in points: {block.title}",
        columns=_columns("arm", "cell") + _numbers("look at seeds", "pairs", "difference", "p") + _columns("why it ended"),
        rows=tuple(TableRow(tuple(_look(row))) for row in last.values()),
        footnotes=(
            f"Looks planned beforehand at {planned} seeds; {looks['test']}; level {looks['level']:.3g} at each look: "
            f"{looks['alpha']:g} over {len(looks['seeds'])} looks and {looks['comparisons']} comparisons.",
            "A comparison that ended early by crossing overstates its difference somewhat: it ended because the difference was large.",
        ),
    )


def _look(row: Mapping[str, Any]) -> list[TableCell]:
    counts = [TableCell(row[name], scale=1, digits=0) for name in ("seeds", "pairs")]
    p = words("-" if row["p"] is None else f"{row['p']:.2g}")
    return [words(row["arm"]), words(row["cell"]), *counts, TableCell(row["difference"], signed=True), p, words(WHY[row["why"]])]


def _columns(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, (name,), False) for name in names)


def _numbers(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, (name,)) for name in names)
