"""The effect that a question asks for, of one treatment against one arm: estimated per task and over tasks, with tasks fixed and random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.stats.intervals import Estimate, Interval
from benchmark.stats.over_tasks.fixed_tasks import TaskValues, cluster_means, fixed_tasks
from benchmark.stats.over_tasks.pooled_spread import TaskPairs, pooled_spread
from benchmark.stats.over_tasks.posterior import Posterior, posterior
from benchmark.stats.over_tasks.random_tasks import random_tasks
from benchmark.stats.pairing import NOT_PLANNED, Label, PairedUnits, pair
from reports.results.study_scores import ArmPlace, StudyScores

FEWEST = 2  # pairs of a task


@dataclass(frozen=True)
class TaskResult:
    """One task's own estimate: gain in points, log ratio of standard deviations, or slope in points per layer."""

    task: str
    n: int
    interval: Interval


@dataclass(frozen=True)
class Evidence:
    """What a comparison rests on.

    Args:
        tasks: each task's own result.
        absent: tasks of the question without enough pairs.
        lost: pairs that one arm lacks although both were planned (failed or missing runs).
        collapsed: collapsed units of treatment and comparison.
    """

    tasks: tuple[TaskResult, ...]
    absent: tuple[str, ...]
    lost: int
    collapsed: tuple[int, int]

    @property
    def pairs(self) -> int:
        """Paired units over all tasks."""
        return sum(one.n for one in self.tasks)


@dataclass(frozen=True)
class AgainstArm:
    """A treatment against one arm, over tasks.

    Args:
        fixed: estimate on these tasks. Gains in points; ratio of standard deviations on the log scale; slope in points per layer.
        random: estimate on a new task; None for fewer than two clusters of tasks.
        p: two-sided p on these tasks.
        p_new_task: two-sided p on a new task; None where `random` is.
        tau, prediction: spread of the true values between tasks, and where that of one new task lies.
        posterior: Bayesian cross-check of a mean gain.
        levels: of a slope: number of re-initialised layers -> mean gain in points over tasks, on the units that the slope rests on.
    """

    arm: str
    evidence: Evidence
    fixed: Estimate
    random: Estimate | None
    p: float
    p_new_task: float | None
    tau: Interval | None = None
    prediction: Interval | None = None
    posterior: Posterior | None = None
    levels: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Design:
    """One treatment of a question at one number of shots."""

    plan: AnalysisPlan
    question: Question
    treatment: str
    shots: str
    scores: StudyScores

    def units(self, arm: str, encoder: str | None = None) -> dict[str, PairedUnits]:
        """Task -> paired units against an arm, for tasks in which both were planned."""
        found = {}
        for task in self.plan.tasks_of(self.question):
            places = [ArmPlace(encoder or self.plan.encoder, task, self.shots, name) for name in (self.treatment, arm)]
            if all(place in self.scores for place in places):
                found[task] = pair(*(self.scores[place] for place in places))
        return found

    def evidence(self, units: Mapping[str, PairedUnits], results: Sequence[TaskResult]) -> Evidence:
        """What a comparison with these task results rests on."""
        rows = [units[one.task] for one in results]
        collapsed = (sum(sum(one.collapsed_a) for one in rows), sum(sum(one.collapsed_b) for one in rows))
        lost = sum(len({(gone.split_seed, gone.seed) for gone in one.missing if gone.status != NOT_PLANNED}) for one in units.values())
        used = {one.task for one in results}
        return Evidence(tuple(results), tuple(task for task in self.plan.tasks_of(self.question) if task not in used), lost, collapsed)


def compared(design: Design, arm: str) -> AgainstArm | None:
    """The treatment against one arm by the question's estimand. None where no task has enough pairs."""
    return {"gain": _gains, "sd-ratio": _spreads, "slope": _slopes}[design.question.estimand](design, arm)


