"""What a credit rests on: the same question with one task left out at a time. Not registered: it takes no answer back and gives none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.config.analysis_plan import AnalysisPlan
from reports.questions.conclusions import Answer, Conclusion, WithoutTask, answer
from reports.questions.stage_progress import StageProgress
from reports.results.study_scores import StudyScores


def with_tasks_left_out(
    plan: AnalysisPlan, found: Sequence[Conclusion], scores: StudyScores, stages: Sequence[StageProgress] | None = None
) -> tuple[Conclusion, ...]:
    """The conclusions on a plan's questions, each credited one with what its rule says without each of its tasks.

    A statement that rests on one task has nothing that could be left out.

    Args:
        found, scores, stages: what `conclusions` made of the same scores and stages.
    """
    return tuple(replace(one, without=_without_each(plan, one, scores, stages)) if one.answer is Answer.CREDITED else one for one in found)


def _without_each(
    plan: AnalysisPlan, one: Conclusion, scores: StudyScores, stages: Sequence[StageProgress] | None
) -> tuple[WithoutTask, ...]:
    """The statement without each task that it rests on, in its family without that task."""
    question = next(question for question in plan.questions if question.name == one.question)
    tasks = [result.task for result in one.comparisons[0].evidence.tasks]
    found = []
    for gone in tasks if len(tasks) > 1 else ():
        narrower = question.model_copy(update={"tasks": tuple(task for task in plan.tasks_of(question) if task != gone)})
        (other,) = [
            other for other in answer(plan, narrower, scores, stages) if (other.treatment, other.shots) == (one.treatment, one.shots)
        ]
        found.append(WithoutTask(gone, other.answer, other.comparisons, other.shown))
    return tuple(found)
