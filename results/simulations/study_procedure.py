"""Error rates and power of the study's registered procedure: `python -m results.simulations.study_procedure [--quick] [--out DIR]`.

Every row draws all runs of a question on the registered design (tasks, clusters, seeds of the stages) with a known truth, answers the
question with `reports.questions.conclusions` under `benchmark/config/analyses/study.toml`, and counts how often the answer errs, or, for
power, how often a treatment is credited at one number of shots. Writes `study_procedure.json` and `study_procedure.md` beside this file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.config.analysis_plan import Question
from benchmark.config.toml_files import load_analysis
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.conclusions import Answer, Conclusion, answer
from reports.results.study_scores import ArmPlace
from results.simulations.error_rates import simulate
from results.simulations.scenarios import NO_CLAIM, Scenario

STUDY = load_analysis("study")
SEEDS = {"Q1": {"20": 20, "100": 10}, "Q2": {"20": 10, "100": 5}, "Q3": {"20": 10, "100": 5}, "Q4": {"20": 10, "100": 5}, "Q5": {"20": 15}}
SD = 4.0 / np.sqrt(2)  # points: own spread of an arm, so that a paired gain has the standard deviation 4 that the study was planned with
SPLIT_SD = 3.0  # points: what a split does to all arms
ALIKE = 0.5  # correlation of the arms' own noise between tasks of a cluster
COLLAPSE, RATE = 30.0, 0.1  # points that a collapsed run loses, and how often
LIMIT = (0.0, 0.05)
COST = 8  # repeats of error_rates over those of a row here

CREDIT = "Falsely credited at any number of shots (decision on these tasks)"
CREDIT_NEW = "Falsely credited on a new task, mean gain over all possible tasks zero"
ZERO = "Wrong 'equivalent to zero', true gain one point over every comparison"
DENIED = "Wrong 'not credited', true gain one point over every comparison"
OTHERS = "Wrong answers on spread and slope"
POWER = "Power: credited at this number of shots"


@dataclass(frozen=True)
class World:
    """The truth of a question.

    Args:
        gains: arm -> mean gain over `ce` in points, over these tasks.
        tau: standard deviation of a task's own gain of the treatment, in points.
        centred: whether the tasks' own gains are centred, so that the mean over these tasks is exactly `gains`.
        collapse: arm -> rate at which its runs lose 30 points; its other runs make up for it, so that its mean stays.
        slope: points per re-initialised layer.
    """

    gains: Mapping[str, float] = field(default_factory=dict)
    tau: float = 0.0
    centred: bool = True
    collapse: Mapping[str, float] = field(default_factory=dict)
    slope: float = 0.0


def asked(name: str) -> Question:
    """A question of the study."""
    return next(question for question in STUDY.questions if question.name == name)


def drawn(rng: np.random.Generator, question: Question, world: World) -> dict[ArmPlace, ArmRuns]:
    """All runs that answer a question."""
    found: dict[ArmPlace, ArmRuns] = {}
    encoders = question.layers or {STUDY.encoder: 0}
    tasks = STUDY.tasks_of(question)
    own = world.tau * rng.standard_normal(len(tasks))
    own -= own.mean() if world.centred else 0.0
    for shots in STUDY.shots_of(question):
        n = SEEDS[question.name][shots]
        for encoder, layers in encoders.items():
            shared = {arm: rng.standard_normal((len(STUDY.tasks), n)) for arm in (*question.treatments, *question.comparisons)}
            for i, task in enumerate(tasks):
                split = 70 + SPLIT_SD * rng.standard_normal(n)
                for arm in (*question.treatments, *question.comparisons):
                    gain = world.gains.get(arm, 0.0) + (own[i] + world.slope * layers if arm in question.treatments else 0.0)
                    values = split + gain + SD * _noise(rng, shared[arm], i, task) + _collapsed(rng, n, world.collapse.get(arm, 0.0))
                    found[ArmPlace(encoder, task, shots, arm)] = _runs(arm, values)
    return found


def _noise(rng: np.random.Generator, shared: NDArray[float64], number: int, task: str) -> NDArray[float64]:
    """Unit noise of an arm on a task; tasks of one cluster have a part in common."""
    if STUDY.cluster_of(task) == task:
        return shared[number]
    return np.asarray(np.sqrt(ALIKE) * shared[0] + np.sqrt(1 - ALIKE) * rng.standard_normal(shared.shape[1]))


def _collapsed(rng: np.random.Generator, n: int, rate: float) -> NDArray[float64]:
    return COLLAPSE * (rate - (rng.random(n) < rate))


def _runs(arm: str, values: NDArray[float64]) -> ArmRuns:
    return ArmRuns(arm, {(i, i): Run(value / 100, "done", False) for i, value in enumerate(values.tolist())})


def errs(rng: np.random.Generator, name: str, world: World, wrong: Callable[[Conclusion], bool]) -> bool:
    """Whether any conclusion on a question is wrong."""
    question = asked(name)
    return any(wrong(found) for found in answer(STUDY, question, drawn(rng, question, world)))


def credited(found: Conclusion, shots: str = "") -> bool:
    """Whether a treatment is credited, at one number of shots or at any."""
    return found.answer is Answer.CREDITED and shots in ("", found.shots)


def credited_on_a_new_task(found: Conclusion) -> bool:
    """Whether a treatment is credited with tasks random."""
    return found.on_a_new_task


def answered(found: Conclusion, wrong: Answer) -> bool:
    """Whether a conclusion is `wrong`."""
    return found.answer is wrong


def spreads_differ(found: Conclusion) -> bool:
    """Whether spreads are found different, in either direction."""
    return found.answer in (Answer.CREDITED, Answer.NOT_CREDITED)


def scenarios() -> list[Scenario]:
    """All rows."""
    return [*_nulls(), *_new_task(), *_small(), *_others(), *_power()]


def _nulls() -> list[Scenario]:
    placebo, random = {"scl": 2.0, "scl-placebo": 2.0}, {"cat": 2.0, "cat-random": 2.0}
    worlds = [
        ("Q1: no effect", World()),
        ("Q1: no effect on average, tasks differ (tau = 2)", World(tau=2.0)),
        ("Q1: no effect, scl collapses at 10 % and makes up for it", World(collapse={"scl": RATE})),
        ("Q1: no effect, ce collapses at 10 % and makes up for it", World(collapse={"ce": RATE})),
        ("Q1: the placebo's effect only (2 points)", World(placebo)),
        ("Q1: the same, tasks differ (tau = 2)", World(placebo, tau=2.0)),
        ("Q1: the same, scl collapses at 10 % and makes up for it", World(placebo, collapse={"scl": RATE})),
        ("Q1: the same, the placebo collapses at 10 % and makes up for it", World(placebo, collapse={"scl-placebo": RATE})),
        ("Q2: no effect", World()),
        ("Q2: the effect of random perturbations only (2 points)", World(random)),
        ("Q2: the same, cat collapses at 10 % and makes up for it", World(random, collapse={"cat": RATE})),
        ("Q2: the same, cat-random collapses at 10 % and makes up for it", World(random, collapse={"cat-random": RATE})),
    ]
    return [_row(CREDIT, said, partial(errs, name=said[:2], world=world, wrong=credited)) for said, world in worlds]


def _row(group: str, said: str, run: Callable[[np.random.Generator], bool]) -> Scenario:
    return Scenario(group, said, run, LIMIT, cost=COST)


def _new_task() -> list[Scenario]:
    worlds = [("tasks alike", World()), *((f"tau = {tau:g}", World(tau=tau, centred=False)) for tau in (1.0, 3.0))]
    return [_row(CREDIT_NEW, f"Q1: {said}", partial(errs, name="Q1", world=w, wrong=credited_on_a_new_task)) for said, w in worlds]


def _small() -> list[Scenario]:
    rows = []
    for group, wrong in ((ZERO, Answer.EQUIVALENT), (DENIED, Answer.NOT_CREDITED)):
        for name, treatment in (("Q1", "scl"), ("Q2", "cat")):
            for tau in (0.0, 2.0):
                world = World({treatment: 1.0}, tau=tau)
                run = partial(errs, name=name, world=world, wrong=partial(answered, wrong=wrong))
                rows.append(_row(group, f"{name}: tau = {tau:g}", run))
    return rows


def _others() -> list[Scenario]:
    both = dict.fromkeys(("ce", "scl", "cat", "three-phase"), RATE)
    slope = partial(errs, name="Q5", wrong=credited)
    return [
        _row(OTHERS, "Q4: equal spreads", partial(errs, name="Q4", world=World(), wrong=spreads_differ)),
        _row(
            OTHERS,
            "Q4: equal spreads, all arms collapse at 10 %",
            partial(errs, name="Q4", world=World(collapse=both), wrong=spreads_differ),
        ),
        _row(OTHERS, "Q5: a gain of 2 points at every layer", partial(slope, world=World({"scl": 2.0}))),
    ]


def _power() -> list[Scenario]:
    rows = []
    for name, treatment in (("Q1", "scl"), ("Q2", "cat")):
        for shots, seeds in SEEDS[name].items():
            for gain in (1.0, 1.4, 2.0):
                run = partial(errs, name=name, world=World({treatment: gain}), wrong=partial(credited, shots=shots))
                said = f"{name}, N = {shots} ({seeds * len(STUDY.tasks)} pairs), {gain:g} points above every comparison at both N"
                rows.append(Scenario(POWER, said, run, NO_CLAIM, cost=4 * COST))
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, and return 1 where a guarantee is broken."""
    return simulate("study_procedure", scenarios(), arguments)


if __name__ == "__main__":
    sys.exit(main())