def _gains(design: Design, arm: str) -> AgainstArm | None:
    """Paired gains in points over tasks."""
    units = {task: found for task, found in design.units(arm).items() if found.n >= FEWEST}
    values = [
        TaskValues(task, design.plan.cluster_of(task), 100 * (found.a - found.b), found.labels, found.variance_factor)
        for task, found in units.items()
    ]
    return _over_tasks(design, arm, units, values)


def _slopes(design: Design, arm: str) -> AgainstArm | None:
    """Least-squares slope of the paired gain over re-initialised layers, one per unit that every encoder has."""
    by_encoder = {layers: design.units(arm, encoder) for encoder, layers in design.question.layers.items()}
    values, units, levels = [], {}, []
    for task in design.plan.tasks_of(design.question):
        rows = {layers: found[task] for layers, found in by_encoder.items() if task in found}
        if len(rows) < len(by_encoder):
            continue
        common = _common_labels(list(rows.values()))
        if len(common) >= FEWEST:
            x = np.array(sorted(rows), dtype=float)
            y = 100 * np.array([_gain_at(rows[layers], common) for layers in sorted(rows)])
            centred = x - x.mean()
            levels.append(y.mean(axis=1))
            units[task] = _one_unit_for_all(rows[min(rows)], list(rows.values()))
            values.append(TaskValues(task, design.plan.cluster_of(task), centred @ y / (centred @ centred), common))
    found = _over_tasks(design, arm, units, values)
    means = np.mean(levels, axis=0).tolist() if levels else []
    return None if found is None else replace(found, levels=dict(zip(sorted(by_encoder), means, strict=True)))


def _one_unit_for_all(first: PairedUnits, rows: Sequence[PairedUnits]) -> PairedUnits:
    """The units of the first encoder with what any encoder lacks: a run that is lost with one of them is lost for the slope."""
    gone = {(one.variant, one.split_seed, one.seed): one for row in rows for one in row.missing}
    return replace(first, missing=tuple(gone.values()))


def _common_labels(rows: Sequence[PairedUnits]) -> tuple[Label, ...]:
    return tuple(label for label in rows[0].labels if all(label in row.labels for row in rows[1:]))


def _gain_at(units: PairedUnits, labels: Sequence[Label]) -> list[float]:
    gain = dict(zip(units.labels, (units.a - units.b).tolist(), strict=True))
    return [gain[label] for label in labels]


def _over_tasks(design: Design, arm: str, units: Mapping[str, PairedUnits], values: Sequence[TaskValues]) -> AgainstArm | None:
    """Both inferences over tasks; None where no task has enough pairs."""
    if not values:
        return None
    level = design.plan.interval
    evidence = design.evidence(units, [TaskResult(one.task, one.n, one.estimate.interval(level)) for one in values])
    clusters = cluster_means(values)
    fixed, random = fixed_tasks(values), random_tasks(clusters, level=level)
    gain = design.question.estimand == "gain"
    return AgainstArm(
        arm,
        evidence,
        fixed=fixed,
        random=random.mean if random else None,
        p=fixed.p(),
        p_new_task=random.mean.p() if random else None,
        tau=random.tau if random else None,
        prediction=random.prediction if random else None,
        posterior=posterior(clusters, above=(0.0, design.plan.smallest_effect), level=level) if gain else None,
    )


def _spreads(design: Design, arm: str) -> AgainstArm | None:
    """Ratio of standard deviations over units, treatment over comparison, on the log scale."""
    units = {task: found for task, found in design.units(arm).items() if found.n >= FEWEST}
    pooled = pooled_spread([TaskPairs(task, design.plan.cluster_of(task), found.a, found.b) for task, found in units.items()])
    if pooled is None:
        return None
    results = [TaskResult(task, one.n, one.interval(design.plan.interval)) for task, one in pooled.per_task.items()]
    return AgainstArm(
        arm,
        design.evidence(units, results),
        fixed=pooled.fixed,
        random=pooled.random,
        p=pooled.p,
        p_new_task=pooled.random.p() if pooled.random else None,
    )
