"""An arm against another over tasks: the one analysis that every suite's report uses, with tasks fixed and with tasks as a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from benchmark.config.analysis_plan import AnalysisPlan
from benchmark.config.toml_files import load_analysis, names
from benchmark.stats.intervals import Estimate
from benchmark.stats.multiplicity import holm
from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means, fixed_tasks
from benchmark.stats.over_tasks.random_tasks import RandomTasks, random_tasks
from benchmark.stats.over_tasks.shared_seeds import SharedSeeds, shared_seeds
from benchmark.stats.pairing import PairedUnits
from reports.analysis.analysis import ALPHA, Analysis
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell

FEWEST = 2  # pairs of a task


@dataclass(frozen=True)
class TaskLevel:
    """Cells of one or more tasks that agree in everything else."""

    name: str
    cells: tuple[ScoredCell, ...]


@dataclass(frozen=True)
class OverTasks:
    """Mean over tasks of the mean paired difference, in points; every task weighs alike.

    Args:
        used: the cells that it rests on.
        pairs: paired units over all of them.
        fixed: on these tasks, error from the splits within each.
        random: on a new task; None for fewer than two (clusters of) tasks.
        seeds: whether a seed moves all tasks alike, which `fixed` takes it not to do; None where it cannot be seen.
    """

    used: tuple[ScoredCell, ...]
    pairs: int
    fixed: Estimate
    random: RandomTasks | None
    seeds: SharedSeeds | None = None


def task_levels(block: Block) -> list[TaskLevel]:
    """Cells with the same labels, noise, sampler and metric, by number of labels; one per task."""
    found: dict[tuple[str, ...], list[ScoredCell]] = {}
    for cell in block.cells:
        found.setdefault((*cell.lines[1:], cell.metric), []).append(cell)
    several = len({cell.metric for cell in block.cells}) > 1
    named = [(" ".join(part for part in (where if several else where[:-1]) if part), cells) for where, cells in found.items()]
    return [TaskLevel(name, tuple(cells)) for name, cells in sorted(named, key=lambda item: (item[1][0].examples, item[0]))]


def usable(analysis: Analysis, arm: str, cells: Sequence[ScoredCell]) -> tuple[ScoredCell, ...]:
    """The cells in which an arm has two pairs or more with the baseline and some arm has learnt something."""
    units = analysis.units
    return tuple(cell for cell in cells if (arm, cell) in units and units[arm, cell].n >= FEWEST and not analysis.floored(cell))


def over_tasks(suite: str, cells: Sequence[ScoredCell], units: Sequence[PairedUnits]) -> OverTasks | None:
    """Both inferences from the paired units of each cell; None where no cell has two pairs."""
    enough = [(cell, one) for cell, one in zip(cells, units, strict=True) if one.n >= FEWEST]
    values = [
        TaskValues(cell.label, _cluster(suite, cell.task), 100 * (one.a - one.b), one.labels, one.variance_factor) for cell, one in enough
    ]
    if not values:
        return None
    pairs = sum(one.n for _, one in enough)
    used, random = tuple(cell for cell, _ in enough), random_tasks(cluster_means(values))
    return OverTasks(used, pairs, fixed_tasks(values), random, shared_seeds(values))


def estimate_of(units: PairedUnits) -> Estimate | None:
    """The mean paired difference of one cell, in points, with its t error; None for fewer than three pairs, as for the primary test."""
    if units.n < 3:
        return None
    return TaskValues("", "", 100 * (units.a - units.b), units.labels, units.variance_factor).estimate


def smallest_effect(suite: str) -> float | None:
    """The smallest difference of interest that a suite's registered analysis declares, in points; None where it has none."""
    plan = _registered_plan(suite)
    return None if plan is None else plan.smallest_effect


def in_points(margin: float) -> str:
    """`1 point`, `1.5 points`."""
    return f"{margin:g} point{'s' * (margin != 1)}"


def margin_heads(margin: float | None) -> tuple[str, ...]:
    """The columns of the tests against a declared smallest effect; none where the suite declares none."""
    return () if margin is None else (f"beyond {in_points(margin)}, Holm p", f"within {in_points(margin)}, Holm p")


def margin_note(margin: float | None) -> str:
    """What those columns test, in a sentence that ends with a blank; "" where the suite declares no smallest effect."""
    if margin is None:
        return ""
    return (
        f"Beyond and within {in_points(margin)}, the smallest effect that the suite's analysis declares: minimum-effect test (two-sided, "
        "further from zero than that), and two one-sided tests for equivalence with zero. "
    )


def p_beyond(found: Estimate, margin: float) -> float:
    """Two-sided p of the minimum-effect test: the true value lies further from zero than `margin` (Murphy and Myors 1999)."""
    return min(1.0, 2 * min(found.p_greater(margin), found.p_less(-margin)))


def holm_by_group(analysis: Analysis, p: Mapping[tuple[str, str], float | None]) -> dict[tuple[str, str], float | None]:
    """Holm's p over (arm, row), each arm's family declared by its method; None for a null arm, which is no claim."""
    families: dict[str, dict[str, float | None]] = {}
    for (arm, row), value in p.items():
        if arm not in analysis.nulls:
            families.setdefault(analysis.block.roles[arm].group, {})[f"{arm}|{row}"] = value
    adjusted = {name: q for family in families.values() for name, q in holm(family, alpha=ALPHA).adjusted.items()}
    return {(arm, row): adjusted.get(f"{arm}|{row}") for arm, row in p}


def family_sizes(analysis: Analysis, p: Mapping[tuple[str, str], float | None]) -> str:
    """The families of `holm_by_group` and their sizes, in words."""
    sizes: dict[str, int] = {}
    for arm, _ in p:
        if arm not in analysis.nulls:
            group = analysis.block.roles[arm].group
            sizes[group] = sizes.get(group, 0) + 1
    return "; ".join(f"{name}: Holm over {size}" for name, size in sizes.items()) or "no claim among the arms"


def _cluster(suite: str, task: str) -> str:
    """The cluster of a task, as the suite's registered analysis declares tasks that share sentences."""
    plan = _registered_plan(suite)
    return task if plan is None else plan.cluster_of(task)


@lru_cache(maxsize=16)
def _registered_plan(suite: str) -> AnalysisPlan | None:
    return load_analysis(suite) if suite in names("analyses") else None
