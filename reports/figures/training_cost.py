"""What a score costs: seconds of training against accuracy, every run a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.analysis.context import origin
from reports.figures.style import finish, key, look, new_figure, plain, shown
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHORTEST = 0.05  # seconds; shorter runs stand here, so that a logarithmic axis can hold them


def cost_against_accuracy(block: Block) -> Figure | None:
    """One panel per cell. None where nothing has finished."""
    cells = [cell for cell in block.cells if any(len(runs.done) for (_, where), runs in block.runs.items() if where == cell)]
    if not cells:
        return None
    from matplotlib.ticker import NullFormatter

    cells, limit = shown(cells)
    figure, axes, _ = new_figure(len(cells))
    for one, cell in zip(axes, cells, strict=False):
        for arm in block.arms:
            runs = block.runs.get((arm, cell))
            if runs is not None and len(runs.done):
                seconds, scores = [max(SHORTEST, s) for s in runs.column("seconds")], [100 * v for v in runs.column("value")]
                one.scatter(seconds, scores, s=16, alpha=0.7, linewidths=0, label=plain(arm), **look(block.arms, arm))
        one.set(xscale="log", title=plain(cell.label), xlabel="seconds of training", ylabel=f"{cell.metric} in points")
        one.xaxis.set_minor_formatter(NullFormatter())
        one.xaxis.set_major_formatter("{x:g}")
    key(figure, axes[: len(cells)])
    note = f"{limit}Dots: single runs; phases from the cache count in full; times are those of the machine that ran. {origin(block)}"
    return finish(figure, axes, f"Cost against {cells[0].metric}", note, len(cells))
