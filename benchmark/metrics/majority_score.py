"""The majority score: what a classifier gets that always names the most frequent class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def majority_score(metric: str, labels: Sequence[int]) -> float | None:
    """The metric of always naming the most frequent label of the test set; None for a metric whose value there is not known.

    Accuracy: its share p. Macro-F1: 2p / (1 + p), divided by the classes present. Balanced accuracy: 1 / classes. MCC: 0.
    """
    share = max(Counter(labels).values()) / len(labels)
    classes = len(set(labels))
    known = {"accuracy": share, "macro_f1": 2 * share / (1 + share) / classes, "balanced_accuracy": 1 / classes, "mcc": 0.0}
    return known.get(metric)
