"""How far two records of one spec agree: five levels, each implied by the one before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.majority_score import majority_score
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


# What a spec determines whatever the environment: a record that differs in it was edited, or made by other code or data.
DETERMINED = ("primary", "testset", "split", "n_train", "n_dev", "n_test", "n_unlabelled", "labels_used", "plugin")
RECORDED_SINCE_2 = ("pool_size", "truncated", "scorer")  # compared where the older record has them
OF_THE_COMMAND = ("repeated", "shared_device")  # notes that say how a run was carried out, not what it is


def differences(old: RunRecord, new: RunRecord) -> list[str]:
    """In what two finished records of one spec differ that the spec determines, scores and predictions aside: counts, labels used, passes,
    split, test set; in the same environment alarms and notes too. Each as `name: stored, computed again`."""
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in DETERMINED}
    pairs |= {name: (getattr(old, name), getattr(new, name)) for name in RECORDED_SINCE_2 if getattr(old, name)}
    pairs["passes"] = (_passes(old), _passes(new))
    pairs |= {f"transfer {name}": (old.transfer[name].rows, new.transfer[name].rows) for name in old.transfer.keys() & new.transfer.keys()}
    if old.env_id == new.env_id:  # an alarm or an accuracy of memorisation follows from floating-point numbers
        pairs["alarms"] = (sorted(old.alarms), sorted(new.alarms))
        pairs["notes"] = (_notes(old), _notes(new))
    return [f"{name}: {_short(stored)}, again {_short(found)}" for name, (stored, found) in pairs.items() if stored != found]


def _passes(record: RunRecord) -> list[tuple[str, int, int]]:
    return [(phase.name, phase.forward, phase.backward) for phase in record.phases]


def _notes(record: RunRecord) -> dict[str, object]:
    return {name: value for name, value in record.notes.items() if name not in OF_THE_COMMAND}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _scores(record: RunRecord) -> tuple[object, ...]:
    return record.predictions, record.metrics, record.dev_metrics, record.testset, record.transfer


def _probabilities_agree(old: RunRecord, new: RunRecord) -> bool:
    both = old.probabilities, new.probabilities
    return None in both or both[0] == both[1]


def _right(predictions: Predictions, gold: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.equal(predictions.ids(), gold)


def _same_conclusion(old: NDArray[np.bool_], new: NDArray[np.bool_], gold: NDArray[np.int64]) -> bool:
    majority = majority_score("accuracy", gold.tolist())
    assert majority is not None
    if (old.mean() > majority) != (new.mean() > majority):
        return False
    lost, won = int((old & ~new).sum()), int((new & ~old).sum())
    return mcnemar_exact(lost, won) >= LEAST_P
