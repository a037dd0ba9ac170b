"""How well class probabilities are calibrated: proper scores, expected calibration error, and the bins of a reliability diagram."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.errors import UserError
from benchmark.metrics.classification import Labels

BINS = 15  # equal-mass bins of the expected calibration error


def probabilities(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Softmax over classes, float64 [n, K]."""
    shifted = scores.astype(np.float64) - scores.max(1, keepdims=True)
    exponent = np.exp(shifted)
    return exponent / exponent.sum(1, keepdims=True)  # type: ignore[no-any-return]


def calibration_measures(labels: Labels, probability: NDArray[np.float64]) -> dict[str, float]:
    """NLL (nats, mean), Brier score (sum over classes, mean) and expected calibration error (15 equal-mass bins)."""
    rows = np.arange(len(labels))
    gold = np.clip(probability[rows, labels], 1e-12, 1.0)
    target = np.zeros_like(probability)
    target[rows, labels] = 1.0
    return {
        "nll": float(-np.log(gold).mean()),
        "brier": float(((probability - target) ** 2).sum(1).mean()),
        "ece": expected_calibration_error(probability.max(1), probability.argmax(1) == labels),
    }


def expected_calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = BINS) -> float:
    """Mean absolute gap between confidence and accuracy over bins of (nearly) equal size, weighted by size."""
    gaps = [abs(confidence[b].mean() - correct[b].mean()) * len(b) for b in _equal_mass(confidence, bins)]
    return float(np.sum(gaps) / len(confidence))


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability diagram: mean confidence, accuracy and its binomial standard error, number of examples."""

    confidence: float
    accuracy: float
    error: float
    n: int


def reliability_bins(probability: ArrayLike, labels: ArrayLike, *, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of (nearly) equal size by confidence, as in the expected calibration error, in the order of confidence.

    Args:
        probability: class probabilities [examples, classes].
        labels: gold classes [examples].

    Raises:
        UserError: rows that are not probabilities, or labels outside the classes.
    """
    p, y = np.asarray(probability, dtype=float), np.asarray(labels)
    _check(p, y, bins)
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == y
    return tuple(_bin(confidence[part], correct[part]) for part in _equal_mass(confidence, bins))


def _equal_mass(confidence: NDArray[np.float64], bins: int) -> list[NDArray[np.int64]]:
    """Indices of the examples of each bin: by rising confidence, sizes that differ by one at most, no empty bin."""
    order = np.argsort(confidence, kind="stable")
    return [part for part in np.array_split(order, min(bins, len(order))) if len(part)]


def _bin(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> ReliabilityBin:
    accuracy = float(correct.mean())
    return ReliabilityBin(float(confidence.mean()), accuracy, math.sqrt(accuracy * (1 - accuracy) / correct.size), int(correct.size))


def _check(p: NDArray[np.float64], y: NDArray[np.int64], bins: int) -> None:
    if p.ndim != 2 or not len(p) or y.shape != (len(p),):
        raise UserError(
            f"Probabilities {p.shape} and labels {y.shape} do not fit.", "[examples, classes] and [examples].", "Give both of one run."
        )
    if not (np.isfinite(p).all() and (p >= -1e-6).all() and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
        raise UserError("Some rows are not probabilities.", "Numbers from 0 to 1 that sum to 1.", "Apply a softmax to scores first.")
    if bins < 1 or y.min() < 0 or y.max() >= p.shape[1]:
        raise UserError(
            f"Labels run from {y.min()} to {y.max()}, with {bins} bins.", f"0 to {p.shape[1] - 1}, 1 bin or more.", "Correct them."
        )
