"""The direction of each loss term's gradient against that of cross-entropy, over training."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.analysis.context import origin
from reports.figures.style import COLOURS, MARKERS, MOST, finish, key, new_figure, plain
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Line = list[tuple[int, float]]  # (training step, cosine)


class CosinePanel(NamedTuple):
    """What one arm did in one phase: term -> a line per run."""

    arm: str
    phase: str
    terms: dict[str, list[Line]]


def gradient_cosines(block: Block) -> Figure | None:
    """Cosine of each term's encoder gradient with the gradient of cross-entropy over the steps of training, for the first cell that has
    one: a panel per arm and phase, a line per term through the means over runs, single runs thin. None where no run measured any.
    """
    for cell in block.cells:
        panels = list(_panels(block, cell))
        if panels:
            return _drawn(block, cell, panels)
    return None


def _panels(block: Block, cell: ScoredCell) -> Iterator[CosinePanel]:
    for arm in block.arms:
        runs = block.runs.get((arm, cell))
        phases: dict[str, dict[str, list[Line]]] = {}
        for row in () if runs is None else runs.rows:
            if row["status"] == "done":
                for phase, measured in json.loads(row["diagnostics"]).items():
                    for term, line in cosine_lines(measured).items():
                        phases.setdefault(phase, {}).setdefault(term, []).append(line)
        yield from (CosinePanel(arm, phase, terms) for phase, terms in phases.items())


def cosine_lines(measured: Mapping[str, Any]) -> dict[str, Line]:
    """Term -> (step, cosine) at the measured steps of a phase; steps at which a gradient was zero are left out, and so are terms that
    were not measured at every step."""
    steps, lines = measured.get("steps", []), {}
    for term, columns in measured.get("terms", {}).items():
        cosines = columns.get("cosine", [])
        line = [(step, cosine) for step, cosine in zip(steps, cosines, strict=False) if cosine is not None]
        if len(cosines) == len(steps) and line:
            lines[term] = line
    return lines


def _drawn(block: Block, cell: ScoredCell, panels: list[CosinePanel]) -> Figure:
    limit = "" if len(panels) <= MOST else f"The first {MOST} of {len(panels)} arms and phases. "
    panels, terms = panels[:MOST], list(dict.fromkeys(term for panel in panels for term in panel.terms))
    figure, axes, _ = new_figure(len(panels))
    arms = [panel.arm for panel in panels]
    for one, panel in zip(axes, panels, strict=False):
        for term, lines in panel.terms.items():
            _draw_term(one, term, terms.index(term), lines)
        one.axhline(0, linewidth=0.6, color="#7F7F7F")
        title = panel.arm if arms.count(panel.arm) == 1 else f"{panel.arm}: {panel.phase}"
        one.set(title=plain(title), xlabel="training step", ylabel="cosine with cross-entropy", ylim=(-1.05, 1.05))
    key(figure, axes[: len(panels)])
    what = "Of the gradients that reach the encoder, before clipping; 1: the same direction, 0: unrelated, -1: opposed. Thin: single runs."
    note = f"{limit}{plain(cell.label)}. {what} {origin(block)}"
    return finish(figure, axes, "Each loss term's gradient against that of cross-entropy", note, len(panels))


def _draw_term(one: Axes, term: str, number: int, lines: list[Line]) -> None:
    colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
    at: dict[int, list[float]] = {}
    for line in lines:
        for step, cosine in line:
            at.setdefault(step, []).append(cosine)
        one.plot(*zip(*line, strict=True), linewidth=0.4, alpha=0.4, color=colour)
    means = [(step, fmean(cosines)) for step, cosines in sorted(at.items())]
    one.plot(*zip(*means, strict=True), linewidth=1.4, marker=marker, markersize=4, color=colour, label=plain(term))
