"""Long-tailed cells: which classes a method's imbalance correction would repeat. A cell in which it repeats none tests nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.contract.method import Method
from benchmark.data.examples import Split
from benchmark.errors import UserError

EXTREME = [10**6, 1]  # an imbalance at which every correction that is on repeats something


def repeats_of(method: Method, counts: Sequence[int]) -> list[int] | None:
    """How often the method would put each class into its training data; None for a method without a correction, or with it off."""
    repeats_for = getattr(method, "repeats_for", None)
    if repeats_for is None or max(repeats_for(EXTREME)) == 1:
        return None
    return list(repeats_for(counts))


def repeated_classes(arm: str, method: Method, split: Split, label_names: Sequence[str], cell: str) -> str | None:
    """What the plan prints of a long-tailed cell; None for a method without a correction.

    Raises:
        UserError: the correction is on and would repeat no class: the arm would be its own ablation.
    """
    assert split.train.labels is not None
    counts = np.bincount(split.train.labels, minlength=len(label_names)).tolist()
    times = repeats_of(method, counts)
    if times is None:
        return None
    repeated = [f"{name} ({count}) x{n}" for name, count, n in zip(label_names, counts, times, strict=True) if n > 1]
    if not repeated:
        sizes = sorted(counts, reverse=True)
        raise UserError(
            f"The imbalance correction of the arm {arm!r} would repeat no class in the cell {cell!r} (class sizes {sizes}).",
            "A cell tests a correction only where it triggers.",
            "Use a larger ratio, change the correction's parameters, or leave the arm out.",
        )
    return f"{cell}: {arm} would repeat {', '.join(repeated)}"
