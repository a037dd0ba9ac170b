"""What picking the best of k runs does to a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.stats.selection import best_of_k
from reports.analysis.context import origin
from reports.figures.style import FIRST_PAGE, Page, baseline_of, finish, inside_key, look_in, new_figure, plain, shown, small_multiples
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def best_of_k_curves(block: Block, page: Page = FIRST_PAGE) -> Figure | None:
    """Expected best test score of k runs, k up to the runs that are there; panels per cell and group of arms. None where no arm has two
    runs, and beyond the last page."""
    from matplotlib.ticker import MaxNLocator

    curves = {place: best_of_k(list(runs.scores.values())).expected for place, runs in block.runs.items() if len(runs.scores) > 1}
    cells = [cell for cell in block.cells if any(where == cell for _, where in curves)]
    panels = [panel for panel in small_multiples(block, cells) if any((arm, panel[0]) in curves for arm in (*panel[2], baseline_of(block)))]
    found, limit = shown(panels, page)
    if not found:
        return None
    figure, axes, _ = new_figure(len(found))
    for one, (cell, group, arms) in zip(axes, found, strict=False):
        for arm in (baseline_of(block), *arms):
            if (arm, cell) in curves:
                values = [100 * value for value in curves[arm, cell]]
                one.plot(range(1, len(values) + 1), values, markersize=3, linewidth=1, label=plain(arm), **look_in(arms, arm))
        one.set(title=plain(f"{cell.label}: {group}" if group else cell.label), xlabel="k", ylabel="expected best of k, in points")
        one.xaxis.set_major_locator(MaxNLocator(integer=True))
        inside_key(one)
    what = "Unbiased expectation over subsets of our runs, chosen by test score: what a paper that reports its best run gains."
    return finish(figure, axes, "Best of k runs", f"{limit}{what} {origin(block)}", len(found))
