"""The answers to a study's registered questions: the one list that page, text, data and README show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.config.toml_files import load_analysis, names
from benchmark.records.registration.registration import DIGITS, RegisteredRuns
from benchmark.stats.intervals import Interval
from reports.questions.conclusions import Answer, Conclusion, conclusions
from reports.questions.effects import AgainstArm
from reports.questions.left_out import with_tasks_left_out
from reports.questions.stage_progress import StageProgress, by_stage, stage_progress
from reports.results.blocks import Block
from reports.results.study_scores import study_scores
from reports.tables.table import number

OPEN = (Answer.NOT_COMPLETE, Answer.NOT_RUN)


@dataclass(frozen=True)
class QuestionAnswer:
    """One registered question.

    Args:
        name, claim: such as `Q1`; what is claimed, without the rule by which it is credited.
        rule: that rule, in words.
        said: the answer in one sentence: gains with intervals, what they rest on, what is not shown, and what is not complete.
        lines: the same, a line per number of labels.
    """

    name: str
    claim: str
    rule: str
    said: str
    lines: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The question as a heading."""
        return f"{self.name}, claim: {self.claim}"


@dataclass(frozen=True)
class StudyAnswers:
    """The conclusions of one study, and how far it is.

    Args:
        repeated: how many of the planned runs, and of the finished ones, stand in a second stage too: they are made once.
    """

    plan: AnalysisPlan
    conclusions: tuple[Conclusion, ...]
    stages: tuple[StageProgress, ...]
    repeated: tuple[int, int] = (0, 0)

    @property
    def questions(self) -> list[QuestionAnswer]:
        """Each registered question with its answer in words."""
        found = []
        for question in self.plan.questions:
            claim, _, rule = question.claim.partition(": ")
            mine = [one for one in self.conclusions if one.question == question.name]
            words = QuestionWords(self.plan, question)
            found.append(QuestionAnswer(question.name, claim, rule, words.sentence(mine), tuple(words.lines(mine))))
        return found

    @property
    def statements(self) -> Iterator[tuple[Conclusion, QuestionWords]]:
        """Every conclusion with the words of its question."""
        for question in self.plan.questions:
            said = QuestionWords(self.plan, question)
            yield from ((one, said) for one in self.conclusions if one.question == question.name)

    @property
    def progress(self) -> str:
        """How far the study is, in one sentence."""
        runs = sum(one.planned for one in self.stages) - self.repeated[0]
        done = sum(one.finished for one in self.stages) - self.repeated[1]
        stages = by_stage(self.stages)
        groups = {
            "complete": [one for one in stages if one.complete],
            "not finished": [one for one in stages if one.begun and not one.complete],
            "not begun": [one for one in stages if not one.begun],
        }
        said = []
        for state, some in groups.items():
            counts = [f"{one.stage} ({one.finished:,} of {one.planned:,} runs)" if one.begun else one.stage for one in some]
            said += [f"{state}: stage{'s' * (len(some) > 1)} {', '.join(counts)}"] if some else []
        failed = sum(one.failed for one in stages)
        said += [f"{failed:,} run{'s' * (failed != 1)} failed"] if failed else []
        twice = f" ({self.repeated[0]:,} of them in two stages)" if self.repeated[0] else ""
        return f"Of {runs:,} planned runs{twice} {done:,} are finished; {'; '.join(said)}."

    @property
    def any_answer(self) -> bool:
        """Whether any question has an answer."""
        return any(one.comparisons for one in self.conclusions)


def is_study(suite: str) -> bool:
    """Whether a suite has an analysis that is fixed before its data."""
    return suite in names("analyses")


