"""The rows of the simulation on looks, tasks, trends, skewed scores and verdicts with the test set counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from results.simulations import batch_procedures as b
from results.simulations import trend_procedures as t
from results.simulations.scenarios import LIMIT, NO_CLAIM, VERDICT, Scenario

LOOKS = "`--until decided`: any comparison without an effect is called different"
LOOKS_POWER = "`--until decided`: power (rate) and mean seeds"
LOOKS_INTERVAL = "Repeated confidence interval misses the truth after stopping"
ACROSS = "Mean over tasks found different from zero, true mean zero"
ACROSS_MARGIN = "Mean over tasks against the smallest effect, true mean exactly one point"
PREDICTION = "Prediction interval misses the true gain of one new task"
SLOPE = "Slope of the gain found, though there is none"
LINE = "Straight line refused, though the means lie on one"
MATCHING = "Interval of the matching N misses it"
MIDDLE = "Interval of the inter-quartile mean misses it"
SKEW = "Skewed scores of unequal spread, equal means: found different without a warning"
CONCEPTUAL_EXAMPLES = "Verdict claims a direction, test set counted, though equal on the task"
DIRECT_EXAMPLES = "Verdict 'reproduced', test set counted, though equal on the task"
REFUSED_EXAMPLES = "Verdict 'not reproduced', test set counted, though the gain is the printed one"
HALF = 2  # 4000 / 2 repeats: a standard error of half a percent


def batch_scenarios() -> list[Scenario]:
    """All rows; those of a group stand together."""
    return [*_looks(), *_skewed(), *_across(), *_trends(), *_verdicts()]


def _batch(group: str, name: str, run: Callable[..., Any], allowed: tuple[float, float] = LIMIT) -> Scenario:
    return Scenario(group, name, run, allowed, batch=True)


def _looks() -> list[Scenario]:
    rows = [
        _batch(LOOKS, "1 comparison", b.looks),
        _batch(LOOKS, "1 comparison, futility overruled", partial(b.looks, futility=False)),
        _batch(LOOKS, "10 comparisons", partial(b.looks, comparisons=10)),
        _batch(LOOKS, "10 comparisons, futility overruled", partial(b.looks, comparisons=10, futility=False)),
        _batch(LOOKS, "10 comparisons, 5 of them with an effect of 1 sd", partial(b.looks, comparisons=10, effects=5, effect=1.0)),
        _batch(LOOKS, "1 comparison, both arms collapse at 10 %", partial(b.looks, noise=b.collapsing)),
        _batch(LOOKS, "four looks at 5 % each (not what we do)", b.uncorrected_looks, NO_CLAIM),
    ]
    for comparisons in (1, 10, 40):
        for planned, said in ((0.0, "no effect"), (0.5, "half the planned effect"), (1.0, "the planned effect"), (2.0, "twice that")):
            run = partial(b.looks_power, comparisons=comparisons, planned=planned)
            rows.append(_batch(LOOKS_POWER, f"{comparisons} comparison{'s' * (comparisons > 1)}, {said}", run, NO_CLAIM))
    for effect in (0.0, 0.3, 0.6, 1.2):
        rows.append(_batch(LOOKS_INTERVAL, f"effect of {effect:g} sd", partial(b.repeated_interval, effect=effect)))
    rows.append(_batch(LOOKS_INTERVAL, "effect of 0.6 sd, 10 comparisons", partial(b.repeated_interval, effect=0.6, comparisons=10)))
    plain = partial(b.plain_interval, effect=0.6)
    return [*rows, _batch(LOOKS_INTERVAL, "effect of 0.6 sd, plain 95 % interval (not what we do)", plain, NO_CLAIM)]


def _skewed() -> list[Scenario]:
    rows = []
    for sigma, ratio in ((0.7, 2.0), (1.0, 2.0), (1.0, 3.0)):
        for n in (5, 10, 20):
            run = partial(b.skewed, n=n, sigma=sigma, ratio=ratio)
            name = f"{n} pairs, log-normal tail (sigma {sigma:g}), spread {ratio:g} to 1"
            rows.append(_batch(SKEW, name, run))
            rows.append(_batch(SKEW, f"{name}; findings with a warning counted too", partial(run, warned=True), NO_CLAIM))
    return rows


def _across() -> list[Scenario]:
    rows = []
    for tasks in (4, 8):
        rows.append(Scenario(ACROSS, f"on these {tasks} tasks, 10 pairs each", partial(t.on_these_tasks, tasks=tasks), LIMIT, cost=HALF))
    differing = partial(t.on_these_tasks, tasks=8, tau=2.0)
    rows.append(Scenario(ACROSS, "on these 8 tasks, which differ (sd 2 points)", differing, LIMIT, cost=HALF))
    for tasks in (4, 8):
        for tau in (0.0, 1.0, 3.0):
            run = partial(t.on_a_new_task, tasks=tasks, tau=tau)
            rows.append(Scenario(ACROSS, f"on a new task, from {tasks} tasks that differ by {tau:g} points (sd)", run, LIMIT, cost=HALF))
    fallen = partial(t.on_these_tasks, tasks=8, collapse=True)
    rows.append(Scenario(ACROSS, "on these 8 tasks, both arms collapse at 10 %", fallen, LIMIT, cost=HALF))
    plain = partial(t.on_a_new_task, tasks=8, tau=3.0, by_fixed=True)
    rows.append(Scenario(ACROSS, "a new task judged by the inference on these tasks (not what we do)", plain, NO_CLAIM, cost=HALF))
    rows.append(Scenario(ACROSS_MARGIN, "8 tasks, called equivalent to zero", t.equivalent_at_the_margin, LIMIT, cost=HALF))
    rows.append(Scenario(ACROSS_MARGIN, "8 tasks, called beyond the margin", t.beyond_at_the_margin, LIMIT, cost=HALF))
    for tasks, tau in ((4, 2.0), (8, 2.0), (8, 0.5)):
        run = partial(t.prediction_misses, tasks=tasks, tau=tau)
        rows.append(Scenario(PREDICTION, f"{tasks} tasks that differ by {tau:g} points (sd) (approximate)", run, NO_CLAIM, cost=HALF))
    return rows


def _trends() -> list[Scenario]:
    def row(group: str, name: str, run: Callable[..., Any], cost: int = HALF) -> Scenario:
        return Scenario(group, name, run, LIMIT, cost=cost)

    fallen, same = partial(t.slope, splits=10, collapse=True), partial(t.matching_differs, splits=10)
    return [
        *(row(SLOPE, f"4 numbers of labels, {n} splits", partial(t.slope, splits=n)) for n in (5, 10, 20)),
        row(SLOPE, "4 numbers of labels, 10 splits, both arms collapse at 10 %", fallen),
        *(row(LINE, f"4 numbers of labels, {n} splits", partial(t.line_refused, splits=n)) for n in (4, 6, 10, 20)),
        *(row(MATCHING, f"{n} splits, 5 numbers of labels", partial(t.matching_misses, splits=n)) for n in (10, 20)),
        row(MATCHING, "10 splits, p for another N, though it is the same", same),
        *(row(MIDDLE, f"8 tasks, {runs} runs each", partial(t.middle_misses, runs=runs)) for runs in (5, 10)),
    ]


def _verdicts() -> list[Scenario]:
    rows = []
    for splits, examples in ((10, 400), (20, 400), (10, 872)):
        run = partial(t.conceptual_with_examples, splits=splits, examples=examples)
        rows.append(Scenario(CONCEPTUAL_EXAMPLES, f"{splits} splits x {examples} examples", run, VERDICT, cost=HALF))
    alone = partial(t.conceptual_with_examples, splits=10, examples=400, counted=False)
    rows.append(Scenario(CONCEPTUAL_EXAMPLES, "10 splits x 400 examples, splits alone (not what we do)", alone, NO_CLAIM, cost=HALF))
    for gain in (0.3, 2.0):
        run = partial(t.direct_with_examples, gain=gain, truth=0.0, error="reproduced")
        rows.append(Scenario(DIRECT_EXAMPLES, f"20 splits x 872 examples, published gain {gain:g}", run, VERDICT, cost=4))
        run = partial(t.direct_with_examples, gain=gain, truth=gain, error="not reproduced")
        rows.append(Scenario(REFUSED_EXAMPLES, f"20 splits x 872 examples, published gain {gain:g}", run, VERDICT, cost=4))
    return rows
