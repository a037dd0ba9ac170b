"""Stored calibration measures held against the stored class probabilities, or, where none were kept, against what the predictions allow.

Probabilities are stored in half precision, so they give an interval for each measure and not its last digits. The intervals hold for every
value that rounds to the stored ones; a measure outside of its interval was not computed from these probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.metrics.calibration import BINS, expected_calibration_error
from benchmark.metrics.classification import Labels

SLACK = 1e-9  # of a measure: the last bits may depend on the version of numpy
MEASURES = ("nll", "brier", "ece")
LEAST = 1e-12  # as in `calibration_measures`: no probability of a gold class counts as less
Range = tuple[float, float]


def from_probabilities(labels: Labels, predicted: Labels, half: NDArray[np.float16]) -> dict[str, Range]:
    """Measure -> its lowest and highest value over all probabilities that round to the stored ones.

    Args:
        labels, predicted: int64 [n], gold and predicted classes.
        half: float16 [n, K], as stored.
    """
    stored = half.astype(np.float64)
    off = np.spacing(np.abs(half)).astype(np.float64) / 2
    low, high = np.maximum(stored - off, 0.0), np.minimum(stored + off, 1.0)
    gold = (np.arange(len(labels)), labels)
    nll = [float(-np.log(np.clip(end[gold], LEAST, 1.0)).mean()) for end in (high, low)]
    least, most = low**2, high**2
    least[gold], most[gold] = (1 - high[gold]) ** 2, (1 - low[gold]) ** 2
    error, reach = _calibration_error(stored.max(1), predicted == labels, off[np.arange(len(labels)), stored.argmax(1)])
    return {
        "nll": (nll[0], nll[1]),
        "brier": (float(least.sum(1).mean()), float(most.sum(1).mean())),
        "ece": (error - reach, error + reach),
    }


def _calibration_error(confidence: NDArray[float64], correct: NDArray[np.bool_], off: NDArray[float64]) -> tuple[float, float]:
    """The expected calibration error of the stored confidences, and by how much the one before rounding can differ from it.

    Rounding moves the confidences of a bin by at most their sum of half units, and leaves the order of those that are not equal after
    it. Of equal ones that lie on both sides of a bin's end, as many as the smaller side holds may change sides, and with each at most
    one right answer leaves one bin for the other.
    """
    n = len(confidence)
    ranked = np.sort(confidence)
    ends = np.cumsum([len(part) for part in np.array_split(np.arange(n), min(BINS, n))])[:-1]
    swapped = 0
    for end in ends:
        if 0 < end < n and ranked[end - 1] == ranked[end]:
            first, last = np.searchsorted(ranked, ranked[end], "left"), np.searchsorted(ranked, ranked[end], "right")
            swapped += int(min(end - first, last - end))
    return expected_calibration_error(confidence, correct), float(off.sum() + 2 * swapped) / n


def from_accuracy(right: float, classes: int) -> dict[str, Range]:
    """Measure -> its lowest and highest value over all probabilities that predict a share of `right` rightly.

    Where the predicted class is not the gold class, the gold class has at most one half. Where it is, it has at least 1 / K.
    """
    wrong = 1 - right
    return {
        "nll": (wrong * math.log(2), -math.log(LEAST)),
        "brier": (wrong / 2, 2 * wrong + (1 - 1 / classes) * right),
        "ece": (0.0, 1.0),
    }


def other_predictions(predicted: Labels, half: NDArray[np.float16]) -> int:
    """How many predictions are not the most probable class of the stored probabilities; rounding makes equal, but never less."""
    return int((half[np.arange(len(predicted)), predicted] < half.max(1)).sum())


def outside(stored: Mapping[str, float | None], ranges: Mapping[str, Range]) -> list[str]:
    """Each stored measure that lies outside of its range, in words."""
    return [
        f"{name} is {value}, not {_shown(ranges[name])}"
        for name in MEASURES
        if (value := stored.get(name)) is not None and not ranges[name][0] - SLACK <= value <= ranges[name][1] + SLACK
    ]


def _shown(ends: Range) -> str:
    low, high = ends
    return f"{low:.6g} to {high:.6g}"
