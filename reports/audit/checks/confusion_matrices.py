"""Confusion matrices that no classifier can have: precision, recall, F1 and accuracy of the same predictions against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reports.audit.finding import Finding, Published, place
from reports.audit.printed import SLACK, half_unit
from reports.published.facts import Confusion
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "precision, recall, F1 and accuracy"


class Line(NamedTuple):
    """One identity tried on one cell."""

    cell: PublishedCell
    text: str
    holds: bool


def harmonic(precision: float, recall: float) -> float:
    """F1 of one class, in the unit of its arguments."""
    return 2 * precision * recall / (precision + recall)


def accuracy(precision: float, recall: float, negatives: int, positives: int) -> float:
    """Accuracy in percent of a binary classifier, from precision and recall of the positive class in percent."""
    found = positives * recall / 100
    wrong = found * (100 / precision - 1)
    return 100 * (found + negatives - wrong) / (negatives + positives)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Binary: F1 and accuracy follow from precision and recall. Macro on a balanced test set: recall is accuracy."""
    lines = [
        line
        for fact in published.facts_of(table).confusions
        if fact.table == table.key
        for line in _lines(table, published.tables[fact.accuracy], fact)
    ]
    for holds, severity, shows, does_not in OUTCOMES:
        if some := [line for line in lines if line.holds is holds]:
            yield Finding(
                check=NAME,
                paper=table.paper,
                table=table.key,
                cells=tuple(dict.fromkeys(place(line.cell) for line in some)),
                arithmetic=tuple(line.text for line in some),
                severity=severity,
                shows=shows.format(some=len(some), all=len(lines)),
                does_not_show=does_not,
            )


OUTCOMES = (
    (
        False,
        "question",
        "{some} of {all} identities between printed precision, recall, F1 and accuracy do not hold within rounding: the numbers are not "
        "all from the same predictions, or one of them is misprinted.",
        "Which number is off. The copy of this table that was read was damaged in places, and which average the paper took is read from "
        "its code; either can be the reason.",
    ),
    (
        True,
        "note",
        "{some} of {all} identities between printed precision, recall, F1 and accuracy hold within rounding.",
        "That the predictions were good in any other respect.",
    ),
)


def _lines(table: PublishedTable, scores: PublishedTable, fact: Confusion) -> Iterator[Line]:
    for f1 in (cell for cell in table.cells if cell.task == fact.task and _plain(cell) == "f1" and cell.known):
        precision, recall = (_beside(table, f1, metric) for metric in ("precision", "recall"))
        right = next((cell for cell in scores.cells if (cell.task, cell.arm, cell.model) == (f1.task, f1.arm, f1.model)), None)
        if precision is None or recall is None or right is None or not right.known:
            continue
        if fact.average == "binary":
            yield _f1(f1, precision, recall)
            yield _binary(right, f1, precision, recall, fact)
        elif len(set(fact.classes)) == 1:
            yield _equal(right, recall)


def _plain(cell: PublishedCell) -> str:
    return cell.metric.removeprefix("macro_")


def _beside(table: PublishedTable, cell: PublishedCell, metric: str) -> PublishedCell | None:
    for other in table.row_cells(cell.row):
        if (_plain(other), other.arm) == (metric, cell.arm) and other.known:
            return other
    return None


def _span(precision: PublishedCell, recall: PublishedCell) -> list[tuple[float, float]]:
    """The corners of what rounds to the printed precision and recall. F1 and accuracy rise with both."""
    p, r = precision.value or 0.0, recall.value or 0.0
    return [(p + sign * half_unit(precision), min(100.0, r + sign * half_unit(recall))) for sign in (-1, 1)]


def _f1(f1: PublishedCell, precision: PublishedCell, recall: PublishedCell) -> Line:
    low, high = (harmonic(*corner) for corner in _span(precision, recall))
    exact = harmonic(precision.value or 0.0, recall.value or 0.0)
    text = f"{place(f1)}: 2 x {precision.text} x {recall.text} / ({precision.text} + {recall.text}) = {exact:.2f}; printed {f1.text}"
    return Line(f1, text, _within(f1, low, high))


def _binary(right: PublishedCell, f1: PublishedCell, precision: PublishedCell, recall: PublishedCell, fact: Confusion) -> Line:
    low, high = (accuracy(*corner, *fact.classes[:2]) for corner in _span(precision, recall))
    exact = accuracy(precision.value or 0.0, recall.value or 0.0, *fact.classes[:2])
    sizes = f"{fact.classes[0]:,} negatives and {fact.classes[1]:,} positives"
    text = f"{place(f1)}: precision {precision.text} and recall {recall.text} on {sizes} give accuracy {exact:.2f}; printed {right.text}"
    return Line(f1, text, _within(right, low, high))


def _equal(right: PublishedCell, recall: PublishedCell) -> Line:
    text = f"{place(recall)}: macro recall {recall.text} is accuracy when all classes have the same size; printed accuracy {right.text}"
    return Line(recall, text, _within(right, (recall.value or 0.0) - half_unit(recall), (recall.value or 0.0) + half_unit(recall)))


def _within(printed: PublishedCell, low: float, high: float) -> bool:
    """Whether something between `low` and `high` is printed so, rounded or cut off."""
    half = half_unit(printed) + SLACK
    return low - 2 * half <= (printed.value or 0.0) <= high + half
