"""Separation: runs of different data, settings, code, numerics or encoder never share a cell or an arm; names say what differs.

What a cell is (data, split rule, noise, numerics, metric) separates cells; what an arm is (method, parameters, code, encoder, compute,
budget) separates arms. Rows are plain dictionaries of the results frame; a row's setting is its spec without seeds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.records.spec import canonical
from reports.results.scored_cell import ScoredCell

Row = dict[str, Any]
Leaves = dict[str, str]  # dotted path in a spec -> its value as text

# What a cell is made of, in the order in which a name says it; every other leaf of a spec belongs to the arm.
OF_CELL = ("task.data", "split", "noise", "sampler", "numerics", "version", "task", "metric", "scorer")
# What may differ between the cells of one arm: the budget follows the size of the training set, matched costs those of another arm.
OF_BOTH = ("budget", "method.matched", "encoder.max_length")
BY_SIZE = ("budget.steps", "method.matched")  # equal where training sets are of equal size
WORDS = {
    "task.data": "data",
    "task.n_classes": "classes",
    "split.test_cap": "test cap",
    "split.protocol": "protocol",
    "split.dev": "development",
    "noise.size": "noise size",
    "version": "spec version",
    "scorer": "metric script",
    "method.name": "method",
    "method.code": "code",
    "method.matched": "matched cost",
    "encoder.name": "encoder",
    "encoder.commit": "encoder commit",
    "encoder.weights": "weights",
    "encoder.files": "encoder files",
}
HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class Separated:
    """The rows of a block with what distinguishes them in their names.

    Args:
        rows: with `variant` renamed where an arm had to be separated, and `apart` filled where a cell had to be.
        notes: one line for each arm and cell that was separated, and for each plan that is not shown.
    """

    rows: list[Row]
    notes: tuple[str, ...]


def separate(rows: Sequence[Row], settings: Mapping[str, Mapping[str, Any]], tuned: bool = False) -> Separated:
    """Separate the rows of one suite, profile and protocol.

    Args:
        settings: id -> spec without seeds; a row of an older manifest without a record has none and follows the runs of its arm and cell.
        tuned: whether parameters were chosen cell by cell, so that an arm may have others in another cell.
    """
    leaves = {name: dict(flat_items(setting)) for name, setting in settings.items()}
    kept, notes = _without_superseded([{**row, "apart": ""} for row in rows], leaves)
    _follow(kept)
    return Separated(kept, (*notes, *_separate_cells(kept, leaves), *_separate_arms(kept, leaves, tuned)))


def _without_superseded(rows: list[Row], leaves: Mapping[str, Leaves]) -> tuple[list[Row], list[str]]:
    """Without the planned runs of settings that have no record, where another setting of the same arm and cell has some: a plan that was
    replaced before it ran."""
    groups = _grouped(rows, lambda row: (row["variant"], _label(row)))
    gone: dict[int, None] = {}
    notes = []
    for (arm, label), group in groups.items():
        alive = {row["setting"] for row in group if row["status"] != "missing"}
        planned = {_seeds(row) for row in group if row["setting"] in alive}
        dead = [row for row in group if alive and row["setting"] not in alive and (row["setting"] or _seeds(row) in planned)]
        gone |= dict.fromkeys(map(id, dead))
        if named := {row["setting"]: None for row in dead if row["setting"] in leaves}:
            differing = _differing([leaves[name] for name in (*sorted(alive), *named) if name in leaves])
            words = ", ".join(_word(name) for name in differing) or "nothing that is recorded"
            notes.append(f"{len(dead)} planned runs of {arm} on {label} have no record and are not shown: a plan with other {words}.")
    return [row for row in rows if id(row) not in gone], notes


def _follow(rows: list[Row]) -> None:
    """Give planned runs without a setting or a metric script those of the runs of their arm and cell that have a record."""
    for group in _grouped(rows, lambda row: (row["variant"], _label(row))).values():
        known = [row for row in group if row["status"] != "missing"] or group
        for row in group:
            row["setting"] = row["setting"] or known[0]["setting"]
            if row["status"] != "done":
                row["scorer"] = next((one["scorer"] for one in known if one["status"] == "done"), "")


def _separate_cells(rows: list[Row], leaves: Mapping[str, Leaves]) -> Iterator[str]:
    """Fill `apart` where cells of one label differ in what a cell is made of."""
    for label, group in _grouped(rows, _label).items():
        parts, names = _parts(group, leaves, lambda row: _cell_leaves(row, leaves), OF_CELL)
        for members, name in zip(parts, names, strict=True):
            for row in members:
                row["apart"] = f"[{name}]"
        if parts:
            listed = ", ".join(_word(name) for name in _differing([_cell_leaves(members[0], leaves) for members in parts]))
            yield f"{label} stands for {len(parts)} cells that differ in {listed}; they are shown apart: {'; '.join(sorted(names))}."


def _separate_arms(rows: list[Row], leaves: Mapping[str, Leaves], tuned: bool) -> Iterator[str]:
    """Rename the arms that differ in what an arm is made of: first over all cells, then within each."""
    for arm, group in _grouped(rows, lambda row: row["variant"]).items():
        yield from _rename(arm, group, leaves, lambda row: _arm_leaves(row, leaves, tuned))
    said: dict[str, None] = {}
    for (arm, *_), group in _grouped(rows, lambda row: (row["variant"], _label(row), row["apart"])).items():
        by_size = _differing_by_size(group, leaves)
        said |= dict.fromkeys(_rename(arm, group, leaves, lambda row, by_size=by_size: _local_leaves(row, leaves, by_size)))  # type: ignore[misc]
    yield from said


def _rename(arm: str, group: list[Row], leaves: Mapping[str, Leaves], content: Callable[[Row], Leaves]) -> Iterator[str]:
    parts, names = _parts(group, leaves, content, tuple(WORDS))
    for members, name in zip(parts, names, strict=True):
        for row in members:
            row["variant"] = f"{arm} [{name}]"
    if parts:
        listed = ", ".join(_word(name) for name in _differing([content(members[0]) for members in parts]))
        yield f"{arm} stands for {len(parts)} arms that differ in {listed}; they are shown apart: {'; '.join(sorted(names))}."


def _parts(
    group: list[Row], leaves: Mapping[str, Leaves], content: Callable[[Row], Leaves], order: Sequence[str]
) -> tuple[list[list[Row]], list[str]]:
    """The rows of each content, and a name for each; nothing where there is one content only. A row whose setting is not known (a planned
    run of an older manifest) joins the first."""
    known = _grouped((row for row in group if row["setting"] in leaves), lambda row: (row["setting"], row["metric"], row["scorer"]))
    found: dict[str, list[Row]] = {}
    for members in known.values():  # the content is the same for all runs of a setting
        found.setdefault(canonical(content(members[0])), []).extend(members)
    if len(found) < 2:
        return [], []
    parts = list(found.values())
    names = _names([content(members[0]) for members in parts], order)
    parts[0] += [row for row in group if row["setting"] not in leaves]
    return parts, names


def _cell_leaves(row: Row, leaves: Mapping[str, Leaves]) -> Leaves:
    own = leaves.get(row["setting"], {})
    return {name: value for name, value in own.items() if _within(name, OF_CELL)} | {"metric": row["metric"], "scorer": row["scorer"]}


def _arm_leaves(row: Row, leaves: Mapping[str, Leaves], tuned: bool) -> Leaves:
    beside = (*OF_CELL, *OF_BOTH, *(("method.params",) if tuned else ()))
    return {name: value for name, value in leaves.get(row["setting"], {}).items() if not _within(name, beside)}


def _local_leaves(row: Row, leaves: Mapping[str, Leaves], by_size: set[str]) -> Leaves:
    """What an arm must have in common within a cell. What follows from the size of the training set counts only where it differs among
    runs of one size (`by_size`)."""
    own = {name: value for name, value in leaves.get(row["setting"], {}).items() if not _within(name, OF_CELL)}
    return {name: value for name, value in own.items() if not _within(name, BY_SIZE) or name in by_size}


def _differing_by_size(group: list[Row], leaves: Mapping[str, Leaves]) -> set[str]:
    """The leaves of `BY_SIZE` in which two rows of one training size differ."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for setting, n_train in {(row["setting"], str(row["n_train"])): None for row in group}:
        for name, value in leaves.get(setting, {}).items():
            if _within(name, BY_SIZE):
                found[name, n_train].add(value)
    return {name for (name, _), values in found.items() if len(values) > 1}


