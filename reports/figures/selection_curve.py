"""What picking the best of k runs does to a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.stats.selection import best_of_k
from reports.analysis.context import origin
from reports.figures.style import finish, key, look, new_figure, plain, shown
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def best_of_k_curves(block: Block) -> Figure | None:
    """Expected best test score of k runs, k up to the runs that are there; one panel per cell. None where no arm has two runs."""
    cells = [cell for cell in block.cells if any(len(runs.scores) > 1 for (_, where), runs in block.runs.items() if where == cell)]
    if not cells:
        return None
    from matplotlib.ticker import MaxNLocator

    cells, limit = shown(cells)
    figure, axes, _ = new_figure(len(cells))
    for one, cell in zip(axes, cells, strict=False):
        for arm in block.arms:
            runs = block.runs.get((arm, cell))
            if runs is not None and len(runs.scores) > 1:
                expected = best_of_k(list(runs.scores.values())).expected
                style = look(block.arms, arm)
                one.plot(range(1, len(expected) + 1), [100 * v for v in expected], markersize=3, linewidth=1, label=plain(arm), **style)
        one.set(title=plain(cell.label), xlabel="k", ylabel="expected best of k, in points")
        one.xaxis.set_major_locator(MaxNLocator(integer=True))
    key(figure, axes[: len(cells)])
    what = "Unbiased expectation over subsets of our runs, chosen by test score: what a paper that reports its best run gains."
    note = f"{limit}{what} {origin(block)}"
    return finish(figure, axes, "Best of k runs", note, len(cells))
