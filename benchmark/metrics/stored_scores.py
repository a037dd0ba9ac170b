"""Stored scores held against what the stored predictions and gold labels give: nothing is believed that can be computed again."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.metrics import stored_calibration
from benchmark.metrics.metric import LOCAL, label_metrics
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore, Shared, UnreadableFile

SAME = 1e-9  # values that differ by less are one: the last bits may depend on the version of numpy


class StoredScores:
    """Examines the records of one results folder, each with the test set that it names.

    A record whose scores differ from its predictions is refused. A test set or split that is damaged refuses no record (the scores have a
    checksum of their own), but stands in `problems` with the number of records that it leaves unchecked.
    """

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._gold: dict[str, NDArray[np.int64] | None] = {}
        self._damaged: dict[tuple[Shared, str], str] = {}
        self._intact: set[tuple[Shared, str]] = set()
        self._unchecked: Counter[tuple[Shared, str]] = Counter()
        self._unreadable: list[UnreadableFile] = []

    def __call__(self, record: RunRecord) -> str:
        """The reason why a record cannot be believed; "" for one that agrees with its predictions, or has none because it failed."""
        if record.status != "done":
            return ""
        if record.testset is None or record.predictions is None:
            return "it is done and lacks its predictions or its test set, so that its scores cannot be checked"
        if record.split is not None:
            self._is_intact("splits", record.split)
        gold = self._labels(record.testset)
        return "" if gold is None else difference(record, gold) or self._calibration(record, gold)

    def _calibration(self, record: RunRecord, gold: NDArray[np.int64]) -> str:
        """In what the calibration measures of a record differ from its stored probabilities; "" where they agree. Without them (not kept,
        left out of an archive, or damaged, which is a problem of its own) the measures only have to be possible for its predictions."""
        assert record.predictions is not None
        half, classes = self._probabilities(record), record.predictions.classes
        if half is None:
            right = record.metrics.get("accuracy")  # that of the predictions, as has been made sure; every record of ours has it
            wrong = [] if right is None else stored_calibration.outside(record.metrics, stored_calibration.from_accuracy(right, classes))
            return f"edited: {'; '.join(wrong)} for its predictions" if wrong else ""
        if half.shape != (len(gold), classes):
            return "its probabilities are not one row per test example and one column per class"
        ids = np.array(record.predictions.ids(), dtype=np.int64)
        if other := stored_calibration.other_predictions(ids, half):
            return f"its probabilities give {other} other predictions"
        wrong = stored_calibration.outside(record.metrics, stored_calibration.from_probabilities(gold, ids, half))
        return f"edited: {'; '.join(wrong)} as its probabilities give" if wrong else ""

    def _probabilities(self, record: RunRecord) -> NDArray[np.float16] | None:
        if record.probabilities is None:
            return None
        try:
            found: NDArray[np.float16] = np.load(io.BytesIO(self._store.read_side(record.probabilities)), allow_pickle=False)
        except (UserError, ValueError, OSError) as error:
            if (self._store.root / record.probabilities.file).is_file():
                reason = error.given if isinstance(error, UserError) else str(error)
                self._unreadable.append(UnreadableFile(record.probabilities.file, f"{reason} 1 record names it"))
            return None
        return found

    @property
    def problems(self) -> tuple[UnreadableFile, ...]:
        """The test sets, splits and probabilities that could not be read, each with why and how many records name it."""
        shared = (
            UnreadableFile(f"{kind}/{sha}.json", f"{reason}; {self._unchecked[kind, sha]} records name it")
            for (kind, sha), reason in sorted(self._damaged.items())
        )
        return (*shared, *self._unreadable)

    def _labels(self, sha: str) -> NDArray[np.int64] | None:
        if not self._is_intact("testsets", sha):
            return None
        if sha not in self._gold:
            self._gold[sha] = np.array(self._store.get_shared("testsets", sha)["labels"], dtype=np.int64)
        return self._gold[sha]

    def _is_intact(self, kind: Shared, sha: str) -> bool:
        if (kind, sha) not in self._intact and (kind, sha) not in self._damaged:
            reason = self._store.damage(kind, sha)
            if reason:
                self._damaged[kind, sha] = reason
            else:
                self._intact.add((kind, sha))
        if (kind, sha) in self._damaged:
            self._unchecked[kind, sha] += 1
        return (kind, sha) in self._intact


def difference(record: RunRecord, gold: NDArray[np.int64]) -> str:
    """In what the scores of a finished record differ from those that its predictions give on these labels, int [n_test]; "" for none."""
    predictions = record.predictions
    if predictions is None or predictions.n != len(gold) or record.n_test not in (0, len(gold)):
        return "its predictions are not as many as its test set has labels"
    try:
        ids = np.array(predictions.ids(), dtype=np.int64)
    except UserError as error:
        return error.given
    if record.primary not in record.metrics:
        return f"its primary metric {record.primary} is not among its scores"
    wrong = _wrong(record.metrics, label_metrics(gold, ids, [name for name in record.metrics if name in LOCAL]))
    return wrong or _impossible(record.dev_metrics)


def _wrong(stored: dict[str, float | None], found: dict[str, float]) -> str:
    """Each stored score that differs, in one line."""
    pairs = ((name, stored[name], value) for name, value in found.items())
    differing = [
        f"{name} is {said}, its predictions give {value:.6g}" for name, said, value in pairs if said is None or abs(said - value) > SAME
    ]
    return "edited: " + "; ".join(differing[:3]) if differing else ""


def _impossible(stored: dict[str, float | None]) -> str:
    """Each score on development data that no predictions can have, in one line: the labels of that set are not stored."""
    wrong = [name for name, value in stored.items() if name in LOCAL and value is not None and not -1 <= value <= 1]
    return f"out of range on development data: {', '.join(wrong)}" if wrong else ""
