"""Does a classifier's confidence tell its classes from texts outside them? AUROC, and the threshold protocol of Larson et al. 2019."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.calibration import probabilities

Values = NDArray[np.float64]


class Confidence(NamedTuple):
    """What the protocol needs of scored texts, each array of length n.

    Args:
        highest: the probability of the predicted class.
        right: whether the prediction is the label; False outside.
        outside: whether the text belongs to no class.
    """

    highest: Values
    right: NDArray[np.bool_]
    outside: NDArray[np.bool_]

    @classmethod
    def of(cls, scores: NDArray[np.float32], labels: NDArray[np.int64]) -> Confidence:
        """From scores [n, K] and labels [n], -1 outside."""
        return cls(probabilities(scores).max(1).astype(np.float64), scores.argmax(1) == labels, labels < 0)


def auroc(inside: Values, outside: Values) -> float:
    """The probability that a text inside has the higher value, ties counting half (Mann-Whitney). NaN where either is empty."""
    if not len(inside) or not len(outside):
        return float("nan")
    below = np.searchsorted(np.sort(outside), inside, side="left")
    tied = np.searchsorted(np.sort(outside), inside, side="right") - below
    return float((below + tied / 2).sum() / (len(inside) * len(outside)))


def best_threshold(found: Confidence) -> float:
    """The confidence from which on a prediction is accepted, with the most right decisions: accepted and right, or outside and rejected.

    The lowest of several equally good ones.
    """
    candidates = np.unique(np.append(found.highest, [0.0, np.nextafter(found.highest.max(), 2)]))
    order = np.argsort(found.highest, kind="stable")
    highest = found.highest[order]
    gain = found.right[order].astype(np.int64) - found.outside[order].astype(np.int64)
    accepted = np.append(np.cumsum(gain[::-1])[::-1], 0)  # of the texts from the i-th confidence on
    return float(candidates[np.argmax(accepted[np.searchsorted(highest, candidates, side="left")])])


def out_of_scope_measures(test: Confidence, threshold: float) -> dict[str, float]:
    """AUROC; accuracy inside and recall outside once what lies under the threshold is rejected; accuracy over both."""
    rejected = test.highest < threshold
    decided = np.where(test.outside, rejected, test.right & ~rejected)
    return {
        "auroc": auroc(test.highest[~test.outside], test.highest[test.outside]),
        "in_scope_accuracy": _mean(decided[~test.outside]),
        "out_of_scope_recall": _mean(decided[test.outside]),
        "accuracy": _mean(decided),
        "threshold": threshold,
    }


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")
