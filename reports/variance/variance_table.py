"""The table of variance shares: how much of the spread is the split, the initialisation, the order, and what the next run should be."""

from __future__ import annotations

import math

from benchmark.stats.intervals import Interval
from benchmark.stats.variance_components import SOURCES, VarianceComponents, next_run
from reports.analysis import context
from reports.analysis.analysis import Analysis
from reports.tables.table import Table, TableCell, TableColumn, TableRow, number, words
from reports.variance.crossed_scores import CrossedScores, crossed_scores

NAMES = {"split:init": "split x init", "split:order": "split x order", "init:order": "init x order", "residual": "rest"}
TEXT = ("arm", "cell", "of", "levels", "the next run")


def variance_table(analysis: Analysis) -> Table | None:
    """One line per cell, arm, and score or gain; None where no design crosses splits, initialisations and orders."""
    block = analysis.block
    cells = [cell for cell in block.cells if not analysis.floored(cell)]
    found = [one for cell in cells for arm in block.arms for one in crossed_scores(analysis, arm, cell)]
    if not found:
        return None
    heads = ("arm", "cell", "of", "levels", "sd of one run", *(NAMES.get(source, source) for source in SOURCES))
    columns = (*heads, "test examples", "the next run")
    return Table(
        name=f"variance.{block.name}",
        caption=f"Where the variance comes from: {block.title}",
        columns=tuple(TableColumn(name, (name,), name not in TEXT) for name in columns),
        rows=tuple(_line(one) for one in found),
        header=(
            *context.header(block),
            "Each source: its share of the variance of one run, then its standard deviation in points [95 %, parametric bootstrap]. "
            "Random effects of the crossed design, ANOVA estimates, a negative one set to 0; of a gain they are those of method x source. "
            "Split: training and development rows. Order: of the batches, with dropout. Rest: the interaction of all three.",
            "Test examples: standard deviation that another test set of this size would give to the mean of all runs; no number of runs "
            "takes it away, and it is no part of the shares.",
            "The next run: standard deviation of the mean with as many splits as here and one run on each, then with one run more, on a "
            "new split or with other random numbers on a split that is there.",
        ),
        footnotes=context.notes(block),
        data={f"{one.arm} | {one.cell.label} | {one.of}": _plain(one) for one in found},
    )


def _line(one: CrossedScores) -> TableRow:
    parts, (whole, planned) = one.components, one.splits
    levels = f"{whole} splits x {parts.levels['init']} inits x {parts.levels['order']} orders"
    shares = (_share(parts.components[source], parts.shares[source]) for source in SOURCES)
    cells = (
        *(words(text) for text in (one.arm, one.cell.label, one.of)),
        words(levels if whole == planned else f"{levels} ({whole} of {planned} splits are whole)"),
        TableCell(math.sqrt(parts.total), scale=1),
        *shares,
        TableCell(one.test_examples, scale=1, digits=2),
        words(_next(parts)),
    )
    return TableRow(cells, name=f"{one.arm} | {one.cell.label} | {one.of}")


def _share(found: Interval, share: float) -> TableCell:
    """Share of the variance, and the component as a standard deviation with its interval."""
    value, low, high = (number(math.sqrt(end)) for end in (found.value, found.low, found.high))
    return TableCell(share, text=f"{100 * share:.0f} %: {value} [{low}; {high}]")


def _next(parts: VarianceComponents) -> str:
    found = next_run(parts, parts.levels["split"])
    now, split, seed = (number(math.sqrt(variance), 2) for variance in (found.now, found.new_split, found.new_seed))
    return f"{now}; a new split: {split}; a new seed: {seed}"


def _plain(one: CrossedScores) -> dict[str, object]:
    """The components in squared points."""
    ends = {source: [found.value, found.low, found.high] for source, found in one.components.components.items()}
    return {"levels": dict(one.components.levels), "variance": ends, "test_examples_sd": one.test_examples}
