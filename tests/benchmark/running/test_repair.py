"""An edited metric script scores finished runs again, from their stored predictions and without training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.config.request import RunRequest
from benchmark.planning import loaded_data
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]
Request = Callable[..., RunRequest]
SCRIPT = """
import datasets
import evaluate

class Share(evaluate.Metric):
    def _info(self):
        features = datasets.Features({{"predictions": datasets.Value("int64"), "references": datasets.Value("int64")}})
        return evaluate.MetricInfo(description="", citation="", inputs_description="", features=features)

    def _compute(self, predictions, references):
        return {{"share": sum(int(p) == {wanted} for p in predictions) / len(predictions)}}
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A metric of the task's own: the share of one class among the predictions."""
    path = tmp_path / "share.py"
    path.write_text(SCRIPT.format(wanted=0))
    monkeypatch.setattr(loaded_data, "metrics_of", lambda name, workspace: (f"evaluate:{path}", "accuracy"))
    return path


def test_an_edited_script_scores_again_without_training(run_of: Run, request_of: Request, script: Path) -> None:
    _, first = run_of(methods="tfidf")
    script.write_text(SCRIPT.format(wanted=1))
    summary, second = run_of(methods="tfidf")
    before, after = first["tfidf"], second["tfidf"]
    assert (summary.cached, summary.done, after.key) == (1, 1, before.key)
    assert before.predictions is not None
    assert before.dev_predictions is not None
    for predictions, old, new in (
        (before.predictions, before.value, after.value),
        (before.dev_predictions, before.dev_value, after.dev_value),
    ):
        share = float(np.mean(np.array(predictions.ids()) == 0))
        assert (old, new) == (pytest.approx(share), pytest.approx(1 - share))
    assert before.scorer != after.scorer
    assert (after.predictions, after.phases, after.metrics["accuracy"]) == (before.predictions, before.phases, before.metrics["accuracy"])


@pytest.mark.parametrize("edited", ["        return 1 / 0\n", "        return {'share': 'many'}\n"])
def test_an_edited_script_that_raises_leaves_the_scores_and_ends_no_command(run_of: Run, script: Path, edited: str) -> None:
    _, first = run_of(methods="tfidf")
    head, _, _ = SCRIPT.format(wanted=1).rpartition("        return")
    script.write_text(head + edited)
    summary, second = run_of(methods="tfidf")
    assert (summary.cached, summary.done) == (1, 1)
    assert second == first


def test_the_same_script_leaves_the_record_alone(run_of: Run, request_of: Request, script: Path) -> None:
    _, first = run_of(methods="tfidf")
    stamp = RecordStore(request_of().results).stamp(first["tfidf"].key)
    run_of(methods="tfidf")
    assert RecordStore(request_of().results).stamp(first["tfidf"].key) == stamp
