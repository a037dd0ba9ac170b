"""The inflation curve: by how much the best of k runs lies above the mean of all runs, by what it is chosen."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.stats.selection import best_of_k, best_of_k_by_dev
from reports.analysis.context import origin
from reports.figures.style import finish, new_figure, plain
from reports.post_hoc.selection_effects import PairedScores, paired_scores
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 3  # runs of an arm in a cell


def inflation_curve(block: Block) -> Figure | None:
    """One panel per number of labels, averaged over arms and cells with as many runs; None where no arm has three runs."""
    scores = [one for one in paired_scores(block, None) if len(one.test) >= FEWEST and one.dev is not None]
    sizes = sorted({one.cell.size for one in scores}, key=lambda size: (not size.isdigit(), int(size) if size.isdigit() else 0, size))
    if not sizes:
        return None
    from matplotlib.ticker import MaxNLocator

    figure, axes, _ = new_figure(len(sizes), height=2.9)
    for axis, size in zip(axes, sizes, strict=False):
        mine = [one for one in scores if one.cell.size == size]
        runs = max(statistics.multimode(len(one.test) for one in mine))
        same = [one for one in mine if len(one.test) == runs]
        by_test, by_dev = curves(same)
        ks = range(1, runs + 1)
        axis.plot(ks, by_test, color="#D55E00", marker="o", markersize=3, linewidth=1.2, label="chosen by test score")
        axis.plot(ks, by_dev, color="#0072B2", marker="s", markersize=3, linewidth=1.2, label="chosen by development score")
        axis.axhline(0, color="#7F7F7F", linewidth=0.8)
        axis.legend(fontsize=7, frameon=False, loc="upper left")
        axis.set(title=plain(f"N = {size}: {len(same)} arms in cells, {runs} runs each"), xlabel="k")
        axis.set_ylabel("points above the mean of all runs")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    what = "Test score of the best of k runs minus the mean of all runs, expected over all subsets, mean over arms and cells."
    note = f"{what} {origin(block)}"
    return finish(figure, axes, "What selecting runs adds to a table", note, len(sizes))


def curves(scores: Sequence[PairedScores]) -> tuple[list[float], list[float]]:
    """Points above the mean of all runs for k = 1 .. n, chosen by test and by development score, averaged over arms with n runs each."""
    by_test = [best_of_k(one.test).expected for one in scores]
    by_dev = [best_of_k_by_dev(one.test, one.dev or ()).expected for one in scores]
    means = [one.mean for one in scores]
    return tuple(  # type: ignore[return-value]
        [100 * statistics.fmean(row[k] - mean for row, mean in zip(rows, means, strict=True)) for k in range(len(rows[0]))]
        for rows in (by_test, by_dev)
    )
