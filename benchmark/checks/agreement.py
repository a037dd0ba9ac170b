"""How far two records of one spec agree: five levels, each implied by the one before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from benchmark.records.record import Predictions, RunRecord
from benchmark.stats.exact_tests import mcnemar_exact

SAME = 1e-12  # two values of a metric that differ by less are one
LEAST_P = 0.05  # of McNemar's exact test: below it the two predictors differ


class AgreementLevel(IntEnum):
    """What held, from strict to loose."""

    BITWISE = 0
    PREDICTIONS = 1
    METRIC = 2
    CONCLUSION = 3
    DIFFERENT = 4

    @property
    def title(self) -> str:
        """In the words of the command line."""
        return TITLES[self]


TITLES = ("bitwise", "same predictions", "same metric", "same conclusion", "different")
MEANING = (
    "bitwise: every metric on test and development data is equal to the last bit, NLL and Brier among them, which move with any score; "
    "and the class probabilities, where the record kept them",
    "same predictions: every test example gets the same label",
    "same metric: the primary metric is equal, on other predictions",
    "same conclusion: the test set cannot tell the two apart (McNemar's exact test, p at least 0.05), and both are on the same side of "
    "the majority rate",
    "different: none of these",
)


def agreement(old: RunRecord, new: RunRecord, gold: NDArray[np.int64]) -> AgreementLevel:
    """The strictest level that holds between two finished records of one spec.

    Args:
        gold: labels of their test set, int [n_test].
    """
    if _scores(old) == _scores(new) and _probabilities_agree(old, new):
        return AgreementLevel.BITWISE
    if old.predictions == new.predictions:
        return AgreementLevel.PREDICTIONS
    if old.value is not None and new.value is not None and abs(old.value - new.value) <= SAME:
        return AgreementLevel.METRIC
    if old.predictions is None or new.predictions is None or len(gold) != old.predictions.n:
        return AgreementLevel.DIFFERENT
    return (
        AgreementLevel.CONCLUSION
        if _same_conclusion(_right(old.predictions, gold), _right(new.predictions, gold), gold)
        else AgreementLevel.DIFFERENT
    )


def _scores(record: RunRecord) -> tuple[object, ...]:
    return record.predictions, record.metrics, record.dev_metrics, record.testset


def _probabilities_agree(old: RunRecord, new: RunRecord) -> bool:
    both = old.probabilities, new.probabilities
    return None in both or both[0] == both[1]


def _right(predictions: Predictions, gold: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.equal(predictions.ids(), gold)


def _same_conclusion(old: NDArray[np.bool_], new: NDArray[np.bool_], gold: NDArray[np.int64]) -> bool:
    majority = np.bincount(gold).max() / len(gold)
    if (old.mean() > majority) != (new.mean() > majority):
        return False
    lost, won = int((old & ~new).sum()), int((new & ~old).sum())
    return mcnemar_exact(lost, won) >= LEAST_P
