"""Across tasks: on how many is an arm better, is it better on a new one, and how do the arms rank?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.stats.intervals import Estimate, Interval
from benchmark.stats.over_tasks.partial_conjunction import partial_conjunction
from benchmark.stats.over_tasks.ranks import Ranks, interquartile_mean, ranks
from benchmark.stats.over_tasks.shared_seeds import SharedSeeds
from benchmark.stats.paired import Comparison
from benchmark.stats.power import smallest_detectable
from reports.analysis.analysis import Analysis
from reports.analysis.headlines import headlines
from reports.analysis.over_tasks import (
    OverTasks,
    TaskLevel,
    family_sizes,
    holm_by_group,
    margin_heads,
    margin_note,
    over_tasks,
    p_beyond,
    smallest_effect,
    task_levels,
    usable,
)
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, number, words
from reports.tables.vs_baseline import p_value


def levels(block: Block) -> list[TaskLevel]:
    """The levels of a block that have two tasks or more."""
    return [level for level in task_levels(block) if len({cell.task for cell in level.cells}) > 1]


def complete(block: Block, level: TaskLevel) -> tuple[list[str], list[ScoredCell]]:
    """Arms and cells of a level such that each of the arms has runs in each of the cells: no aggregate mixes sets of cells.

    Either every cell in which anything has run and the arms that have them all, or every arm and the cells that have them all: what
    keeps more runs, at least two cells where there are.
    """
    cells = [cell for cell in level.cells if any(_scores(block, arm, cell) for arm in block.arms)]
    arms = [arm for arm in block.arms if any(_scores(block, arm, cell) for cell in cells)]
    by_cell = ([arm for arm in arms if all(_scores(block, arm, cell) for cell in cells)], cells)
    by_arm = (arms, [cell for cell in cells if all(_scores(block, arm, cell) for arm in arms)])
    return max((by_cell, by_arm), key=lambda found: (len(found[1]) > 1, len(found[0]) * len(found[1])))


def _scores(block: Block, arm: str, cell: ScoredCell) -> list[float]:
    runs = block.runs.get((arm, cell))
    return list(runs.scores.values()) if runs else []


def rank_arms(block: Block, level: TaskLevel) -> Ranks | None:
    """Ranks of the arms over the tasks of a level; None for fewer than two tasks or three arms."""
    arms, cells = complete(block, level)
    if len(arms) < 3 or len(cells) < 2:
        return None
    return ranks({arm: [sum(scores) / len(scores) for cell in cells if (scores := _scores(block, arm, cell))] for arm in arms})


HEADS = (
    "labels and noise",
    "arm",
    "on",
    "gain on these tasks [95 %]",
    "p",
    "Holm p",
    "gain on a new task [95 %]",
    "p, new task",
    "Holm p, new task",
    "sd between tasks [95 %]",
    "range of a new task [95 %]",
    "smallest detectable",
    "better on at least",
    "inter-quartile mean [95 %]",
    "mean rank",
)
TEXT = {"labels and noise", "arm", "on", "better on at least"}


@dataclass(frozen=True)
class _Row:
    """A line of the table before p-values are corrected: an arm at a level."""

    arm: str
    level: str
    answer: OverTasks | None
    compared: tuple[Comparison, ...]
    middle: TableCell
    rank: TableCell
    first: bool

    @property
    def place(self) -> tuple[str, str]:
        return self.arm, self.level


def across_table(analysis: Analysis) -> Table | None:
    """One line per level and arm; None where no level has two tasks."""
    rows: list[_Row] = []
    notes: list[str] = []
    for level in levels(analysis.block):
        arms, cells = complete(analysis.block, level)
        if len(cells) < 2:
            continue
        found = list(_rows(analysis, level, arms, cells))
        rows += found
        left = [arm for arm in analysis.block.arms if arm not in arms] + [cell.task for cell in level.cells if cell not in cells]
        notes.append(
            f"{level.name}: ranks, counts of tasks and inter-quartile means over {', '.join(cell.task for cell in cells)}"
            + (f"; incomplete, left out: {', '.join(left)}." if left else ".")
        )
        notes += _seeds_in_common(level, found)
    if not rows:
        return None
    block, margin = analysis.block, smallest_effect(analysis.block.suite)
    heads = (*HEADS, *margin_heads(margin))
    corrected = _Corrected(analysis, rows, margin)
    return Table(
        name=f"across-{analysis.against}.{block.name}",
        caption=f"Across tasks, in points, against {analysis.against}: {block.title}",
        columns=tuple(TableColumn(name, (name,), name not in TEXT) for name in heads),
        rows=tuple(TableRow(tuple(corrected.line(row)), rule=row.first and i > 0) for i, row in enumerate(rows)),
        header=(_how(analysis, rows, margin),),
        footnotes=tuple(notes),
        sortable=False,
    )


def _seeds_in_common(level: TaskLevel, rows: list[_Row]) -> list[str]:
    """Whether the error on these tasks, which takes tasks as independent, is too small because they share their seeds."""
    seen: dict[int, list[tuple[str, SharedSeeds]]] = {}
    for row in rows:
        if row.answer is not None and row.answer.seeds is not None:
            seen.setdefault(row.answer.seeds.seeds, []).append((row.arm, row.answer.seeds))
    return [
        f"{level.name}: tasks share their seeds. With all tasks of a seed as one unit the error of the gain on these tasks is "
        f"{_from_to(some)} times that of independent tasks; by chance alone {some[0][1].low:.2f} to {some[0][1].high:.2f} in 95 % of arms "
        f"({seeds} seeds)."
        for seeds, some in sorted(seen.items(), reverse=True)
    ]


def _from_to(some: list[tuple[str, SharedSeeds]]) -> str:
    """The smallest and the largest ratio with their arms."""
    ratios = sorted((found.ratio, arm) for arm, found in some)
    return " to ".join(f"{ratio:.2f} ({arm})" for ratio, arm in dict.fromkeys((ratios[0], ratios[-1])))


def _how(analysis: Analysis, rows: list[_Row], margin: float | None) -> str:
    families = family_sizes(analysis, {row.place: None for row in rows if row.answer is not None})
    stopped = "Not tested where looks chose the number of pairs of each cell. " if analysis.looks is not None else ""
    return (
        "Gain on these tasks: mean over tasks of the mean paired difference, every task weighing alike, error from the splits within each "
        "(Satterthwaite). On a new task: tasks as a sample, random effects (Paule and Mandel), Hartung-Knapp-Sidik-Jonkman interval; the "
        "range of a new task is the prediction interval of its true gain, approximate: at 95 % it misses in 7 to 9 % of simulated cases. "
        f"Tasks at floor and tasks with fewer than two pairs are left out of both. {stopped}Holm's p on these tasks is that of the "
        "report's first answers: over arms and numbers of labels of a family, also those with one task. The other kinds of p are corrected "
        f"over the lines of this table, within each family: {families}. {margin_note(margin)}Smallest detectable: on these tasks, power "
        ".8, before correction. Better on at least u of n, and worse likewise: partial conjunction of one-sided p-values (Bonferroni, "
        "alpha .05), not corrected over arms. Inter-quartile mean: over the runs of all tasks together, without the lowest and the highest "
        "quarter, so that tasks with extreme scores weigh less and tasks with more runs more; these tasks, new runs (stratified bootstrap, "
        "5,000 resamples). Mean rank: a picture, no test; ties share."
    )


def _rows(analysis: Analysis, level: TaskLevel, arms: list[str], cells: list[ScoredCell]) -> Iterator[_Row]:
    ranked = rank_arms(analysis.block, TaskLevel(level.name, tuple(cells)))
    for i, arm in enumerate(arms):
        middle = interquartile_mean({cell.label: _scores(analysis.block, arm, cell) for cell in cells})
        used = usable(analysis, arm, level.cells)
        yield _Row(
            arm,
            level.name,
            over_tasks(analysis.block.suite, used, [analysis.units[arm, cell] for cell in used]),
            tuple(analysis.comparisons[arm, cell] for cell in cells if (arm, cell) in analysis.comparisons and not analysis.floored(cell)),
            TableCell() if middle is None else TableCell(middle.value, interval=(middle.low, middle.high)),
            TableCell(ranked.mean_rank[arm], scale=1, digits=2) if ranked else TableCell(),
            i == 0,
        )


class _Corrected:
    """The lines of the table, with every kind of p corrected over them."""

    def __init__(self, analysis: Analysis, rows: list[_Row], margin: float | None) -> None:
        self.analysis = analysis
        answers = {row.place: row.answer for row in rows if row.answer is not None}
        self.fixed = {(one.arm, one.level): one.p_holm for one in headlines(analysis) if one.arm not in analysis.nulls}
        self.random = self._holm({place: None if one.random is None else one.random.mean.p() for place, one in answers.items()})
        self.margins: list[dict[tuple[str, str], float | None]] = []
        if margin is not None:
            self.margins = [
                self._holm({place: p_beyond(one.fixed, margin) for place, one in answers.items()}),
                self._holm({place: one.fixed.p_equivalence(margin) for place, one in answers.items()}),
            ]

    def _holm(self, p: Mapping[tuple[str, str], float | None]) -> dict[tuple[str, str], float | None]:
        """Holm's p; none at all where each cell stopped at a look that its own scores chose."""
        return holm_by_group(self.analysis, p) if self.analysis.looks is None else dict.fromkeys(p)

    def line(self, row: _Row) -> list[TableCell]:
        """The cells of a line."""
        start, end = [words(row.level), words(row.arm)], [row.middle, row.rank]
        if row.answer is None:
            said = "baseline" if row.arm == self.analysis.against else "too few pairs, or at floor"
            return [*start, words(said), *[TableCell()] * 9, words("-"), *end, *[TableCell()] * len(self.margins)]
        found, random = row.answer, row.answer.random
        stopped = self.analysis.looks is not None
        fixed = [_estimate(found.fixed), p_value(None if stopped else found.fixed.p()), p_value(self.fixed.get(row.place))]
        new = [
            TableCell() if random is None else _estimate(random.mean),
            p_value(None if stopped or random is None else random.mean.p()),
            p_value(self.random[row.place]),
            TableCell() if random is None else _interval(random.tau, signed=False),
            TableCell() if random is None or random.prediction is None else _range(random.prediction),
        ]
        detectable = smallest_detectable(found.fixed.error / 100, max(2, round(found.fixed.freedom) + 1), factor=1.0)
        tasks = len(found.used)
        on = words(f"{tasks} task{'s' * (tasks != 1)}, {found.pairs} pairs")
        margins = [p_value(one[row.place]) for one in self.margins]
        at_least = words("not tested") if stopped else _at_least(row.compared)
        return [*start, on, *fixed, *new, TableCell(detectable), at_least, *end, *margins]


def _estimate(found: Estimate) -> TableCell:
    return _interval(found.interval(), signed=True)


def _interval(found: Interval, signed: bool) -> TableCell:
    return TableCell(found.value, interval=(found.low, found.high), scale=1, signed=signed)


def _range(found: Interval) -> TableCell:
    low, high = (number(end, signed=True) for end in (found.low, found.high))
    return words(f"{low} to {high}")


def _at_least(compared: Sequence[Comparison]) -> TableCell:
    """On how many tasks the arm is better, and on how many it is worse: each a partial conjunction of its own."""
    if not compared or any(found.p is None for found in compared):
        return words("too few pairs")
    better = partial_conjunction([found.p_greater for found in compared])
    worse = partial_conjunction([found.p_less for found in compared])
    said = f"{better.at_least} of {better.n}"
    return words(f"{said}; worse on {worse.at_least}" if worse.at_least else said)
