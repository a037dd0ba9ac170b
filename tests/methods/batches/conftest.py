"""Small training data for feeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmark.contract.phase import TrainingData
from benchmark.data.examples import Examples, content_ids
from benchmark.streams import Streams

Make = Callable[..., TrainingData]


@pytest.fixture
def streams() -> Streams:
    return Streams(split_seed=0, seed=3).at("phase")


@pytest.fixture
def make() -> Make:
    """Training data with so many examples of each class, and unlabelled texts."""

    def build(*counts: int, unlabelled: int = 0, pair: bool = False) -> TrainingData:
        labels = np.repeat(np.arange(len(counts)), counts)
        return TrainingData(
            examples("train", len(labels), pair, labels), examples("dev", 1, pair, labels[:1]), examples("free", unlabelled, pair, None)
        )

    return build


def examples(kind: str, n: int, pair: bool, labels: np.ndarray | None) -> Examples:
    texts = tuple(f"{kind} {i} has some words of its own to lose" for i in range(n))
    seconds = tuple(f"second {kind} {i} is another text" for i in range(n)) if pair else None
    return Examples(content_ids(texts, seconds), texts, seconds, None if labels is None else labels.astype(np.int64))