def study_answers(suite: str, blocks: Sequence[Block], runs: Sequence[RegisteredRuns]) -> StudyAnswers:
    """The registered questions of a suite, answered from all of its blocks as far as its stages are complete.

    Args:
        runs: what belongs to the study, as registered or as manifests plan it. Other runs of the suite (more seeds, another profile) are
            part of no answer: a study that could be continued until it pleases would need no registration.
    """
    import pandas as pd

    frame = pd.concat([block.frame for block in blocks]).drop_duplicates(["key", "variant"])
    listed = [prefix for one in runs if not one.choice for _, prefix in one.prefixes()]
    planned = set(listed)
    frame = frame[frame["key"].str[:DIGITS].isin(planned)]
    ended = {str(key): str(found) for key, found in zip(frame["key"], frame["status"], strict=True) if found != "missing"}
    stages = stage_progress(runs, ended)
    rates = {(cell.task, cell.shots): block.majority(cell) for block in blocks for cell in block.cells if not cell.noise}
    known = {where: rate for where, rate in rates.items() if rate is not None}
    plan = load_analysis(suite)
    done = {key[:DIGITS] for key in ended}
    repeated = len(listed) - len(planned), sum(prefix in done for prefix in listed) - len(done)
    scores = study_scores(frame, known)
    found = with_tasks_left_out(plan, conclusions(plan, scores, stages), scores, stages)
    return StudyAnswers(plan, found, stages, repeated)


def rules_in_words(plan: AnalysisPlan) -> str:
    """How the answers are to be read, in the settings of the plan."""
    return (
        f"Credited: above every arm that the claim names, two-sided at {100 * plan.alpha:g} % after Holm's correction over the statements "
        f"of a question (one that is not complete counts as p = 1: the correction of the others can only become weaker). Equivalent: "
        f"within {plan.smallest_effect:g} point of zero. Not credited: shown to be less than that above some arm. "
        f"Intervals: {100 * plan.interval:g} %, before correction. Decided on {plan.decided_by}; the rule was fixed before the first run. "
        "Asking again with one task left out was not registered and decides nothing."
    )


