"""What was decided on the way: the settings that a search chose, and the look that ended each comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.stopped_looks import StoppedLooks
from reports.results.blocks import Block
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

WHY = {
    "crossed": "crossed: p is at or below the level",
    "futile": "stopped for futility: p is at or above the futility level",
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


LOOK_NUMBERS = ("stage", "look at seeds", "pairs", "difference [repeated 95 %]", "p", "level", "futile from", "sequential p")


def looks_table(block: Block) -> Table | None:
    """One row per comparison: the last look at it, its boundaries, what it found, and whether and why it ended; None without looks."""
    looks = block.design.get("looks", {})
    last = {(row["arm"], row["cell"]): row for row in looks.get("table", [])}
    if not last:
        return None
    planned = ", ".join(map(str, looks["seeds"]))
    stopped = StoppedLooks(looks)
    return Table(
        name=f"looks.{block.name}",
        caption=f"Which look ended each comparison with {looks['baseline']}, differences in points: {block.title}",
        columns=_columns("arm", "cell") + _numbers(*LOOK_NUMBERS) + _columns("why it ended"),
        rows=tuple(TableRow(tuple(_look(stopped, row))) for row in last.values()),
        footnotes=(f"Looks planned beforehand at {planned} seeds; {looks['test']}; {_rule(looks)}", *_after_stopping(looks)),
    )


def _rule(looks: Mapping[str, Any]) -> str:
    """How the looks share alpha, in a sentence."""
    over = f"{looks['comparisons']} comparison{'s' * (looks['comparisons'] != 1)}"
    if "spending" not in looks:
        return f"level {looks['level']:.3g} at each look: {looks['alpha']:g} over {len(looks['seeds'])} looks and {over}."
    levels, futile = (", ".join(f"{one:.3g}" for one in some) for some in (looks["levels"], looks["futility"]["levels"][:-1]))
    return (
        f"alpha {looks['alpha']:g} over {over}, spent over the looks as {looks['spending']} does (Lan and DeMets): levels {levels}; a "
        f"comparison that crosses leaves its share to the others. Futile from p = {futile}. The design finds a true difference of "
        f"{looks['effect']:.2f} standard deviations of the paired differences with power {looks['futility']['power']:g}, futility counted. "
        "Futility is not binding: the levels hold if a comparison is continued all the same."
    )


def _after_stopping(looks: Mapping[str, Any]) -> tuple[str, ...]:
    over = "A comparison that ended early by crossing overstates its difference somewhat: it ended because the difference was large."
    if "spending" not in looks:
        return (over,)
    valid = (
        "Repeated 95 %: the repeated confidence interval, which covers the true difference at all looks together with 95 %, and so holds "
        "whatever ended the comparison. Sequential p: the smallest alpha, over all looks of this one comparison, at which this look would "
        "have crossed; Holm's correction starts from it. Stopped for futility says that more seeds would likely have shown nothing, not "
        "that there is no difference: the interval says which differences remain possible."
    )
    return (valid, over)


def _look(looks: StoppedLooks, row: Mapping[str, Any]) -> list[TableCell]:
    stage = looks.number(row["arm"], row["cell"]) + 1
    counts = [TableCell(row[name], scale=1, digits=0) for name in ("seeds", "pairs")]
    low, high = row.get("low"), row.get("high")
    difference = TableCell(row["difference"], interval=None if low is None or high is None else (low, high), signed=True)
    last = stage == len(looks.fractions)  # which ends every comparison
    levels = [_p(row.get("level")), _p(None if last else row.get("futility"))]
    p, valid = row["p"], None if row["p"] is None else looks.p(row["p"], row["arm"], row["cell"])
    numbers = [words(f"{stage} of {len(looks.fractions)}"), *counts, difference, _p(p), *levels, _p(valid)]
    return [words(row["arm"]), words(row["cell"]), *numbers, words(WHY[row["why"]])]


def _p(p: float | None) -> TableCell:
    return words("-" if p is None else f"{p:.2g}")


def _columns(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, (name,), False) for name in names)


def _numbers(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, (name,)) for name in names)
