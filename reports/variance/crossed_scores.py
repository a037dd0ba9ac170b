"""The scores of a crossed design as whole tables: splits x initialisations x orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.stats.pairing import plain
from benchmark.stats.variance_components import VarianceComponents, variance_components
from reports.analysis.analysis import Analysis, correctness
from reports.results.runs import Runs, Unit
from reports.results.scored_cell import ScoredCell

FEWEST = 2  # levels of each factor


@dataclass(frozen=True)
class CrossedScores:
    """Scores of an arm, or its paired gains over the baseline, in one cell; in points.

    Args:
        of: `score`, or `gain over ARM`.
        components: their variance components.
        splits: splits with every run, and splits that are planned.
        test_examples: standard deviation that redrawing the test set gives to the mean of all runs: the part that no number of runs takes
            away. None where predictions are not available, or the metric is not accuracy.
    """

    arm: str
    cell: ScoredCell
    of: str
    components: VarianceComponents
    splits: tuple[int, int]
    test_examples: float | None


def crossed_scores(analysis: Analysis, arm: str, cell: ScoredCell) -> list[CrossedScores]:
    """The arm's own scores, and its gains unless it is the baseline; nothing where fewer than two levels of a factor are whole."""
    runs, base = (analysis.block.runs.get((name, cell)) for name in (arm, analysis.against))
    if runs is None or not is_crossed(runs):
        return []
    found = [_scores(analysis, runs, None)]
    if base is not None and arm != analysis.against:
        found.append(_scores(analysis, runs, base))
    return [one for one in found if one is not None]


def is_crossed(runs: Runs) -> bool:
    """Whether initialisation and order were crossed in the plan."""
    return any(plain(row.get("init_seed")) is not None for row in runs.rows)


def place_of(unit: Unit) -> tuple[int, int, int]:
    """(split, initialisation, order) of a run; where the initialisation has no seed of its own it follows that of the order."""
    return unit.split, unit.seed if unit.init == -1 else unit.init, unit.seed


def whole_table(values: Mapping[tuple[int, int, int], float]) -> NDArray[float64] | None:
    """[splits, inits, orders] of the splits that have a value for every initialisation and order that occurs; None for fewer than two
    levels of a factor."""
    inits, orders = (sorted({place[axis] for place in values}) for axis in (1, 2))
    inside = list(product(inits, orders))
    splits = [split for split in sorted({place[0] for place in values}) if all((split, *rest) in values for rest in inside)]
    if min(len(splits), len(inits), len(orders)) < FEWEST:
        return None
    return np.array([[[values[split, init, order] for order in orders] for init in inits] for split in splits])


def _scores(analysis: Analysis, runs: Runs, base: Runs | None) -> CrossedScores | None:
    values = {place_of(unit): 100 * score for unit, score in runs.scores.items()}
    if base is not None:
        theirs = {place_of(unit): 100 * score for unit, score in base.scores.items()}
        values = {place: score - theirs[place] for place, score in values.items() if place in theirs}
    table = whole_table(values)
    if table is None:
        return None
    planned = len({row["split_seed"] for row in runs.rows})
    of = "score" if base is None else f"gain over {base.arm}"
    splits, examples = (table.shape[0], planned), _test_examples(analysis, runs, base)
    return CrossedScores(runs.arm, runs.cell, of, variance_components(table), splits, examples)


def _test_examples(analysis: Analysis, runs: Runs, base: Runs | None) -> float | None:
    """sqrt(s^2 over examples of their mean correctness, or of its difference, / number of examples), in points."""
    if runs.cell.metric != "accuracy":
        return None
    splits = sorted({unit.split for unit in (runs.units if base is None else runs.shared(base))})
    right = correctness(analysis.block, runs, splits, runs.units if base is None else runs.shared(base))
    theirs = 0.0 if base is None else correctness(analysis.block, base, splits, base.shared(runs))
    if right is None or theirs is None:
        return None
    each = (right - theirs).mean(axis=0)
    return float(100 * np.sqrt(each.var(ddof=1) / each.size))
