"""Reliability of probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.errors import UserError


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability diagram: mean confidence, accuracy and its standard error, number of examples."""

    confidence: float
    accuracy: float
    error: float
    n: int


@dataclass(frozen=True)
class Reliability:
    """Equal-mass bins by confidence; ece is the mean gap between confidence and accuracy, weighted by bin size."""

    bins: tuple[Bin, ...]
    ece: float
    n: int


def reliability(probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 10) -> Reliability:
    """Reliability diagram of `probabilities` [examples, classes] against `labels` [examples].

    Raises:
        UserError: rows that are not probabilities, or labels outside the classes.
    """
    p, y = np.asarray(probabilities, dtype=float), np.asarray(labels)
    _check(p, y, bins)
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == y
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, min(bins, order.size)) if part.size]
    made = tuple(_bin(confidence[part], correct[part]) for part in parts)
    ece = sum(b.n * abs(b.accuracy - b.confidence) for b in made) / order.size
    return Reliability(made, float(ece), int(order.size))


def _bin(confidence: np.ndarray, correct: np.ndarray) -> Bin:
    accuracy = float(correct.mean())
    return Bin(float(confidence.mean()), accuracy, math.sqrt(accuracy * (1 - accuracy) / correct.size), int(correct.size))


def _check(p: np.ndarray, y: np.ndarray, bins: int) -> None:
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
