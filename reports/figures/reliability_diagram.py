"""Reliability: is what is said with confidence p right in a share p of cases? Only where probabilities were kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.metrics.calibration import reliability_bins
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
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BINS = 10
FULL_BIN = 50  # examples: with fewer, a bin's share right is mostly chance


def reliability_diagram(block: Block, page: Page = FIRST_PAGE) -> Figure | None:
    """Panels per cell and group of arms, one line per arm over all of its runs. None where no run kept its probabilities, and beyond the
    last page."""
    kept = {place for place, runs in block.runs.items() if _were_kept(block, runs)}
    cells = [cell for cell in block.cells if any(where == cell for _, where in kept)]
    panels = [one for one in small_multiples(block, cells) if any((arm, one[0]) in kept for arm in (*one[2], baseline_of(block)))]
    found, limit = shown(panels, page)
    if not found:
        return None
    figure, axes, _ = new_figure(len(found), height=3.0)
    for one, (cell, group, arms) in zip(axes, found, strict=False):
        one.plot([0, 1], [0, 1], color=BASELINE, linewidth=0.8, linestyle="--")
        for arm in (baseline_of(block), *arms):
            if (arm, cell) in kept and (found_there := kept_probabilities(block, arm, cell)) is not None:
                probabilities, labels = found_there
                bars = reliability_bins(probabilities, labels, bins=max(2, min(MOST_BINS, len(labels) // FULL_BIN)))
                one.set_xlim(1 / probabilities.shape[1] - 0.03, 1.03)  # below an even guess no confidence lies
                bins = ([b.confidence for b in bars], [b.accuracy for b in bars])
                one.errorbar(*bins, yerr=[b.error for b in bars], markersize=3, linewidth=1, label=plain(arm), **look_in(arms, arm))
        one.set(title=plain(f"{cell.label}: {group}" if group else cell.label), xlabel="confidence", ylabel="share right")
        inside_key(one)
    note = (
        f"{limit}Bins with as many test examples each ({MOST_BINS}, or fewer where that would be under {FULL_BIN}), all runs together; "
        f"bars are binomial standard errors; grey: the baseline. {origin(block)}"
    )
    return finish(figure, axes, "Reliability", note, len(found))


def _were_kept(block: Block, runs: Runs) -> bool:
    return any((stored := block.stored.get(key)) is not None and stored.probabilities is not None for key in runs.keys.values())


def kept_probabilities(block: Block, arm: str, cell: ScoredCell) -> tuple[NDArray[float64], NDArray[float64]] | None:
    """Probabilities [runs x examples, classes] and labels of an arm's runs in a cell; None where none were kept or they cannot be read."""
    if not (block.store.root / "probabilities").is_dir():
        return None
    labels, found = np.array(block.gold.get(cell, ())), []
    for unit_key in block.runs[arm, cell].keys.values():
        stored = block.stored.get(unit_key)
        if stored is None or stored.probabilities is None:
            continue
        try:
            table = np.load(io.BytesIO(block.store.read_side(stored.probabilities)), allow_pickle=False).astype(float)
        except (UserError, ValueError, OSError):
            continue
        if len(table) == len(labels):
            found.append(table / table.sum(axis=1, keepdims=True))  # they are kept as float16
    return (np.concatenate(found), np.tile(labels, len(found))) if found else None
