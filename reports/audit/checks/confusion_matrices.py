"""Confusion matrices that no classifier can have: precision, recall, F1 and accuracy of the same predictions against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from reports.audit.finding import Finding, Published, listed, place
from reports.audit.printed import SLACK, half_unit
from reports.published.facts import Confusion
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "precision, recall, F1 and accuracy"
Numbers = NDArray[float64]
Ends = tuple[float, float]


class Rates(NamedTuple):
    """Right answers of each of two classes, and what follows from them, in percent: one entry per confusion matrix.

    Args:
        recalls, precisions, f1s: of the first and of the second class.
        shares: share of each class among the examples.
    """

    recalls: tuple[Numbers, Numbers]
    precisions: tuple[Numbers, Numbers]
    f1s: tuple[Numbers, Numbers]
    accuracy: Numbers
    shares: tuple[float, float]


class Printed(NamedTuple):
    """What may stand behind the four printed numbers, rounded or cut off, in percent: lower and upper ends."""

    precision: Ends
    recall: Ends
    f1: Ends
    accuracy: Ends


def rates(first: NDArray[np.int64], second: NDArray[np.int64], sizes: tuple[int, int]) -> Rates:
    """The rates of classifiers that get `first` of sizes[0] and `second` of sizes[1] examples right. A class without predictions has
    precision 0."""
    right = (first.astype(float), second.astype(float))
    named = (right[0] + sizes[1] - right[1], right[1] + sizes[0] - right[0])  # how often each class is predicted
    recalls = (100 * right[0] / sizes[0], 100 * right[1] / sizes[1])
    precisions = tuple(np.where(count > 0, 100 * hits / np.maximum(count, 1), 0.0) for hits, count in zip(right, named, strict=True))
    f1s = tuple(harmonic(p, r) for p, r in zip(precisions, recalls, strict=True))
    total = sum(sizes)
    shares = (sizes[0] / total, sizes[1] / total)
    return Rates(recalls, (precisions[0], precisions[1]), (f1s[0], f1s[1]), 100 * (right[0] + right[1]) / total, shares)


def harmonic(precision: Numbers, recall: Numbers) -> Numbers:
    """F1, in the unit of its arguments; 0 where both are 0."""
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))


Average = Callable[[tuple[Numbers, Numbers], Rates], Numbers]
# Reading -> how it makes one number of two classes.
READINGS: dict[str, Average] = {
    "binary, second class": lambda pair, found: pair[1],
    "binary, first class": lambda pair, found: pair[0],
    "macro": lambda pair, found: (pair[0] + pair[1]) / 2,
    "weighted by class": lambda pair, found: pair[0] * found.shares[0] + pair[1] * found.shares[1],
}


def possible_readings(printed: Printed, sizes: tuple[int, int]) -> list[str]:
    """The readings under which one confusion matrix gives all four numbers. F1 may be the average of the classes' F1, or the harmonic mean
    of the averaged precision and recall: both are in use."""
    found = rates(*_with_accuracy(printed.accuracy, sizes), sizes)
    return [name for name, average in READINGS.items() if _possible(average, printed, found)]


def _possible(average: Average, printed: Printed, found: Rates) -> bool:
    precision, recall = average(found.precisions, found), average(found.recalls, found)
    f1 = _in(average(found.f1s, found), printed.f1) | _in(harmonic(precision, recall), printed.f1)
    return bool((_in(precision, printed.precision) & _in(recall, printed.recall) & f1).any())


def _with_accuracy(ends: Ends, sizes: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Right answers per class of every confusion matrix whose accuracy lies between the ends."""
    total = sum(sizes)
    counts = np.arange(np.ceil(ends[0] * total / 100 - SLACK), np.floor(ends[1] * total / 100 + SLACK) + 1).astype(np.int64)
    first = np.arange(sizes[0] + 1)
    second = counts[:, None] - first[None, :]
    fits = (second >= 0) & (second <= sizes[1])
    return np.broadcast_to(first, second.shape)[fits], second[fits]


