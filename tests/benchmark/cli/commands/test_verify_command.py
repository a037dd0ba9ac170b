"""verify on the command line: its exit codes, with and without --strict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.records.record import Failure, RunRecord
from benchmark.records.store import RecordStore

SMOKE = "run --suite glue-fewshot --profile smoke --tasks sst2 --methods majority --seeds 1 --results results --cache cache"


@pytest.fixture
def store(bench: Callable[..., Any], tmp_path: Path) -> RecordStore:
    """The store of one finished run."""
    done = bench(*SMOKE.split())
    assert done.code == 0, done.err
    return RecordStore(tmp_path / "results")


def test_strict_ends_with_1_on_a_note_that_is_no_failure(bench: Callable[..., Any], store: RecordStore) -> None:
    assert bench("verify", "--results", "results", "--strict").code == 0
    (record,) = (item for item in store if isinstance(item, RunRecord))
    store.write(record.model_copy(update={"env_id": store.write_environment({"libraries": {"torch": "0.1"}})}))
    for strict, code in ((), 0), (("--strict",), 1):
        done = bench("verify", "--results", "results", *strict)
        assert "in another environment" in done.out
        assert done.code == code, done.out


def test_nothing_that_could_be_run_again_ends_with_1(bench: Callable[..., Any], store: RecordStore) -> None:
    (record,) = (item for item in store if isinstance(item, RunRecord))
    nothing: dict[str, Any] = {"metrics": {}, "dev_metrics": {}, "predictions": None, "testset": None}
    failure = Failure(type="RuntimeError", message="went wrong")
    store.write(record.model_copy(update={"status": "failed", "error": failure, **nothing}))
    done = bench("verify", "--results", "results")
    assert "None of 1 records could be run again" in done.out
    assert done.code == 1
