"""The style that all figures share: colours for colour-blind readers, markers, sizes, and the line that says what is shown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reports.analysis.analysis import declared_baseline
from reports.results.arm_role import RIVALS, SANITY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.results.blocks import Block

T = TypeVar("T")
# Okabe and Ito 2008, without yellow (too faint on white), then wine and olive of Paul Tol; markers tell apart what shares a colour.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#7F7F7F", "#882255", "#999933")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p", "*")
MOST = 12  # panels of one figure; more would be too small to read and slow to draw
MOST_LINES = 4  # arms of one panel beside the baseline; more lines hide each other
BASELINE = "#7F7F7F"


class Page(NamedTuple):
    """One of the figures of one sort: its number from 0, and how many may be drawn (drawing is most of what a report costs)."""

    number: int = 0
    most: int = 4


FIRST_PAGE = Page()
RC: dict[Any, Any] = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "reports", "figure.dpi": 100}


def new_figure(panels: int, width: float = 3.2, height: float = 2.7) -> tuple[Figure, list[Axes], int]:
    """A figure without any window, and axes for `panels` panels, at most three beside each other (four make a square).

    Sizes are in inches per panel.

    Returns:
        the figure, its axes row by row, and how many stand beside each other.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = 2 if panels == 4 else min(3, panels)
    rows = math.ceil(panels / columns)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(max(5.6, width * columns), height * rows + 0.5), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat), columns


def shown(panels: Sequence[T], page: Page = FIRST_PAGE) -> tuple[list[T], str]:
    """The panels of one page (`MOST` of them), and a sentence where that is not all. Empty beyond the last page."""
    first, drawn = page.number * MOST, min(len(panels), MOST * page.most)
    kept = list(panels[first : first + MOST]) if page.number < page.most else []
    if len(kept) == len(panels):
        return kept, ""
    left_out = f", of which the first {drawn} are drawn" if drawn < len(panels) else ""
    return kept, f"Panels {first + 1} to {first + len(kept)} of {len(panels)}{left_out}. "


def small_multiples(block: Block, places: Sequence[T]) -> list[tuple[T, str, list[str]]]:
    """Places (cells, tasks) times groups of arms: one panel each, with at most `MOST_LINES` arms: the papers' methods, rivals, sanity arms.
    The name of the group is "" where one panel holds all arms.

    Returns:
        (place, name of the group, its arms) of each panel; the baseline is in none of them: it is drawn in every panel.
    """
    groups: dict[str, list[str]] = {"papers' methods": [], RIVALS: [], SANITY: []}
    for arm in block.arms:
        if arm != baseline_of(block):
            groups["papers' methods" if block.roles[arm].is_claim else block.roles[arm].group].append(arm)
    if sum(map(len, groups.values())) <= MOST_LINES:
        groups = {"": [arm for arms in groups.values() for arm in arms]}
    cut = [(name, arms) for name, some in groups.items() for arms in evenly(some, MOST_LINES)]
    return [(place, name, arms) for place in places for name, arms in cut]


def evenly(items: Sequence[T], most: int) -> list[list[T]]:
    """The items in as few parts of at most `most` as there can be, of nearly the same length."""
    parts = math.ceil(len(items) / most)
    size = math.ceil(len(items) / parts) if parts else 0
    return [list(items[i : i + size]) for i in range(0, len(items), size)] if parts else []


def baseline_of(block: Block) -> str:
    """The arm that every panel shows in grey; "" where the block has none."""
    named = declared_baseline(block)
    return named if named in block.arms else ""


def look_in(arms: Sequence[str], arm: str) -> dict[str, Any]:
    """Colour and marker of an arm by its place in a panel; an arm that is not among them is the baseline, in grey."""
    return look(arms, arm) if arm in arms else {"color": BASELINE, "marker": "."}


def inside_key(one: Axes) -> None:
    """The legend of one panel, inside it."""
    if one.get_legend_handles_labels()[0]:
        one.legend(fontsize=6, frameon=False, handlelength=1.2, labelspacing=0.25)


def look(arms: Sequence[str], arm: str) -> dict[str, Any]:
    """Colour and marker of an arm, by its place among all arms."""
    place = list(arms).index(arm)
    return {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)]}


def plain(text: str) -> str:
    """Text that matplotlib does not take for mathematics."""
    return text.replace("$", r"\$")


def finish(figure: Figure, axes: Sequence[Axes], title: str, note: str, used: int) -> Figure:
    """Title above, what is shown below, one size of letters; axes that were not used disappear."""
    for one in axes[:used]:
        one.title.set_fontsize(9)
        one.tick_params(labelsize=8)
        one.xaxis.label.set_fontsize(8)
        one.yaxis.label.set_fontsize(8)
    for unused in axes[used:]:
        unused.set_visible(False)
    figure.suptitle(plain(title), fontsize=10)
    figure.supxlabel(plain("\n".join(textwrap.wrap(note, int(16 * figure.get_figwidth())))), fontsize=7)
    return figure


def key(figure: Figure, axes: Sequence[Axes]) -> None:
    """One legend for all axes, at the right."""
    found: dict[str, Artist] = {}
    for one in axes:
        for handle, name in zip(*one.get_legend_handles_labels(), strict=True):
            found.setdefault(name, handle)
    if found:
        figure.legend(list(found.values()), list(found), loc="outside right center", fontsize=8, frameon=False)