def _names(contents: Sequence[Leaves], order: Sequence[str]) -> list[str]:
    """A short distinct name for each content, made of as few leaves as distinguish them all; those of `order` come first."""
    differing = sorted(_differing(contents), key=lambda name: _rank(name, order))
    chosen: list[str] = []
    for name in differing:
        before, after = (len({tuple(one.get(n, "") for n in names) for one in contents}) for names in (chosen, [*chosen, name]))
        if after > before:
            chosen.append(name)
    length = 8
    while True:
        names = [", ".join(f"{_word(name)} {_short(one.get(name, 'none'), length)}" for name in chosen) for one in contents]
        if len(set(names)) == len(names) or length > 64:
            return names
        length *= 2


def _rank(name: str, order: Sequence[str]) -> tuple[int, str]:
    return next((i for i, prefix in enumerate(order) if _within(name, (prefix,))), len(order)), name


def _differing(contents: Sequence[Leaves]) -> list[str]:
    """The leaves in which contents differ."""
    return sorted({name for one in contents for name in one if len({other.get(name) for other in contents}) > 1})


def _within(name: str, prefixes: Iterable[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _word(name: str) -> str:
    return WORDS.get(name, name.rpartition(".")[2].replace("_", " "))


def _short(value: str, length: int) -> str:
    return value[:length] if len(value) >= 32 and set(value) <= HEX else value[: 5 * length]


def _label(row: Row) -> str:
    return ScoredCell.of_row(row).label


def _seeds(row: Row) -> tuple[Any, ...]:
    return row["split_seed"], row["seed"], row["init_seed"]


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def flat_items(content: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of nested plain data as text, each under its dotted path."""
    if isinstance(content, Mapping) and content:
        for name, value in content.items():
            yield from flat_items(value, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, content if isinstance(content, str) else canonical(content)
