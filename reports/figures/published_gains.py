"""Our gains beside published ones, with the interval in which the published gain was to be expected from our runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.analysis.context import origin
from reports.figures.style import finish, new_figure, plain
from reports.published.filled_table import Filled, PaperTable
from reports.verdicts.selected_reading import FEWEST

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def ours_against_published(filled: PaperTable) -> Figure | None:
    """One line per printed cell with a gain of ours. None where there is none."""
    cells = [cell for cell in filled.cells if cell.verdict is not None and cell.verdict.gain is not None]
    if not cells:
        return None
    figure, axes, _ = new_figure(1, width=6.4, height=0.9 + 0.34 * len(cells))
    one = axes[0]
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    for line, cell in enumerate(cells):
        assert cell.verdict is not None
        assert cell.verdict.gain is not None
        gain, expected, first = cell.verdict.gain, cell.verdict.expected, line == 0
        if expected is not None:
            ends = [expected.low, expected.high]
            one.plot(ends, [-line] * 2, color="#56B4E9", linewidth=7, alpha=0.5, label="expected of theirs from ours" if first else None)
        one.plot([gain.low, gain.high], [-line] * 2, color="#0072B2", linewidth=1.5)
        one.scatter([gain.value], [-line], color="#0072B2", marker="D", s=24, zorder=3, label="ours, 95 % t interval" if first else None)
        theirs = [cell.verdict.published_gain]
        one.scatter(theirs, [-line], color="#D55E00", marker="x", s=36, zorder=4, label="published" if first else None)
    one.set_yticks([-i for i in range(len(cells))], [plain(_name(cell)) for cell in cells])
    one.set(ylim=(-len(cells) + 0.4, 0.6), xlabel="gain over the table's own baseline, in points")
    figure.legend(loc="outside right center", fontsize=7, frameon=False)
    bar = (
        "Bar: 95 % prediction interval for a printed gain if theirs were runs like ours (the widest reading of n and spread). "
        if any(cell.verdict and cell.verdict.expected for cell in cells)
        else ""
    )
    selected = any(cell.verdict and not cell.verdict.expected and cell.printed.selection.rule == "top" for cell in cells)
    bar += f"No bar: the printed means are of selected runs, and repeating that takes {FEWEST} pairs of ours. " if selected else ""
    note = f"{filled.table.citation}, {filled.table.number}. {bar}{origin(filled.block)}"
    return finish(figure, axes, f"Gains, ours and published: {filled.table.title}", note, 1)


def _name(cell: Filled) -> str:
    row, column = cell.printed.row, cell.printed.column
    assert cell.verdict is not None
    return f"{row}, {column}: {cell.verdict.outcome}"
