"""The figure of claims: per method and task the reported gain, ours with its interval, and those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.analysis.analysis import Analysis
from reports.analysis.context import origin
from reports.claims.claim_lines import ClaimLine, Source, claim_lines
from reports.figures.style import finish, new_figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOK: dict[Source, tuple[str, str]] = {"reported": ("#D55E00", "X"), "ours": ("#0072B2", "D"), "others": ("#009E73", "s")}
MOST_LINES = 48


def claims_figure(analysis: Analysis) -> Figure | None:
    """One line per gain, grouped by method and task; None where there is nothing to set side by side."""
    every = claim_lines(analysis)
    lines = every[:MOST_LINES]
    if not lines:
        return None
    figure, axes, _ = new_figure(1, width=6.8, height=1.1 + 0.2 * len(lines))
    one, seen, heights = axes[0], set(), _heights(lines)
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    for line, height in zip(lines, heights, strict=True):
        colour, marker = LOOK[line.source]
        if line.low is not None and line.high is not None:
            one.plot([line.low, line.high], [height] * 2, color=colour, linewidth=1.5)
        name = None if line.source in seen else line.source
        one.scatter([line.gain], [height], color=colour, marker=marker, s=24, zorder=3, label=name)
        seen.add(line.source)
    one.set_yticks(heights, [plain(f"{line.arm}, {line.task}, N = {line.shots} ({line.model})") for line in lines])
    one.set(xlabel="gain over the source's own baseline, in points")
    figure.legend(loc="outside right center", fontsize=7, frameon=False)
    left = f"The first {MOST_LINES} of {len(every)} lines; the table holds all. " if len(every) > MOST_LINES else ""
    said = "Line: 95 % t interval of ours. Models, labels and tuning differ between sources: a picture, no test."
    note = f"{left}{said} {origin(analysis.block)}"
    return finish(figure, axes, "Reported, ours, others", note, 1)


def _heights(lines: list[ClaimLine]) -> list[float]:
    """From the top down, with a gap between methods and tasks."""
    heights, height = [], 0.0
    for before, line in zip([lines[0], *lines], lines, strict=False):
        height -= 1.0 if before.order[:2] == line.order[:2] else 1.7
        heights.append(height)
    return heights
