"""The spread printed beside an average: how many values per part give it, when all values are pooled."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from reports.audit.finding import Finding, Published, place
from reports.audit.printed import SLACK, spread_half_unit
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "spread of averages"
MOST = 1000


def pooled(means: Sequence[float], spreads: Sequence[float], each: int) -> float:
    """Sample standard deviation of all values together, `each` values in every part with the given mean and sample standard deviation."""
    grand = statistics.mean(means)
    within = (each - 1) * sum(spread**2 for spread in spreads)
    between = each * sum((mean - grand) ** 2 for mean in means)
    return math.sqrt((within + between) / (each * len(means) - 1))


def fits(cell: PublishedCell, parts: Sequence[PublishedCell], each: int) -> bool:
    """Whether `each` values per part can give the printed spread, within rounding of all the numbers involved.

    Rounding moves the within and between parts of the root of the sum of squares by at most half a unit per value, at right angles.
    """
    means, spreads = [part.value or 0.0 for part in parts], [part.spread or 0.0 for part in parts]
    half, count = max(spread_half_unit(part) for part in parts), len(parts)
    moved = half * math.sqrt((count * (each - 1) + count * each) / (count * each - 1))
    return abs(pooled(means, spreads, each) - (cell.spread or 0.0)) <= moved + spread_half_unit(cell) + SLACK


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Which numbers of values per part fit every row."""
    rows = [
        (cell, [table.cell(cell.row, part) for part in cell.mean_of]) for cell in table.cells if cell.mean_of and cell.spread is not None
    ]
    rows = [(cell, parts) for cell, parts in rows if all(part.spread is not None for part in parts)]
    if not rows:
        return
    every = [each for each in range(2, MOST + 1) if all(fits(cell, parts, each) for cell, parts in rows)]
    yield Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(cell) for cell, _ in rows),
        arithmetic=tuple(_line(cell, parts) for cell, parts in rows),
        severity="note" if every else "question",
        shows=_shows(every),
        does_not_show="That runs were pooled in this way: the paper does not say how the spread of an average was computed.",
    )


def _shows(every: list[int]) -> str:
    if not every:
        return "No one number of runs per part gives the spreads printed beside the averages, if all runs are pooled."
    more = "" if every[-1] == MOST else " More runs per part do not fit."
    return (
        "In every row, within rounding, the spread printed beside the average is the sample standard deviation of all runs together if "
        f"each part has {every[0]} to {every[-1]} runs.{more}"
    )


def _line(cell: PublishedCell, parts: Sequence[PublishedCell]) -> str:
    means, spreads = [part.value or 0.0 for part in parts], [part.spread or 0.0 for part in parts]
    shown = ", ".join(f"{pooled(means, spreads, each):.2f} with {each}" for each in (3, 10, 100))
    return f"{place(cell)}: printed {cell.spread:g}; pooled {shown} runs per part"
