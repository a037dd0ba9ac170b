"""The conclusions of a study: each registered question, answered from paired scores by the settings of its analysis plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.stats.multiplicity import holm
from reports.questions.effects import AgainstArm, Design, compared
from reports.questions.stage_progress import StageProgress, waits_for
from reports.results.study_scores import StudyScores

NEW_TASK = "a new task"
SIDES = {"gain": 1, "sd-ratio": -1, "slope": 0}  # the side of zero that a claim is on; 0: either


class Answer(StrEnum):
    """What the data say to a question."""

    CREDITED = "credited"
    EQUIVALENT = "equivalent to zero"
    NOT_CREDITED = "not credited"
    UNDECIDED = "undecided"
    NOT_COMPLETE = "no answer yet"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class WithoutTask:
    """A statement with one task left out: its answer, and its comparisons with those that the treatment is then shown to be above."""

    task: str
    answer: Answer
    comparisons: tuple[AgainstArm, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Conclusion:
    """The answer to one question for one treatment at one number of shots.

    Args:
        answer: on the inference that the plan lets decide.
        comparisons: the treatment against every arm that it must beat, the baseline first; empty where nothing ran.
        beside: the same against arms that decide nothing.
        p: of the intersection-union test (the largest p over the comparisons), before Holm.
        p_holm: after Holm over treatments and numbers of shots of the question.
        p_equivalence: of the two one-sided tests against the baseline, after Holm; None where the estimand is no gain.
        on_a_new_task: whether the same rule credits it with tasks random (p over the question's family, Holm).
        scope: the inference that decided.
        complete: whether every task has pairs against every comparison.
        shown: the comparisons that the treatment is shown to be above, each at the step of Holm's correction that its p would have here.
        below: the comparisons that it is shown to be below, by the same two-sided p at the same step.
        without: of a credited statement: the same rule with one of its tasks left out, for each task. Not registered; it decides nothing.
        waits: stages that are not finished and hold runs of it: while there is one, nothing is computed and there is no answer.
    """

    question: str
    claim: str
    estimand: str
    treatment: str
    shots: str
    answer: Answer
    comparisons: tuple[AgainstArm, ...] = ()
    beside: tuple[AgainstArm, ...] = ()
    p: float | None = None
    p_holm: float | None = None
    p_equivalence: float | None = None
    on_a_new_task: bool = False
    scope: str = ""
    complete: bool = False
    shown: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    without: tuple[WithoutTask, ...] = ()
    waits: tuple[StageProgress, ...] = ()

    @property
    def baseline(self) -> AgainstArm | None:
        """The treatment against the first comparison."""
        return self.comparisons[0] if self.comparisons else None


@dataclass(frozen=True)
class _Ps:
    """p of the statements on one treatment at one number of shots: all comparisons above, equivalent to zero, below the smallest effect."""

    above: float | None = None
    equivalent: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class _Statement:
    treatment: str
    shots: str
    comparisons: tuple[AgainstArm, ...]
    beside: tuple[AgainstArm, ...]
    decided: _Ps = field(default_factory=_Ps)
    new_task: _Ps = field(default_factory=_Ps)
    waits: tuple[StageProgress, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.treatment} N = {self.shots}"


def conclusions(plan: AnalysisPlan, scores: StudyScores, stages: Sequence[StageProgress] | None = None) -> list[Conclusion]:
    """All questions of a plan, in order."""
    return [conclusion for question in plan.questions for conclusion in answer(plan, question, scores, stages)]


def answer(
    plan: AnalysisPlan, question: Question, scores: StudyScores, stages: Sequence[StageProgress] | None = None
) -> tuple[Conclusion, ...]:
    """Answer one question: one conclusion per treatment and number of shots.

    A treatment is credited where it is above every comparison (intersection-union: the largest two-sided p, 1 for a comparison on the
    wrong side), after Holm over the question's treatments and numbers of shots. Else it is equivalent to zero where two one-sided tests
    put its gain over the baseline within the smallest effect of zero; not credited where it is shown to be less than the smallest effect
    above some comparison (one-sided, Bonferroni over the comparisons; for a ratio of standard deviations: shown to be above 1); each of
    these after Holm over the same statements. Else it is undecided. Statements without runs, and those whose stages are not finished,
    keep their place in the family with p = 1: the corrected p of the others can only become smaller when they are complete.

    Args:
        scores: runs of every arm, their values as shares; a gain is in points.
        stages: how far the study is; None where all of `scores` is to be used as it is.
    """
    statements = []
    for treatment, shots in ((treatment, shots) for treatment in question.treatments for shots in plan.shots_of(question)):
        waits = () if stages is None else waits_for(plan, question, treatment, shots, stages)
        empty = _Statement(treatment, shots, (), (), waits=waits)
        statements.append(empty if waits else _statement(plan, question, treatment, shots, scores))
    adjusted = {kind: holm({one.name: read(one) for one in statements}, alpha=plan.alpha).adjusted for kind, read in _READ.items()}
    return tuple(
        replace(
            _concluded(plan, question, one, {kind: found[one.name] for kind, found in adjusted.items()}),
            shown=_shown(plan, question, one, statements, SIDES[question.estimand]),
            below=_shown(plan, question, one, statements, -SIDES[question.estimand]) if SIDES[question.estimand] else (),
            waits=one.waits,
        )
        for one in statements
    )


def _shown(plan: AnalysisPlan, question: Question, one: _Statement, family: Sequence[_Statement], side: int) -> tuple[str, ...]:
    """The comparisons that would be shown on one side if each stood alone in the statement's place of the family."""
    found, others = [], {other.name: other.decided.above for other in family}
    for against in one.comparisons:
        alone = _on_side([against], plan.decided_by, side)
        p = holm({**others, one.name: alone}, alpha=plan.alpha).adjusted[one.name]
        if p is not None and p <= plan.alpha:
            found.append(against.arm)
    return tuple(found)


_READ: dict[str, Callable[[_Statement], float | None]] = {
    "above": lambda one: one.decided.above,
    "equivalent": lambda one: one.decided.equivalent,
    "below": lambda one: one.decided.below,
    "new task": lambda one: one.new_task.above,
}


def _statement(plan: AnalysisPlan, question: Question, treatment: str, shots: str, scores: StudyScores) -> _Statement:
    design = Design(plan, question, treatment, shots, scores)
    found = [compared(design, arm) for arm in question.comparisons]
    beside = tuple(one for arm in question.beside if (one := compared(design, arm)) is not None)
    there = tuple(one for one in found if one is not None)
    if len(there) < len(question.comparisons):
        return _Statement(treatment, shots, there, beside)
    new_task = _ps(plan, question, there, NEW_TASK)
    return _Statement(treatment, shots, there, beside, _ps(plan, question, there, plan.decided_by), new_task)


def _ps(plan: AnalysisPlan, question: Question, found: Sequence[AgainstArm], scope: str) -> _Ps:
    """The p of each statement under one inference; empty where that inference cannot be made."""
    estimates = [one.random if scope == NEW_TASK else one.fixed for one in found]
    if any(one is None for one in estimates):
        return _Ps()
    side, above = SIDES[question.estimand], _on_side(found, scope, SIDES[question.estimand])
    if side < 0:
        return _Ps(above, None, min(1.0, len(found) * min(e.p_greater() for e in estimates if e)))
    if side == 0:
        return _Ps(above)
    below = min(1.0, len(found) * min(e.p_less(plan.smallest_effect) for e in estimates if e))
    first = estimates[0]
    return _Ps(above, None if first is None else first.p_equivalence(plan.smallest_effect), below)


def _on_side(found: Sequence[AgainstArm], scope: str, side: int) -> float | None:
    """The largest two-sided p, 1 for an estimate on the other side of zero (`side` 0: either will do); None where one is lacking."""
    both = [(one.random, one.p_new_task) if scope == NEW_TASK else (one.fixed, one.p) for one in found]
    if any(estimate is None for estimate, _ in both):
        return None
    return max(1.0 if p is None or side * estimate.value < 0 else p for estimate, p in both if estimate is not None)


def _concluded(plan: AnalysisPlan, question: Question, one: _Statement, adjusted: Mapping[str, float | None]) -> Conclusion:
    def holds(kind: str) -> bool:
        p = adjusted[kind]
        return p is not None and p <= plan.alpha

    if one.waits:
        found = Answer.NOT_COMPLETE
    elif one.decided.above is None:
        found = Answer.NOT_RUN if not one.comparisons else Answer.UNDECIDED
    elif holds("above"):
        found = Answer.CREDITED
    elif holds("equivalent"):
        found = Answer.EQUIVALENT
    else:
        found = Answer.NOT_CREDITED if holds("below") else Answer.UNDECIDED
    return Conclusion(
        question=question.name,
        claim=question.claim,
        estimand=question.estimand,
        treatment=one.treatment,
        shots=one.shots,
        answer=found,
        comparisons=one.comparisons,
        beside=one.beside,
        p=one.decided.above,
        p_holm=adjusted["above"],
        p_equivalence=adjusted["equivalent"],
        on_a_new_task=holds("new task"),
        scope=plan.decided_by,
        complete=len(one.comparisons) == len(question.comparisons) and not any(against.evidence.absent for against in one.comparisons),
    )
