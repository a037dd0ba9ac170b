"""No stored score is believed that the stored predictions and gold labels contradict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.metric import LOCAL, label_metrics
from benchmark.metrics.stored_scores import StoredScores, difference
from benchmark.records.record import Predictions, RunRecord
from benchmark.records.spec import Compute, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore

GOLD = [0, 1, 2, 0, 1, 2, 0, 0]
IDS = [0, 1, 2, 1, 1, 0, 0, 2]
NAMES = sorted(name for name in LOCAL if name != "f1")


def make(ids: list[int] = IDS, **changes: Any) -> RunRecord:
    spec = RunSpec(
        numerics=1,
        method=MethodSpec(name="ce", code="a" * 64),
        task=TaskSpec(name="trec", data="b" * 64, n_classes=3, pair=False),
        split=SplitSpec(),
        compute=Compute(),
    )
    metrics = label_metrics(np.array(GOLD), np.array(ids), NAMES) | {"nll": 2.0}
    told = {"metrics": metrics, "predictions": Predictions.of(ids, 3), "n_test": len(ids), "testset": "c" * 64, **changes}
    return RunRecord(key=spec.key, spec=spec, status="done", **told)


@given(st.lists(st.integers(0, 2), min_size=len(GOLD), max_size=len(GOLD)))
def test_scores_that_follow_from_the_predictions_are_believed(ids: list[int]) -> None:
    assert difference(make(ids), np.array(GOLD)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_each_score_that_differs_is_named(name: str) -> None:
    record = make()
    edited = record.model_copy(update={"metrics": {**record.metrics, name: (record.metrics[name] or 0.0) + 1e-6}})
    assert difference(edited, np.array(GOLD)).startswith(f"edited: {name} is ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_test": 7}, "not as many"),
        ({"predictions": Predictions.of(IDS[:-1], 3)}, "not as many"),
        ({"predictions": Predictions(classes=3, n=len(GOLD), packed="#")}, "cannot be read"),
        ({"primary": "f1"}, "primary metric f1 is not among its scores"),
        ({"dev_metrics": {"accuracy": 1.5}}, "out of range on development data: accuracy"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    assert said in difference(make(**changes), np.array(GOLD))


def test_a_damaged_test_set_leaves_its_records_unchecked_and_is_named_with_their_number(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    sha = store.write_testset(range(len(GOLD)), GOLD, ["a", "b", "c"])
    record, edited = make(testset=sha), make(testset=sha, metrics={"accuracy": 0.99})
    before = StoredScores(store)
    assert (before(record), before(edited) != "", before.problems) == ("", True, ())
    path = tmp_path / "testsets" / f"{sha}.json"
    path.write_bytes(path.read_bytes()[:20])
    after = StoredScores(store)
    assert (after(record), after(edited)) == ("", "")
    assert [(file, reason) for file, reason in after.problems] == [(f"testsets/{sha}.json", "truncated or not JSON; 2 records name it")]


def test_a_missing_split_is_named(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    sha = store.write_testset(range(len(GOLD)), GOLD, ["a", "b", "c"])
    scores = StoredScores(store)
    scores(make(testset=sha, split="d" * 64))
    assert [file for file, _ in scores.problems] == [f"splits/{'d' * 64}.json"]


def test_a_finished_record_without_its_test_set_is_refused(tmp_path: Path) -> None:
    assert "cannot be checked" in StoredScores(RecordStore(tmp_path))(make(testset=None))