@dataclass(frozen=True)
class QuestionWords:
    """The conclusions on one question in words."""

    plan: AnalysisPlan
    question: Question

    def lines(self, found: Sequence[Conclusion]) -> list[str]:
        """One line per number of labels that is answered, then one for what is not complete and so has no answer and no number."""
        answered: dict[str, list[str]] = {}
        for one in found:
            if one.answer not in OPEN:
                answered.setdefault(one.shots, []).append(self._statement(one))
        said = [f"N = {shots}: {'; '.join(some)}" for shots, some in answered.items()]
        waiting = "; ".join(self._waiting(found))
        return [*said, f"No answer yet: {waiting}"] if waiting else said

    def sentence(self, found: Sequence[Conclusion]) -> str:
        """The lines as one sentence."""
        first, *others = self.lines(found)
        return "; ".join([first, *(f"{line[0].lower()}{line[1:]}" if line.startswith("No") else line for line in others)]) + "."

    def effect(self, one: AgainstArm) -> str:
        """The estimate on these tasks with its interval and unit."""
        interval = one.fixed.interval(self.plan.interval)
        what = {"gain": "", "sd-ratio": "ratio of standard deviations ", "slope": "slope "}[self.question.estimand]
        unit = {"gain": " points", "sd-ratio": "", "slope": " points per layer"}[self.question.estimand]
        return f"{what}{self.digits(interval.value)}{unit} {self.ends(interval)}"

    def ends(self, interval: Interval) -> str:
        """The two ends of an interval."""
        return f"[{self.digits(interval.low)}; {self.digits(interval.high)}]"

    @property
    def places(self) -> int:
        """Decimals of an effect."""
        return 1 if self.question.estimand == "gain" else 2

    def digits(self, value: float) -> str:
        """An effect in digits; ratios are estimated on the log scale and shown as ratios."""
        if self.question.estimand == "sd-ratio":
            return number(math.exp(value), self.places)
        return number(value, self.places, signed=True)

    def compared(self, one: Conclusion, against: AgainstArm) -> str:
        """A comparison as the name of a row."""
        return f"{one.treatment} {'slope of the gain over' if self.question.estimand == 'slope' else 'against'} {against.arm}"

    def gain(self, value: float) -> str:
        """A gain in points."""
        return number(value, 1, signed=True)

    def _statement(self, one: Conclusion) -> str:
        """The answer, each comparison with its interval (those that are not shown apart), and what they rest on."""
        who = f"{one.treatment} " if len(self.question.treatments) > 1 else ""
        if self.question.estimand == "slope":
            against = one.comparisons[0]
            falls = "falls" if against.fixed.value < 0 else "rises"
            changes = falls if one.shown else "is not shown to change"
            gains = _joined([self.gain(gain) for gain in against.levels.values()])
            layers = f"{gains} points with {_joined([str(layers) for layers in against.levels])} of them"
            said = (
                f"the gain of {one.treatment} over {against.arm} {changes} with the layers drawn again ({layers}; {self.effect(against)})"
            )
        else:
            word, opposite = ("above", "below") if self.question.estimand == "gain" else ("steadier than", "less steady than")
            shown = [against for against in one.comparisons if against.arm in one.shown]
            below = [against for against in one.comparisons if against.arm in one.below]
            other = [against for against in one.comparisons if against.arm not in (*one.shown, *one.below)]
            parts = [f"{word} {self._listed(shown)}"] if shown else []
            parts += [f"{opposite} {self._listed(below)}"] if below else []
            parts += [f"not shown {word} {self._listed(other)}"] if other else []
            said = ", ".join(parts) if who else f"{one.treatment} is {', '.join(parts)}"
        return f"{who}{one.answer}: {said}, {self._rests(one)}"

    def _listed(self, some: Sequence[AgainstArm]) -> str:
        return _joined([f"{one.arm} ({self.effect(one)})" for one in some])

    def _rests(self, one: Conclusion) -> str:
        first = one.comparisons[0]
        tasks, pairs = len(first.evidence.tasks), first.evidence.pairs
        said = [f"{tasks} task{'s' * (tasks != 1)}, {pairs} pairs of runs"]
        if first.random is not None and one.answer == Answer.CREDITED:
            ends = [self.ends(against.random.interval(self.plan.interval)) for against in one.comparisons if against.random is not None]
            shown = "also shown for a new task" if one.on_a_new_task else "not shown for a new task after correction"
            said.append(f"{shown} ({_joined(ends)})")
        said += self._left_out(one)
        lost = max(against.evidence.lost for against in one.comparisons)
        said += [f"{lost} pair{'s' * (lost != 1)} lost to failed runs"] if lost else []
        said += [] if one.complete else ["tasks or comparisons are missing"]
        return ", ".join(said)

    def _left_out(self, one: Conclusion) -> list[str]:
        """Whether a credit hangs on a single task, and on which."""
        hangs = [other for other in one.without if other.answer is not Answer.CREDITED]
        if one.without and not hangs:
            return ["credited with any one task left out too"]
        said = []
        for other in hangs:
            failing = [against for against in other.comparisons if against.arm not in other.shown] or other.comparisons
            over = "" if self.question.estimand == "slope" else " over {}"  # a slope has one arm, which the sentence has named
            effects = _joined([self.effect(found) + over.format(found.arm) for found in failing])
            said.append(f"{other.answer} with {other.task} left out ({effects})")
        return said

    def _waiting(self, found: Sequence[Conclusion]) -> Iterator[str]:
        """What is not complete, and for which stages; statements that wait for the same stages together."""
        groups: dict[tuple[StageProgress, ...], dict[str, list[str]]] = {}
        for one in found:
            if one.answer in OPEN:
                groups.setdefault(one.waits, {}).setdefault(one.shots, []).append(one.treatment)
        several = len(self.question.treatments) > 1
        for waits, arms in groups.items():
            where = [f"{_joined(some)} at N = {shots}" if several else f"N = {shots}" for shots, some in arms.items()]
            stages = [one.stage for one in by_stage(waits) if one.planned]
            unplanned = ["runs that no plan here holds"] if any(not one.planned for one in waits) else []
            named = [f"stage{'s' * (len(stages) > 1)} {_joined(stages)}"] if stages else []
            verb = "waits" if sum(map(len, arms.values())) == 1 else "wait"
            yield f"{_joined(where)} {verb} for {_joined([*named, *unplanned]) or 'a first pair of finished runs'}"


def _joined(some: Sequence[str]) -> str:
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)
