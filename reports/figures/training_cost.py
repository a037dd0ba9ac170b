"""What a score costs: seconds of training against accuracy, every run a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.analysis.context import origin
from reports.figures.style import FIRST_PAGE, Page, baseline_of, finish, inside_key, look_in, new_figure, plain, shown, small_multiples
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHORTEST = 0.05  # seconds; shorter runs stand here, so that a logarithmic axis can hold them


def cost_against_accuracy(block: Block, page: Page = FIRST_PAGE) -> Figure | None:
    """Panels per cell and group of arms. None where nothing has finished, and beyond the last page."""
    from matplotlib.ticker import LogLocator, NullLocator

    cells = [cell for cell in block.cells if any(len(runs.done) for (_, where), runs in block.runs.items() if where == cell)]
    found, limit = shown(small_multiples(block, cells), page)
    if not found:
        return None
    figure, axes, _ = new_figure(len(found))
    for one, (cell, group, arms) in zip(axes, found, strict=False):
        for arm in (baseline_of(block), *arms):
            runs = block.runs.get((arm, cell))
            if runs is not None and len(runs.done):
                seconds, scores = [max(SHORTEST, s) for s in runs.column("seconds")], [100 * v for v in runs.column("value")]
                one.scatter(seconds, scores, s=14, alpha=0.7, linewidths=0, label=plain(arm), **look_in(arms, arm))
        title = f"{cell.label}: {group}" if group else cell.label
        one.set(xscale="log", title=plain(title), xlabel="seconds of training", ylabel=f"{cell.metric} in points")
        low, high = one.get_xlim()
        one.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 30 * low else (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        one.xaxis.set_minor_locator(NullLocator())
        one.xaxis.set_major_formatter("{x:g}")
        inside_key(one)
    note = f"{limit}Dots: single runs; phases from the cache count in full; times are those of the machine that ran. {origin(block)}"
    return finish(figure, axes, f"Cost against {' / '.join(sorted({cell.metric for cell in cells}))}", note, len(found))
