"""Learning and noise curves in small multiples: accuracy over the number of labels and over the level of noise, every run a dot, a line
through the means."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reports.analysis.context import origin
from reports.figures.style import (
    BASELINE,
    FIRST_PAGE,
    Page,
    baseline_of,
    finish,
    inside_key,
    look_in,
    new_figure,
    plain,
    shown,
    small_multiples,
)
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Position = Callable[[ScoredCell], float]


def over_shots(block: Block, page: Page = FIRST_PAGE) -> Figure | None:
    """Panels per task with at least two numbers of labels, without noise, and group of arms. None where there is none on this page."""
    panels: dict[str, list[ScoredCell]] = {}
    for cell in block.cells:
        if not cell.noise and math.isfinite(cell.examples):
            panels.setdefault(cell.panel, []).append(cell)
    return _panels(block, _long(block, panels), lambda cell: math.log10(cell.examples), "labelled training examples (log scale)", page)


def over_noise(block: Block, page: Page = FIRST_PAGE) -> Figure | None:
    """Panels per task, number of labels and kind of noise with at least two levels, the clean cell as level 0, and group of arms."""
    panels: dict[str, list[ScoredCell]] = {}
    clean = {(cell.panel, cell.size): cell for cell in block.cells if not cell.noise}
    for cell in block.cells:
        if cell.noise:
            name = f"{cell.panel} N = {cell.size}, {cell.noise.kind} {cell.noise.where.replace('train', '')}".strip()
            start = [clean[cell.panel, cell.size]] if (cell.panel, cell.size) in clean else []
            panels.setdefault(name, start).append(cell)
    return _panels(block, _long(block, panels), lambda cell: cell.noise_level, "noise level", page)


def _long(block: Block, panels: dict[str, list[ScoredCell]]) -> dict[str, list[ScoredCell]]:
    """Panels with finished runs at two places or more."""
    there = {cell for (_, cell), runs in block.runs.items() if runs.scores}
    return {name: cells for name, cells in panels.items() if len({(c.examples, c.noise_level) for c in cells if c in there}) > 1}


def _panels(block: Block, panels: dict[str, list[ScoredCell]], at: Position, below: str, page: Page) -> Figure | None:
    found, limit = shown(small_multiples(block, list(panels)), page)
    if not found:
        return None
    figure, axes, _ = new_figure(len(found))
    for one, (name, group, arms) in zip(axes, found, strict=False):
        cells = panels[name]
        _panel(one, block, arms, cells, at)
        one.set(title=plain(f"{name}: {group}" if group else name), xlabel=below, ylabel=f"{cells[0].metric} in points")
        _ticks(one, cells, at, "noise" if below == "noise level" else "shots")
        inside_key(one)
    metric = " / ".join(sorted({panels[name][0].metric for name, *_ in found}))
    note = f"{limit}Dots: single runs (moved sideways a little). Lines: means; grey: the baseline. Dashed: always the most frequent class."
    return finish(figure, axes, f"{metric.capitalize()} over {below}", f"{note} {origin(block)}", len(found))


def _ticks(one: Axes, cells: Sequence[ScoredCell], at: Position, what: str) -> None:
    places = sorted({(at(cell), cell.size if what == "shots" else f"{cell.noise_level:g}") for cell in cells})
    one.set_xticks([place for place, _ in places], [name for _, name in places])


def _panel(one: Axes, block: Block, arms: Sequence[str], cells: Sequence[ScoredCell], at: Position) -> None:
    width = max(at(cell) for cell in cells) - min(at(cell) for cell in cells)
    drawn = [*filter(None, [baseline_of(block)]), *arms]
    for i, arm in enumerate(drawn):
        shift = width * 0.015 * (i - (len(drawn) - 1) / 2)
        style, line = look_in(arms, arm), []
        dots: list[tuple[float, float]] = []
        for cell in sorted(cells, key=at):
            runs = block.runs.get((arm, cell))
            values = [100 * value for value in runs.scores.values()] if runs else []
            dots += [(at(cell) + shift, value) for value in values]
            line += [(at(cell) + shift, statistics.fmean(values))] if values else []
        if dots:
            one.scatter([x for x, _ in dots], [y for _, y in dots], s=6, alpha=0.45, linewidths=0, **style)
        if line:
            one.plot(*zip(*line, strict=True), linewidth=1, markersize=4, label=plain(arm), **style)
    floors = [(at(cell), 100 * rate) for cell in sorted(cells, key=at) if (rate := block.majority(cell)) is not None]
    if floors:
        one.plot(*zip(*floors, strict=True), linestyle="--", linewidth=0.8, color=BASELINE)
