"""Paired differences to the baseline with their t intervals: every pair a dot, filled where Holm rejects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.analysis.analysis import Analysis, Place
from reports.analysis.context import origin
from reports.figures.style import FIRST_PAGE, Page, finish, new_figure, plain, shown
from reports.results.arm_role import SANITY
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def forest(analysis: Analysis, page: Page = FIRST_PAGE, *, sanity: bool = False) -> Figure | None:
    """One panel per cell, one line per arm, over the band of the noise floor. None where there is no pair at all, and beyond the last page.

    Args:
        sanity: the sanity arms, which differ by far more and so have axes of their own, in place of the papers' methods and rivals.
    """
    arms = [arm for arm in analysis.arms if (arm in analysis.nulls and not sanity) or (_is_sanity(analysis, arm) == sanity)]
    cells = [
        cell for cell in analysis.block.cells if any(analysis.comparisons[p].n for p in analysis.places if p[1] == cell and p[0] in arms)
    ]
    low, high = _limits(analysis, cells, arms) if cells else (0.0, 0.0)
    cells, limit = shown(cells, page)
    if not cells:
        return None
    figure, axes, columns = new_figure(len(cells), width=3.4, height=0.7 + 0.24 * len(arms))
    for i, (one, cell) in enumerate(zip(axes, cells, strict=False)):
        _panel(one, analysis, cell, arms if i % columns == 0 else (), arms)
    for one in axes[: len(cells)]:
        one.set_xlim(low, high)
    band = f"Grey band: the 95 % interval of {analysis.null}, the baseline under other random numbers. " if analysis.null else ""
    note = (
        "Dots: single pairs. Diamonds: means with 95 % t interval before correction (that of two pairs may leave the picture), "
        "filled where Holm rejects at 5 %. "
        f"{limit}{band}{origin(analysis.block)}"
    )
    what = f"Difference of the sanity arms to {analysis.against}" if sanity else f"Difference to {analysis.against}"
    return finish(figure, axes, f"{what} in points", note, len(cells))


def _is_sanity(analysis: Analysis, arm: str) -> bool:
    return arm not in analysis.nulls and analysis.block.roles[arm].group == SANITY


def _limits(analysis: Analysis, cells: list[ScoredCell], arms: list[str]) -> tuple[float, float]:
    """One range for all panels, with room at both ends: every pair, and every interval of three pairs or more."""
    ends = [0.0]
    for place in analysis.places:
        if place[1] in cells and place[0] in arms:
            found, units = analysis.comparisons[place], analysis.units[place]
            ends += [float(value) for value in 100 * (units.a - units.b)]
            ends += [100 * found.interval.low, 100 * found.interval.high] if found.interval and found.n > 2 else []
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def _panel(one: Axes, analysis: Analysis, cell: ScoredCell, named: Sequence[str], arms: Sequence[str]) -> None:
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    noise = None if analysis.null is None else analysis.comparisons.get((analysis.null, cell))
    if noise is not None and noise.interval is not None:
        one.axvspan(100 * noise.interval.low, 100 * noise.interval.high, color="#D9D9D9", alpha=0.6, linewidth=0, zorder=0)
    for line, arm in enumerate(arms):
        if (arm, cell) in analysis.units:
            _line(one, analysis, (arm, cell), -line)
    one.set_title(plain(cell.label + (" (at floor)" if analysis.floored(cell) else "")), fontsize=9)
    one.set_yticks([-line for line in range(len(arms))], [plain(arm) for arm in named])
    one.set_ylim(-len(arms) + 0.4, 0.6)


def _line(one: Axes, analysis: Analysis, place: Place, height: float) -> None:
    units, found = analysis.units[place], analysis.comparisons[place]
    colour = "#7F7F7F" if place[0] in analysis.nulls else "#0072B2"
    one.scatter(100 * (units.a - units.b), [height] * units.n, s=8, color=colour, alpha=0.45, linewidths=0)
    if found.interval is not None:
        one.plot([100 * found.interval.low, 100 * found.interval.high], [height, height], color=colour, linewidth=1.2)
    if found.difference is not None:
        filled = colour if analysis.significant(place) else "white"
        one.scatter([100 * found.difference], [height], s=26, marker="D", facecolors=filled, edgecolors=colour, zorder=3)
