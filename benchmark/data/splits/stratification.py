"""Stratification: one order of the rows whose every prefix has the pool's class shares, as nearly as whole rows allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def class_ranks(labels: Rows, priority: NDArray[np.float64]) -> Rows:
    """The rank (from 0) of each row within its class, by priority. int64 [n]."""
    order = np.lexsort((priority, labels))
    ordered = labels[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    ranks = np.empty(len(labels), dtype=np.int64)
    ranks[order] = np.arange(len(labels)) - starts
    return ranks


def stratified_order(labels: Rows, priority: NDArray[np.float64], *, one_each: bool) -> Rows:
    """Row numbers in an order whose prefixes are stratified by class shares, and nested by construction. int64 [n].

    The seat of rank r in a class of n rows is due at (r + 1/2) / n (Sainte-Lague; Webster). Unlike largest remainder, which it
    equals for two classes, no class ever loses a row when the total grows: that is what keeps the 20 inside the 100.

    Args:
        labels: int64 [n].
        priority: float64 [n]; decides within a class, and between classes that are due at the same place.
        one_each: the first of every class goes before everything else, so that k classes are all there from k rows on.
    """
    ranks = class_ranks(labels, priority)
    due = (ranks + 0.5) / np.bincount(labels)[labels] if len(labels) else ranks.astype(np.float64)
    if one_each:
        due = np.where(ranks == 0, 0.0, due)
    return np.lexsort((priority, due)).astype(np.int64)
