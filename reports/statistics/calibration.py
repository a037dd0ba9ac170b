"""Reliability of probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike


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
    raise NotImplementedError
