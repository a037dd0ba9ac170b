"""The tidy frame: what was planned joined with what is there, in the columns agreed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.records.frame import COLUMNS, export, load_results
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import Failure, PhaseCost, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore

Specs, Records, Rows = Callable[..., RunSpec], Callable[..., RunRecord], Callable[..., ManifestRow]

AGREED = (
    "suite, profile, protocol, task, task_source, partial, method, variant, shots, noise_kind, noise_level, split_seed, seed, metric, "
    "value, dev_value, n_train, n_dev, n_test, status, seconds, forward_examples, key, role, trial, encoder, device, precision, threads, "
    "env_id, n_unlabelled, sampler, noise_where, backward_examples, labels_used, alarms, error, params, metrics, init_seed, "
    "noise_size, unlabelled, pool_size, setting, n_test_cut, diagnostics, transfer"
)


@pytest.fixture
def folder(tmp_path: Path, spec: Specs, record: Records, failed: Records, row: Rows) -> Path:
    """A plan of four runs: two done, one failed, one missing."""
    store = RecordStore(tmp_path)
    specs = [spec(seed, split_seed=seed) for seed in range(4)]
    store.write_manifest(Manifest(suite="s", profile="smoke", rows=tuple(row(one) for one in specs)))
    store.write(record(specs[0], ids=[0, 1, 1]))
    store.write(record(specs[1], ids=[0, 1, 0], alarms=("at or below majority",)))
    store.write(failed(specs[2]))
    return tmp_path


def read(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(folder, "csv")[0].decode())))


def test_the_columns_are_those_agreed(folder: Path) -> None:
    assert ", ".join(COLUMNS) == AGREED
    assert list(load_results(folder).columns) == COLUMNS


def test_every_planned_run_has_one_row(folder: Path) -> None:
    frame = load_results(folder)
    assert list(frame["status"]) == ["done", "done", "failed", "missing"]
    assert list(frame["seed"]) == [0, 1, 2, 3]
    assert frame["key"].is_unique


def test_a_value_stands_only_where_a_run_is_done(folder: Path) -> None:
    assert [row["value"] for row in read(folder)] == ["0.6", "0.6", "", ""]
    assert [row["metrics"] for row in read(folder)][2:] == ["{}", "{}"]


def test_whole_numbers_stay_whole_beside_missing_ones(folder: Path) -> None:
    rows = read(folder)
    assert [row["forward_examples"] for row in rows] == ["14", "14", "14", ""]
    assert [row["n_test"] for row in rows] == ["5", "5", "", ""]
    assert (rows[0]["trial"], rows[0]["split_seed"]) == ("", "0")


def test_cost_includes_the_phases_from_the_cache(folder: Path) -> None:
    first = load_results(folder).iloc[0]
    assert (first["seconds"], first["forward_examples"], first["backward_examples"]) == (1.5, 14, 12)


def test_json_columns_are_json_and_an_error_is_one_line(folder: Path) -> None:
    rows = read(folder)
    assert json.loads(rows[1]["alarms"]) == ["at or below majority"]
    assert json.loads(rows[0]["params"]) == {"weight": 0.9}
    assert json.loads(rows[0]["metrics"]) == {"accuracy": 0.6, "macro_f1": 0.5}
    assert rows[2]["error"] == "RuntimeError: a bad step"


def test_diagnostics_stand_under_the_name_of_their_phase(tmp_path: Path, spec: Specs, record: Records) -> None:
    measured = {"steps": [59], "terms": {"ce": {"norm": [0.5]}}, "drift": [0.1]}
    phases = (PhaseCost(name="probe"), PhaseCost(name="fine-tune", log={"plan": {"steps": 60}, "diagnostics": measured}))
    RecordStore(tmp_path).write(record(spec(0), phases=phases))
    assert json.loads(read(tmp_path)[0]["diagnostics"]) == {"fine-tune": measured}


def test_formats_hold_the_same(folder: Path) -> None:
    rows = read(folder)
    from_json = json.loads(export(folder, "json")[0])
    from_parquet = pd.read_parquet(io.BytesIO(export(folder, "parquet")[0]))
    assert [row["key"] for row in from_json] == [row["key"] for row in rows] == list(from_parquet["key"])
    assert list(from_json[0]) == list(from_parquet.columns) == COLUMNS
    assert from_json[0]["value"] == 0.6
    assert from_json[3]["value"] is None


def test_the_frame_does_not_depend_on_the_order_of_writing(tmp_path: Path, spec: Specs, record: Records, row: Rows) -> None:
    specs = [spec(seed, name=name, shots=shots) for seed in (0, 10, 2) for name in ("scl", "ce") for shots in ("100", "20")]
    contents = []
    for name, order in (("a", specs), ("b", specs[::-1])):
        store = RecordStore(tmp_path / name)
        store.write_manifest(Manifest(suite="s", profile="smoke", rows=tuple(row(one) for one in order)))
        for one in order:
            store.write(record(one))
        contents.append(export(tmp_path / name, "csv")[0])
    assert contents[0] == contents[1]
    frame = load_results(tmp_path / "a")
    assert list(frame["shots"].unique()) == ["20", "100"]
    assert list(frame["seed"].head(3)) == [0, 2, 10]


def test_a_second_manifest_adds_rows_and_another_suite_has_its_own(folder: Path, spec: Specs, row: Rows) -> None:
    store = RecordStore(folder)
    store.write_manifest(Manifest(suite="s", profile="smoke", rows=(row(spec(0, split_seed=0)), row(spec(9)))))
    store.write_manifest(Manifest(suite="other", profile="smoke", rows=(row(spec(0, split_seed=0), arm="renamed"),)))
    frame = load_results(folder)
    assert len(frame) == 6
    assert set(frame[frame["key"] == spec(0, split_seed=0).key]["variant"]) == {"ce", "renamed"}


def test_a_record_without_a_plan_is_shown(tmp_path: Path, spec: Specs, record: Records) -> None:
    RecordStore(tmp_path).write(record(spec()))
    only = load_results(tmp_path).iloc[0]
    assert (only["suite"], only["profile"], only["protocol"], only["status"]) == ("", "", "honest", "done")


def test_an_edited_record_counts_as_missing_and_is_named(folder: Path, spec: Specs) -> None:
    key = spec(0, split_seed=0).key
    path = folder / "records" / key[:2] / f"{key}.json"
    path.write_text(path.read_text().replace("0.6", "0.9"))
    frame = load_results(folder)
    assert list(frame["status"]) == ["missing", "done", "failed", "missing"]
    assert [reason for _, reason in frame.attrs["problems"]] == ["edited: its checksum does not fit"]
    assert len(pd.read_parquet(io.BytesIO(export(folder, "parquet")[0]))) == 4


def alarms(frame: pd.DataFrame) -> list[Any]:
    return [json.loads(text) for text in frame["alarms"]]


def test_two_seeds_with_identical_predictions_raise_an_alarm(tmp_path: Path, spec: Specs, record: Records) -> None:
    store = RecordStore(tmp_path)
    for seed, ids in ((0, [0, 1, 1]), (1, [0, 1, 1]), (2, [1, 1, 1])):
        store.write(record(spec(seed, split_seed=seed), ids=ids))
    assert alarms(load_results(tmp_path)) == [["identical predictions"], ["identical predictions"], []]


def test_methods_without_a_seed_and_other_arms_may_agree(tmp_path: Path, spec: Specs, record: Records) -> None:
    store = RecordStore(tmp_path)
    for one in (spec(None, split_seed=0), spec(None, split_seed=1), spec(0), spec(0, name="scl"), spec(1, shots="100")):
        store.write(record(one, ids=[0, 1, 1]))
    assert alarms(load_results(tmp_path)) == [[]] * 5


@pytest.mark.parametrize("name", ["", "no/such/folder"])
def test_a_folder_without_results_is_a_user_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no results"):
        load_results(tmp_path / name)


def test_an_unknown_format_is_a_user_error(folder: Path) -> None:
    with pytest.raises(UserError, match="Did you mean 'csv'"):
        export(folder, "cvs")[0]


def test_importing_the_frame_does_not_import_pandas(root: Path) -> None:
    code = (
        "import sys, benchmark.records.frame, benchmark.config.toml_files, benchmark.config.request; "
        "print([m for m in ('pandas', 'numpy', 'torch', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


def test_a_record_that_is_not_believed_counts_as_missing(folder: Path, spec: Specs) -> None:
    """The caller's examination decides; its reason is named with the file."""
    doubted = spec(0, split_seed=0).key
    frame = load_results(folder, examine=lambda record: "made up" if record.key == doubted else "")
    assert list(frame["status"]) == ["missing", "done", "failed", "missing"]
    assert frame.attrs["problems"] == [(f"records/{doubted[:2]}/{doubted}.json", "made up")]


def test_no_exported_cell_begins_like_a_formula(tmp_path: Path, spec: Specs, record: Records, row: Rows) -> None:
    store = RecordStore(tmp_path)
    error = Failure(type="=cmd|'/C calc'!A0", message="x \x1b[31m red")
    store.write(record(spec(0), status="failed", error=error, metrics={}, dev_metrics={}, predictions=None))
    store.write_manifest(Manifest(suite="s", profile="smoke", rows=(row(spec(0), arm="=1+1"), row(spec(1), arm="-x"))))
    text = export(tmp_path, "csv")[0].decode()
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell[:1]]
    assert {"'=1+1", "'-x"} <= set(cells)
    assert "\x1b" not in text
    assert "\\x1b[31m red" in text
