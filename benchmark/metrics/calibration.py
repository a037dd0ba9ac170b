"""How well class probabilities are calibrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    order = np.argsort(confidence, kind="stable")
    gaps = [abs(confidence[b].mean() - correct[b].mean()) * len(b) for b in np.array_split(order, min(bins, len(order))) if len(b)]
    return float(np.sum(gaps) / len(order))
