"""Seed ensembles: the vote, or the mean probability, of several runs of one arm on the same test set."""

from __future__ import annotations

import io
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.metrics.metric import LOCAL, label_metrics
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell

Ids = NDArray[np.int64]
SIZES = (3, 5)  # members of small ensembles; the runs are divided into as many disjoint groups as there are


def majority_vote(votes: Ids) -> Ids:
    """The class that most members name [examples], of `votes` [members, examples]. Of classes with equally many votes the one that the
    earliest member names: no label decides a tie."""
    classes = int(votes.max()) + 1
    counts = np.stack([(votes == label).sum(0) for label in range(classes)])  # [classes, examples]
    leading = counts == counts.max(0)
    named_leads = np.take_along_axis(leading, votes, axis=0)  # whether a member's own class leads
    return np.asarray(votes[named_leads.argmax(0), np.arange(votes.shape[1])])


def mean_probability(probabilities: NDArray[float64]) -> Ids:
    """The most probable class [examples] of the mean over members of `probabilities` [members, examples, classes]."""
    return np.asarray(probabilities.mean(0).argmax(1), dtype=np.int64)


def groups(members: int, size: int) -> list[slice]:
    """The members in disjoint groups of `size`, in their order; a rest that fills no group is left out."""
    return [slice(start, start + size) for start in range(0, members - size + 1, size)]


@dataclass(frozen=True)
class EnsembleScores:
    """Scores of ensembles of one arm in one cell.

    Args:
        single: mean score of the single runs.
        voted: members -> mean over disjoint groups of so many members of the vote's score minus the mean score of the same members.
        averaged: score of the mean probability of all members minus `single`; None where a run did not keep its probabilities.
        n: runs. splits: training sets among them.
    """

    arm: str
    cell: ScoredCell
    single: float
    voted: dict[int, float]
    averaged: float | None
    n: int
    splits: int


def ensemble_scores(block: Block) -> Iterator[EnsembleScores]:
    """Every arm and cell with at least three runs whose predictions are stored, scored by a built-in metric of predicted labels."""
    for cell in block.cells:
        gold = np.array(block.gold.get(cell, ()), dtype=np.int64)
        if not len(gold) or cell.metric not in LOCAL:
            continue
        for arm in block.arms:
            runs = block.runs.get((arm, cell))
            if runs is None or len(runs.scores) < min(SIZES):
                continue
            keys = list(runs.keys.values())
            votes, scores = _votes(block, keys, len(gold)), list(runs.scores.values())
            if votes is not None:
                sizes = [*(size for size in SIZES if size < len(votes)), len(votes)]
                voted = {size: _added(cell.metric, gold, votes, scores, size) for size in sizes}
                probabilities, single = _probabilities(block, keys, len(gold)), statistics.fmean(scores)
                averaged = None if probabilities is None else _score(cell.metric, gold, mean_probability(probabilities)) - single
                splits = len({unit.split for unit in runs.units})
                yield EnsembleScores(arm, cell, single, voted, averaged, len(votes), splits)


def _added(metric: str, gold: Ids, votes: Ids, scores: Sequence[float], size: int) -> float:
    parts = groups(len(votes), size)
    return statistics.fmean(_score(metric, gold, majority_vote(votes[part])) - statistics.fmean(scores[part]) for part in parts)


def _score(metric: str, gold: Ids, predicted: Ids) -> float:
    return label_metrics(gold, predicted, [metric])[metric]


def _votes(block: Block, keys: list[str], n: int) -> Ids | None:
    rows = []
    for key in keys:
        stored = block.stored.get(key)
        ids = stored.ids() if stored is not None and stored.n == n else None
        if ids is None:
            return None
        rows.append(ids)
    return np.array(rows, dtype=np.int64)


def _probabilities(block: Block, keys: list[str], n: int) -> NDArray[float64] | None:
    """[members, examples, classes]; None unless every member kept its own."""
    found = []
    for key in keys:
        stored = block.stored.get(key)
        if stored is None or stored.probabilities is None:
            return None
        try:
            table = np.load(io.BytesIO(block.store.read_side(stored.probabilities)), allow_pickle=False).astype(float)
        except (UserError, ValueError, OSError):
            return None
        if len(table) != n:
            return None
        found.append(table)
    return np.stack(found)
