"""Across tasks: on how many is an arm better, is it better on a new one, and how do the arms rank?"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from benchmark.stats.over_tasks.partial_conjunction import partial_conjunction
from benchmark.stats.over_tasks.ranks import Ranks, ranks
from benchmark.stats.over_tasks.task_means import interquartile_mean, task_means
from benchmark.stats.paired import Comparison
from benchmark.stats.power import smallest_detectable
from reports.analysis.analysis import Analysis
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words
from reports.tables.vs_baseline import p_value


@dataclass(frozen=True)
class TaskLevel:
    """Cells of several tasks that agree in everything else."""

    name: str
    cells: tuple[ScoredCell, ...]


def levels(block: Block) -> list[TaskLevel]:
    """Groups of at least two cells with the same labels and noise, one per task and metric."""
    found: dict[tuple[str, ...], list[ScoredCell]] = {}
    for cell in block.cells:
        found.setdefault((f"N = {cell.size}", cell.noise_text, cell.apart, cell.metric), []).append(cell)
    several = len({cell.metric for cell in block.cells}) > 1
    named = {" ".join(part for part in (where if several else where[:3]) if part): cells for where, cells in found.items()}
    return [TaskLevel(name, tuple(cells)) for name, cells in named.items() if len({cell.task for cell in cells}) > 1]


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
    "mean difference over tasks",
    "p over tasks",
    "smallest detectable",
    "better on at least",
    "inter-quartile mean [95 %]",
    "mean rank",
)


def across_table(analysis: Analysis) -> Table | None:
    """One line per level and arm; None where no level has two tasks."""
    rows: list[TableRow] = []
    notes: list[str] = []
    for level in levels(analysis.block):
        arms, cells = complete(analysis.block, level)
        if len(cells) < 2:
            continue
        ranked = rank_arms(analysis.block, level)
        rows += [TableRow(tuple(_line(analysis, level.name, arm, cells, ranked)), rule=i == 0 and bool(rows)) for i, arm in enumerate(arms)]
        left = [arm for arm in analysis.block.arms if arm not in arms] + [cell.task for cell in level.cells if cell not in cells]
        notes.append(
            f"{level.name}: tasks {', '.join(cell.task for cell in cells)}"
            + (f"; incomplete, left out: {', '.join(left)}." if left else ".")
        )
    if not rows:
        return None
    block = analysis.block
    return Table(
        name=f"across-{analysis.against}.{block.name}",
        caption=f"Across tasks, in points, against {analysis.against}: {block.title}",
        columns=tuple(TableColumn(name, (name,), i > 1) for i, name in enumerate(HEADS)),
        rows=tuple(rows),
        header=(
            "Mean difference [95 %]: one value per task, t-test over tasks: what to expect on a new task like these; smallest detectable: "
            "of that test, power .8. Better on at least u of n: partial conjunction of one-sided p-values (Bonferroni, alpha .05). "
            "Inter-quartile mean: over the runs of all tasks together, without the lowest and the highest quarter, so that tasks with "
            "extreme scores weigh less and tasks with more runs more; these tasks, new runs (stratified bootstrap, 5,000 resamples). "
            "Mean rank: a picture, no test; "
            "ties share. Nothing here is corrected over arms.",
        ),
        footnotes=tuple(notes),
        sortable=False,
    )


def _line(analysis: Analysis, name: str, arm: str, cells: list[ScoredCell], ranked: Ranks | None) -> list[TableCell]:
    middle = interquartile_mean({cell.task: _scores(analysis.block, arm, cell) for cell in cells})
    rank = TableCell(ranked.mean_rank[arm], scale=1, digits=2) if ranked else TableCell()
    scores = TableCell() if middle is None else TableCell(middle.value, interval=(middle.low, middle.high))
    compared = [analysis.comparisons[arm, cell] for cell in cells if (arm, cell) in analysis.comparisons]
    means = [found.difference for found in compared if found.difference is not None]
    if arm == analysis.against or len(means) < len(cells):
        return [
            words(name),
            words(arm),
            words("baseline" if arm == analysis.against else "-"),
            TableCell(),
            TableCell(),
            words("-"),
            scores,
            rank,
        ]
    over = task_means(means)
    ends = (over.interval.low, over.interval.high) if over.interval else None
    found = smallest_detectable(statistics.stdev(means), len(means))
    difference = TableCell(over.difference, interval=ends, signed=True)
    return [words(name), words(arm), difference, p_value(over.p), TableCell(found), _at_least(compared), scores, rank]


def _at_least(compared: list[Comparison]) -> TableCell:
    """On how many tasks the arm is better, and on how many it is worse: each a partial conjunction of its own."""
    if any(found.p is None for found in compared):
        return words("too few pairs")
    better = partial_conjunction([found.p_greater for found in compared])
    worse = partial_conjunction([found.p_less for found in compared])
    said = f"{better.at_least} of {better.n}"
    return words(f"{said}; worse on {worse.at_least}" if worse.at_least else said)