def _in(values: Numbers, ends: Ends) -> NDArray[np.bool_]:
    return (values >= ends[0] - SLACK) & (values <= ends[1] + SLACK)


class Line(NamedTuple):
    """One set of printed numbers, and whether predictions exist that give it."""

    cell: PublishedCell
    text: str
    holds: bool


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Two classes: whether any confusion matrix gives precision, recall, F1 and accuracy. More, of equal size: macro recall is accuracy."""
    lines = [
        line
        for fact in published.facts_of(table).confusions
        if fact.table == table.key
        for line in _lines(table, published.tables[fact.accuracy], fact)
    ]
    if wrong := [line for line in lines if not line.holds]:
        yield _finding(
            table,
            wrong,
            f"{len(wrong)} of {len(lines)} sets of printed precision, recall, F1 and accuracy are those of no confusion matrix on the "
            f"known class sizes, under any of the usual readings ({listed(list(READINGS))}): the numbers are not all from the same "
            "predictions, or one of them is misprinted.",
            "Which number is off. The copy of this table that was read was damaged in places, an average over runs need not be a confusion "
            "matrix, and the accuracy is from another table.",
        )
    if right := [line for line in lines if line.holds]:
        shows = f"{len(right)} of {len(lines)} sets of printed precision, recall, F1 and accuracy are possible together."
        yield _finding(table, right, shows, "That the reading that fits is the one that was used.")


def _finding(table: PublishedTable, lines: list[Line], shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(dict.fromkeys(place(line.cell) for line in lines)),
        arithmetic=tuple(line.text for line in lines),
        severity="note" if lines[0].holds else "question",
        shows=shows,
        does_not_show=does_not,
    )


def _lines(table: PublishedTable, scores: PublishedTable, fact: Confusion) -> Iterator[Line]:
    for f1 in (cell for cell in table.cells if cell.task == fact.task and _plain(cell) == "f1" and cell.known):
        precision, recall = (_beside(table, f1, metric) for metric in ("precision", "recall"))
        right = next((cell for cell in scores.cells if (cell.task, cell.arm, cell.model) == (f1.task, f1.arm, f1.model)), None)
        if precision is None or recall is None or right is None or not right.known:
            continue
        if len(fact.classes) == 2:
            yield _two_classes((precision, recall, f1, right), (fact.classes[0], fact.classes[1]))
        elif len(set(fact.classes)) == 1:
            yield _equal_sizes(recall, right)


def _plain(cell: PublishedCell) -> str:
    return cell.metric.removeprefix("macro_")


def _beside(table: PublishedTable, cell: PublishedCell, metric: str) -> PublishedCell | None:
    for other in table.row_cells(cell.row):
        if (_plain(other), other.arm) == (metric, cell.arm) and other.known:
            return other
    return None


def _ends(cell: PublishedCell) -> Ends:
    """What may stand behind a printed number that was rounded or cut off."""
    value, half = cell.value or 0.0, half_unit(cell)
    return value - half, value + 2 * half


def _two_classes(cells: tuple[PublishedCell, ...], sizes: tuple[int, int]) -> Line:
    precision, recall, f1, right = cells
    possible = possible_readings(Printed(_ends(precision), _ends(recall), _ends(f1), _ends(right)), sizes)
    numbers = f"precision {precision.text}, recall {recall.text}, F1 {f1.text}, accuracy {right.text}"
    outcome = f"possible as {listed(possible)}" if possible else "no confusion matrix gives them"
    return Line(f1, f"{place(f1)}: {numbers} on {sizes[0]:,} and {sizes[1]:,} examples: {outcome}", bool(possible))


def _equal_sizes(recall: PublishedCell, right: PublishedCell) -> Line:
    text = f"{place(recall)}: macro recall {recall.text} is accuracy when all classes have the same size; printed accuracy {right.text}"
    (low, high), (least, most) = _ends(recall), _ends(right)
    return Line(recall, text, max(low, least) <= min(high, most) + SLACK)
