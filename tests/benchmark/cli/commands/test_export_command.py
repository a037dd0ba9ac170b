"""export and show on a small results folder."""

from __future__ import annotations

import csv
import io
import json

import pytest

from benchmark.records.record import Failure, Predictions, RunRecord
from benchmark.records.spec import Compute, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore

GOLD = [0, 1, 1, 1] * 1000  # three of four predictions are right


def record_of(seed, store, error=None):
    spec = RunSpec(
        numerics=1,
        method=MethodSpec(name="ce", code="0" * 64),
        task=TaskSpec(name="sst2", data="1" * 64, n_classes=2, pair=False),
        split=SplitSpec(split_seed=seed),
        compute=Compute(),
        seed=seed,
    )
    if error is not None:
        return RunRecord(key=spec.key, spec=spec, status="failed", error=Failure.of(error))
    predictions = Predictions.of([0, 1] * 2000, 2)
    testset = store.write_testset(range(len(GOLD)), GOLD, ["negative", "positive"])
    told = {"metrics": {"accuracy": 0.75}, "predictions": predictions, "testset": testset, "env_id": "2" * 64}
    return RunRecord(key=spec.key, spec=spec, status="done", **told)


@pytest.fixture
def results(tmp_path):
    """One run that is done and one that failed."""
    store = RecordStore(tmp_path / "results")
    records = [record_of(0, store), record_of(1, store, ValueError("non-finite loss"))]
    for record in records:
        store.write(record)
    return tmp_path / "results", [record.key for record in records]


def test_show_takes_a_unique_prefix(bench, results):
    folder, (done, _) = results
    outcome = bench("show", done[:8], "--results", str(folder))
    assert outcome.code == 0
    assert outcome.out.startswith("ce on sst2, shots 20, split seed 0, seed 0: accuracy 0.7500\n")
    assert f"key: {done}" in outcome.out
    assert max(map(len, outcome.out.splitlines())) < 250  # packed predictions are cut


def test_show_tells_the_error_of_a_failed_run(bench, results):
    folder, (_, failed) = results
    said = bench("show", failed, "--results", str(folder)).out
    assert "ce on sst2, shots 20, split seed 1, seed 1: failed" in said
    assert "message: non-finite loss" in said


@pytest.mark.parametrize(("key", "said"), [("", "hexadecimal"), ("zz", "hexadecimal"), ("0" * 64, "No record")])
def test_an_unknown_key_exits_with_2(bench, results, key, said):
    outcome = bench("show", key, "--results", str(results[0]))
    assert outcome.code == 2
    assert said in outcome.err


def test_an_ambiguous_prefix_exits_with_2_and_asks_for_more_digits(bench, tmp_path):
    store = RecordStore(tmp_path / "many")
    keys = []
    for seed in range(17):  # among 17 keys two start alike
        record = record_of(seed, store)
        store.write(record)
        keys.append(record.key)
    first = next(key[0] for key in keys if sum(other[0] == key[0] for other in keys) > 1)
    outcome = bench("show", first, "--results", str(tmp_path / "many"))
    assert outcome.code == 2
    assert "more digits" in outcome.err


def test_export_as_csv_and_json_to_standard_output(process, results):
    folder, keys = results
    rows = list(csv.DictReader(io.StringIO(process("export", "--results", str(folder), "--format", "csv").stdout)))
    assert {row["key"]: row["status"] for row in rows} == dict(zip(keys, ("done", "failed"), strict=True))
    assert {row["value"] for row in rows} == {"0.75", ""}
    assert len(json.loads(process("export", "--results", str(folder), "--format", "json").stdout)) == 2


def test_export_as_parquet_into_a_file(bench, results, tmp_path):
    import pandas as pd

    outcome = bench("export", "--results", str(results[0]), "--format", "parquet", "--out", str(tmp_path / "frame.parquet"))
    assert (outcome.code, outcome.out) == (0, "")
    assert len(pd.read_parquet(tmp_path / "frame.parquet")) == 2


def test_a_truncated_record_is_named_and_the_rest_is_exported(process, results):
    folder, (done, failed) = results
    (folder / "records" / failed[:2] / f"{failed}.json").write_text("{")
    outcome = process("export", "--results", str(folder))
    assert outcome.returncode == 1
    assert f"left out: records/{failed[:2]}/{failed}.json" in outcome.stderr
    assert done in outcome.stdout


def test_an_edited_score_is_left_out_of_the_export_and_named(bench, results):
    folder, (done, _) = results
    store = RecordStore(folder)
    store.write(store.read(done).model_copy(update={"metrics": {"accuracy": 0.99}}))
    outcome = bench("export", "--results", str(folder))
    assert outcome.code == 1
    assert f"records/{done[:2]}/{done}.json: edited: accuracy is 0.99, its predictions give 0.75" in outcome.err
    assert {row["key"] for row in csv.DictReader(io.StringIO(outcome.out)) if row["status"] == "done"} == set()
