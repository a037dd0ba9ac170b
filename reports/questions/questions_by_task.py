"""The registered questions task by task: what each task alone says, and whether a credit stands without it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reports.questions.conclusions import Conclusion
from reports.questions.effects import TaskResult
from reports.questions.study_answers import OPEN, QuestionWords, StudyAnswers
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

BY_TASK = "registered-questions-by-task"
UNITS = {"gain": "points", "sd-ratio": "ratio of standard deviations", "slope": "points per layer"}
NOTES = (
    "Each task alone, with its interval before correction and its pairs of runs; a dash: no task of the question. The answers rest on "
    "means over tasks, not on single tasks: with so many cells some lie away from zero by chance.",
    "Rows beside an answer decide nothing, and neither does the answer with a task left out: it was not registered.",
)


def questions_by_task(study: StudyAnswers) -> Table | None:
    """One row per comparison of an answered statement, one column per task. None before any question has an answer."""
    rows = [row for one, said in study.statements if one.answer not in OPEN for row in _rows(study, one, said)]
    if not rows:
        return None
    columns = [TableColumn(name, (name,), numeric=False) for name in ("question", "N", "comparison", "unit")]
    columns += [TableColumn(task, (task,)) for task in study.plan.tasks]
    return Table(BY_TASK, "Registered questions task by task", tuple(columns), tuple(rows), (study.progress,), NOTES, sortable=False)


def _rows(study: StudyAnswers, one: Conclusion, said: QuestionWords) -> Iterator[TableRow]:
    for against in (*one.comparisons, *one.beside):
        beside = " (beside)" if against in one.beside else ""
        found = {result.task: _cell(one, said, result) for result in against.evidence.tasks}
        yield _row(study, one, f"{said.compared(one, against)}{beside}", UNITS[one.estimand], found, first=against is one.comparisons[0])
    if one.without:
        yield _row(study, one, "answer with this task left out", "", {other.task: words(other.answer) for other in one.without})


def _row(study: StudyAnswers, one: Conclusion, what: str, unit: str, found: dict[str, TableCell], *, first: bool = False) -> TableRow:
    head = (words(one.question), words(one.shots), words(what), words(unit))
    return TableRow((*head, *(found.get(task, TableCell()) for task in study.plan.tasks)), rule=first, name=f"{one.question} {what}")


def _cell(one: Conclusion, said: QuestionWords, result: TaskResult) -> TableCell:
    """The task's own estimate; ratios are estimated on the log scale and shown as ratios."""
    ratio = one.estimand == "sd-ratio"
    value, low, high = (math.exp(end) if ratio else end for end in (result.interval.value, result.interval.low, result.interval.high))
    return TableCell(value, interval=(low, high), n=result.n, counted=True, scale=1, digits=said.places, signed=not ratio)
