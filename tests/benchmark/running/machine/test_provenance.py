"""What a record says of where it was made: enough to tell two environments apart, and nothing of the person or the place."""

from __future__ import annotations

import getpass
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmark.records.record import RunRecord
from benchmark.records.spec import Compute
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]


def test_an_environment_names_versions_processor_and_determinism_flags() -> None:
    told = environment(Compute())
    assert {"torch", "transformers", "tokenizers", "numpy", "scikit-learn"} <= told["libraries"].keys()
    assert told["processor"]
    assert "deterministic" in told["flags"]


def test_workers_inherit_the_commit_that_their_code_was_loaded_from() -> None:
    code = (
        "import benchmark.running.machine.worker_imports; from benchmark.running.machine.provenance import git_state; "
        "print(git_state.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4])
    assert done.stdout == "1\n"


def test_precision_and_threads_are_the_specs_and_make_no_other_environment() -> None:
    assert environment(Compute(threads=1)) == environment(Compute(threads=2, precision="bf16"))


def test_the_flags_are_those_of_the_process_now_and_not_of_the_first_question() -> None:
    """A driver that records a run that died under its worker has asked before any run set the flags."""
    apply_compute(Compute())
    asked_before = environment(Compute())
    torch.set_deterministic_debug_mode("default")
    try:
        assert environment(Compute())["flags"] != asked_before["flags"]
    finally:
        apply_compute(Compute())
    assert environment(Compute()) == asked_before


def test_no_file_of_a_results_folder_holds_host_user_path_or_variable(run_of: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("BENCHMARK_TEST_SECRET", "s3cr3t-value")
    run_of(methods="ce,tfidf")
    texts = [file.read_text() for file in (tmp_path / "results").rglob("*.json")]
    assert texts
    forbidden = [str(tmp_path), str(Path.cwd()), str(Path.home()), "s3cr3t-value", os.environ.get("XDG_CACHE_HOME", "s3cr3t-value")]
    forbidden += [name for name in (platform.node(), getpass.getuser()) if len(name) > 5]  # short names occur in ordinary words
    for text in texts:
        assert not [word for word in forbidden if word in text]


def test_the_environment_is_written_once(run_of: Run, tmp_path: Path) -> None:
    _, records = run_of(methods="ce,scl")
    assert len({record.env_id for record in records.values()}) == 1
    (file,) = (tmp_path / "results" / "environments").glob("*.json")
    assert json.loads(file.read_text())


def test_test_sets_and_splits_hold_ids_and_labels_and_no_text(run_of: Run, tmp_path: Path) -> None:
    _, records = run_of(methods="ce")
    results = tmp_path / "results"
    testset = json.loads((results / "testsets" / f"{records['ce'].testset}.json").read_text())
    assert len(testset.get("content", testset)["ids"]) == records["ce"].n_test
    text = "".join(file.read_text() for file in [*results.glob("testsets/*"), *results.glob("splits/*")])
    assert "the film" not in text
