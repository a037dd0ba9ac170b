"""Whether an imbalance correction does anything, by its own formula and the class counts of the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reports.audit.finding import Finding, Published
from reports.published.facts import Augmentation, Classes, Variant
from reports.published.published_table import PublishedTable

NAME = "augmentation triggers"


def ratio(size: int, largest: int, max_ratio: float) -> float:
    """f(size) = log(largest / size) * max_ratio / log(largest)."""
    return math.log(largest / size) * max_ratio / math.log(largest)


def threshold(largest: int, min_ratio: float, max_ratio: float) -> float:
    """The class size at and below which f reaches min_ratio: largest ** (1 - min_ratio / max_ratio)."""
    return float(largest ** (1 - min_ratio / max_ratio))


def repeated(counts: Sequence[int], min_ratio: float, max_ratio: float) -> list[tuple[int, int]]:
    """(size, how many times) of the classes that are repeated."""
    found = [(size, ratio(size, max(counts), max_ratio)) for size in counts]
    return [(size, round(times)) for size, times in found if times >= min_ratio]


class AugmentationRow(NamedTuple):
    """One data set: which classes each variant repeats, and how far the columns of the variants are apart."""

    classes: Classes
    per_variant: list[tuple[Variant, list[tuple[int, int]]]]
    values: dict[str, float]

    @property
    def inert(self) -> list[str]:
        """Columns whose correction changes nothing, the one without any correction included."""
        done = {variant.column for variant, classes in self.per_variant if classes}
        return [column for column in self.values if column not in done]

    @property
    def spread(self) -> float:
        """Largest difference between columns that are then the same procedure."""
        same = [self.values[column] for column in self.inert]
        return max(same) - min(same) if same else 0.0


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """For every data set with known class counts: which classes are repeated, and what the columns differ by all the same."""
    facts = published.facts_of(table).augmentation
    if facts is None or facts.table != table.key:
        return
    rows = [_row(table, facts, classes) for classes in facts.classes if classes.counts]
    quiet = [row for row in rows if len(row.inert) > 1]
    unknown = [classes.row for classes in facts.classes if not classes.counts]
    if quiet:
        most = max(quiet, key=lambda row: row.spread)
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(f"{row.classes.row} / {column}" for row in quiet for column in row.inert),
            arithmetic=(*(line for row in rows for line in _lines(row, facts)), *(f"{name}: class counts unknown" for name in unknown)),
            severity="serious",
            shows=f"By its own formula the correction changes nothing in these cells: no class is small enough. So the columns of a row "
            f"are the same procedure, and yet they differ by up to {most.spread:.2f} points ({most.classes.row}). That is what runs of the "
            "same procedure differ by here, or a side effect of something else, not the correction.",
            does_not_show="What the difference comes from, or that the correction is useless on data that is really imbalanced.",
        )


def _row(table: PublishedTable, facts: Augmentation, classes: Classes) -> AugmentationRow:
    columns = [*(variant.column for variant in facts.variants), facts.off]
    values = {column: cell.value for column in columns if (cell := table.cell(classes.row, column)).value is not None}
    done = [(variant, repeated(classes.counts, facts.min_ratio, variant.max_ratio)) for variant in facts.variants]
    return AugmentationRow(classes, done, values)


def _lines(row: AugmentationRow, facts: Augmentation) -> Iterable[str]:
    counts = row.classes.counts
    for variant, done in row.per_variant:
        limit = threshold(max(counts), facts.min_ratio, variant.max_ratio)
        what = ", ".join(f"the class of {size:,} {times} times" for size, times in done) if done else "nothing"
        yield (
            f"{row.classes.row}, {variant.column} (max_ratio {variant.max_ratio:g}): repeats classes of at most {limit:,.1f}; "
            f"smallest {min(counts):,}, largest {max(counts):,}: repeats {what} (counts: {row.classes.source})"
        )
    yield f"{row.classes.row}: " + ", ".join(f"{column} {value:.2f}" for column, value in row.values.items())
