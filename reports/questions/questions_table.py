"""The registered questions of a study in numbers: every comparison that an answer rests on, and those beside it."""

from __future__ import annotations

from dataclasses import asdict

from reports.questions.conclusions import Conclusion
from reports.questions.effects import AgainstArm
from reports.questions.study_answers import OPEN, QuestionWords, StudyAnswers, rules_in_words
from reports.tables.table import ABSENT, Table, TableCell, TableColumn, TableRow, words
from reports.tables.vs_baseline import p_value

QUESTIONS = "registered-questions"
HEADS = {
    "question": "question",
    "n": "N",
    "comparison": "comparison",
    "answer": "answer",
    "effect": "effect on these tasks",
    "p": "p",
    "p_holm": "p after Holm, all comparisons",
    "new": "effect on a new task",
    "p_new": "p, new task",
    "prediction": "one new task's own effect",
    "posterior": "posterior: P(above 0), P(above the smallest effect)",
    "tasks": "tasks",
    "pairs": "pairs",
}
TEXTS = ("question", "comparison", "answer", "prediction", "posterior", "effect", "new")


def questions_table(study: StudyAnswers) -> Table:
    """One row per comparison; a statement without an answer has one row that says what it waits for."""
    rows = []
    for one, said in study.statements:
        if one.answer in OPEN:
            waits = "; ".join(map(str, one.waits)) or "no run"
            rows.append(_row(one, f"{one.treatment}: {waits}", first=True))
        else:
            rows += [_compared(said, one, against) for against in (*one.comparisons, *one.beside)]
    effects = "Effects: gains in points; ratios of standard deviations; slopes of the gain in points per re-initialised layer."
    return Table(
        QUESTIONS,
        f"Registered questions: {study.plan.title or study.plan.name}",
        tuple(TableColumn(name, (head,), numeric=name not in TEXTS) for name, head in HEADS.items()),
        tuple(rows),
        header=(study.progress, rules_in_words(study.plan)),
        footnotes=(effects, "Rows beside an answer decide nothing. The posterior is a cross-check, no part of the decision."),
        data={"conclusions": [_plain(one) for one in study.conclusions]},
    )


def _plain(one: Conclusion) -> dict[str, object]:
    """A conclusion as data; what it waits for in words."""
    return {**{name: value for name, value in asdict(one).items() if name != "waits"}, "waits": [str(stage) for stage in one.waits]}


def _compared(said: QuestionWords, one: Conclusion, against: AgainstArm) -> TableRow:
    beside, level = against in one.beside, said.plan.interval
    new, seen = against.random, against.posterior
    cells = {
        "effect": words(said.effect(against)),
        "p": p_value(against.p),
        "new": TableCell() if new is None else words(f"{said.digits(new.value)} {said.ends(new.interval(level))}"),
        "p_new": p_value(against.p_new_task),
        "prediction": TableCell() if against.prediction is None else words(said.ends(against.prediction)),
        "posterior": TableCell() if seen is None else words(", ".join(f"{share:.3f}" for share in seen.above.values())),
        "tasks": TableCell(len(against.evidence.tasks), scale=1, digits=0),
        "pairs": TableCell(against.evidence.pairs, scale=1, digits=0),
    }
    first = not beside and against is one.comparisons[0]
    return _row(one, f"{said.compared(one, against)}{' (beside)' if beside else ''}", first=first, **cells)


def _row(one: Conclusion, comparison: str, *, first: bool, **cells: TableCell) -> TableRow:
    """The answer and the corrected p belong to the statement: its first row has them."""
    known = {"question": words(one.question), "n": TableCell(text=one.shots), "comparison": words(comparison)}
    known |= {"answer": words(one.answer if first else ABSENT), "p_holm": p_value(one.p_holm if first else None), **cells}
    return TableRow(tuple(known.get(name, TableCell()) for name in HEADS), rule=first)
