"""The figure beside the answers: every arm against the baseline over tasks; the papers' methods and the sanity arms have their own axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.analysis.analysis import ALPHA, Analysis
from reports.analysis.context import origin
from reports.analysis.headlines import Headline, headlines
from reports.figures.style import finish, new_figure, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LINES = 40
BAND = "#D9D9D9"


def answers_forest(analysis: Analysis) -> Figure | None:
    """One line per arm and number of labels: mean over tasks with its interval, over the baseline's own under other random numbers. None
    without any comparison over tasks."""
    found = [one for one in headlines(analysis) if one.baseline is not None]
    panels = {
        "The papers' methods": [one for one in found if one.in_words][:MOST_LINES],
        "Sanity arms": [one for one in found if not one.in_words and one.group != "null"][:MOST_LINES],
    }
    panels = {name: lines for name, lines in panels.items() if lines}
    if not panels:
        return None
    null = {one.level: one for one in found if one.group == "null"}
    figure, axes, _ = new_figure(len(panels), width=6.0, height=0.9 + 0.21 * max(map(len, panels.values())))
    for one, (name, lines) in zip(axes, panels.items(), strict=True):
        _panel(one, lines, null)
        one.set(title=name, xlabel=plain(f"difference to {analysis.against} in points"))
    band = "Grey: that interval of the baseline under other random numbers. " if null else ""
    note = f"Diamonds: means over tasks with 95 % intervals before correction, filled where Holm rejects at 5 %. {band}"
    return finish(figure, axes, f"Difference to {analysis.against} over tasks", f"{note}{origin(analysis.block)}", len(panels))


def _panel(one: Axes, lines: Sequence[Headline], null: dict[str, Headline]) -> None:
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    for line, found in enumerate(lines):
        assert found.baseline is not None
        gain, noise = found.baseline.gain, null.get(found.level)
        if noise is not None and noise.baseline is not None:
            one.barh(-line, noise.baseline.gain.high - noise.baseline.gain.low, 0.9, left=noise.baseline.gain.low, color=BAND, zorder=0)
        one.plot([gain.low, gain.high], [-line, -line], color="#0072B2", linewidth=1.4)
        filled = "#0072B2" if found.p_holm is not None and found.p_holm <= ALPHA else "white"
        one.scatter([gain.value], [-line], s=28, marker="D", facecolors=filled, edgecolors="#0072B2", zorder=3)
    one.set_yticks([-line for line in range(len(lines))], [plain(f"{found.arm}, {found.level}") for found in lines])
    one.set_ylim(-len(lines) + 0.4, 0.6)
