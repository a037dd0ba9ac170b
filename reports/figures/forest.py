"""Paired differences to the baseline with their t intervals: every pair a dot, filled where Holm rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.analysis.analysis import Analysis, Place
from reports.analysis.context import origin
from reports.figures.style import finish, new_figure, plain, shown
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def forest(analysis: Analysis) -> Figure | None:
    """One panel per cell, one line per arm. None where there is no pair at all."""
    cells = [cell for cell in analysis.block.cells if any(analysis.comparisons[p].n for p in analysis.places if p[1] == cell)]
    if not cells:
        return None
    cells, limit = shown(cells)
    figure, axes, columns = new_figure(len(cells), width=3.4, height=0.7 + 0.24 * len(analysis.arms))
    for i, (one, cell) in enumerate(zip(axes, cells, strict=False)):
        _panel(one, analysis, cell, named=i % columns == 0)
    low, high = _limits(analysis, cells)
    for one in axes[: len(cells)]:
        one.set_xlim(low, high)
    note = (
        "Dots: single pairs. Diamonds: means with 95 % t interval before correction (that of two pairs may leave the picture), "
        "filled where Holm rejects at 5 %. "
        f"{limit}{analysis.null}: noise floor. {origin(analysis.block)}"
    )
    return finish(figure, axes, f"Difference to {analysis.against} in points", note, len(cells))


def _limits(analysis: Analysis, cells: list[ScoredCell]) -> tuple[float, float]:
    """One range for all panels, with room at both ends: every pair, and every interval of three pairs or more."""
    ends = [0.0]
    for place in analysis.places:
        if place[1] in cells:
            found, units = analysis.comparisons[place], analysis.units[place]
            ends += [float(value) for value in 100 * (units.a - units.b)]
            ends += [100 * found.interval.low, 100 * found.interval.high] if found.interval and found.n > 2 else []
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def _panel(one: Axes, analysis: Analysis, cell: ScoredCell, named: bool) -> None:
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    for line, arm in enumerate(analysis.arms):
        if (arm, cell) in analysis.units:
            _line(one, analysis, (arm, cell), -line)
    one.set_title(plain(cell.label + (" (at floor)" if analysis.floored(cell) else "")), fontsize=9)
    one.set_yticks([-line for line in range(len(analysis.arms))], [plain(arm) for arm in analysis.arms] if named else [])
    one.set_ylim(-len(analysis.arms) + 0.4, 0.6)


def _line(one: Axes, analysis: Analysis, place: Place, height: float) -> None:
    units, found = analysis.units[place], analysis.comparisons[place]
    colour = "#7F7F7F" if place[0] == analysis.null else "#0072B2"
    one.scatter(100 * (units.a - units.b), [height] * units.n, s=8, color=colour, alpha=0.45, linewidths=0)
    if found.interval is not None:
        one.plot([100 * found.interval.low, 100 * found.interval.high], [height, height], color=colour, linewidth=1.2)
    if found.difference is not None:
        filled = colour if analysis.significant(place) else "white"
        one.scatter([100 * found.difference], [height], s=26, marker="D", facecolors=filled, edgecolors=colour, zorder=3)
