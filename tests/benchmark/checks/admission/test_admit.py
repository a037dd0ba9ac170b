"""A contribution is admitted as it was written; each way of changing it is refused, with its own reason, and none of its code runs."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.checks.admission.admit import admit
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.archive.batch import pack_batch
from benchmark.records.archive.restored import restore
from benchmark.records.atomic_files import dump_checksummed, load_checksummed
from benchmark.records.record import RunRecord
from benchmark.records.reference.reference import Reference
from benchmark.records.store import RecordStore

Broken = Callable[[Callable[[RecordStore], None]], Path]
FILES = "place, names, types and sizes of its files"
SUBMISSION, ARCHIVE = "submission.toml", "the archive is intact"
INTACT, COMPLETE = "records, manifests, splits and test sets are intact", "every registered run is there, and no other"
SEEDS, SAME = "its seeds are the reference's first", "data, splits, encoder and settings are the reference's"
CODE, SCORES = "its runs are of its plug-in file", "scores follow from the predictions"


def refused(folder: Path, reference: Reference) -> dict[str, str]:
    """Check -> reasons, of the checks that failed."""
    return {check.name: check.detail for check in admit(folder, reference) if not check.passed}


def first(store: RecordStore) -> RunRecord:
    """The first record in the order of keys."""
    return next(record for record in store if isinstance(record, RunRecord))


def rewritten(store: RecordStore, record: RunRecord, **changes: Any) -> None:
    """The record with other content under a checksum that fits."""
    path = store.write(record)
    path.write_bytes(dump_checksummed({**load_checksummed(path), **json.loads(json.dumps(changes))}))


def entry_of(batch: Path) -> dict[str, Any]:
    """What the index of an archive says of a batch of one file."""
    return {"file": batch.name, "files": 1, "sha256": hashlib.sha256(batch.read_bytes()).hexdigest()}


def test_what_compare_submit_writes_is_admitted_and_none_of_its_code_runs(
    contribution: Path, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRIBUTION_MARK", str(tmp_path / "mark"))
    checks = admit(contribution, reference)
    assert [check.detail for check in checks if not check.passed] == []
    assert [check.name for check in checks] == [FILES, SUBMISSION, ARCHIVE, INTACT, COMPLETE, SEEDS, SAME, CODE, SCORES]
    assert not (tmp_path / "mark").exists()


def test_nothing_of_the_contributors_machine_is_in_it(contribution: Path, tmp_path: Path) -> None:
    restore(contribution, tmp_path / "unpacked")
    texts = [path.read_bytes() for folder in (contribution, tmp_path / "unpacked") for path in folder.rglob("*") if path.is_file()]
    assert not any(str(tmp_path.parent).encode() in text for text in texts)


def test_a_changed_metric_is_refused(broken: Broken, reference: Reference) -> None:
    folder = broken(lambda store: rewritten(store, first(store), metrics={**first(store).metrics, "accuracy": 0.99}))
    assert "accuracy is 0.99, its predictions give" in refused(folder, reference)[SCORES]


def test_a_changed_prediction_is_refused(broken: Broken, reference: Reference) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        assert record.predictions is not None
        ids = record.predictions.ids()
        ids[0] = 1 - ids[0]
        packed = type(record.predictions).of(ids, record.predictions.classes).model_dump()
        rewritten(store, record, predictions=packed)

    assert "its predictions give" in refused(broken(change), reference)[SCORES]


def test_a_record_that_was_edited_is_refused(broken: Broken, contribution: Path, reference: Reference, tmp_path: Path) -> None:
    restore(contribution, tmp_path / "unpacked")
    path = next((tmp_path / "unpacked" / "records").glob("*/*.json"))
    name = path.relative_to(tmp_path / "unpacked").as_posix()
    content = path.read_bytes().replace(b'"labels_used":', b'"labels_used":1')
    index = load_checksummed(contribution / "archive.json")
    (contribution / "batch-0002.parquet").write_bytes(pack_batch({name: content}))
    entry = {
        "file": "batch-0002.parquet",
        "files": 1,
        "sha256": hashlib.sha256((contribution / "batch-0002.parquet").read_bytes()).hexdigest(),
    }
    (contribution / "archive.json").write_bytes(dump_checksummed({**index, "batches": [*index["batches"], entry]}))
    assert "edited: its checksum does not fit" in refused(contribution, reference)[INTACT]


def test_a_count_that_the_reference_contradicts_is_refused(broken: Broken, reference: Reference) -> None:
    folder = broken(lambda store: rewritten(store, first(store), labels_used=4))
    assert "labels_used is 4 here" in refused(folder, reference)[SAME]


@pytest.mark.parametrize("arm", ["ce", "ce-null"])
def test_a_foreign_run_is_refused(broken: Broken, reference: Reference, arm: str) -> None:
    foreign = next(run.record for run in reference.runs if run.row.arm == arm)
    found = refused(broken(lambda store: rewritten(store, foreign.model_copy(update={"env_id": first(store).env_id}))), reference)
    assert found[COMPLETE].startswith(f"{foreign.key[:12]} is a run that is not registered")
    assert (CODE in found) == (arm == "ce-null")  # the baseline may be made again, for calibration, where that was registered


@pytest.mark.parametrize("content", [{"a": 1}, {"labels": "no", "label_names": 3}, {"labels": [[]]}])
def test_a_test_set_that_is_none_under_a_name_that_fits_is_refused(broken: Broken, reference: Reference, content: dict[str, Any]) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        rewritten(store, record, testset=store.put("testsets", content))

    found = refused(broken(change), reference)
    assert "its content cannot be read" in found[SCORES] or "not as many as its test set" in found[SCORES]


def test_predictions_that_would_fill_the_memory_are_refused(broken: Broken, reference: Reference) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        assert record.predictions is not None
        bomb = base64.b85encode(zlib.compress(bytes(10**8), 9)).decode("ascii")
        rewritten(store, record, predictions=record.predictions.model_dump() | {"packed": bomb})

    assert "do not fit their example count" in refused(broken(change), reference)[SCORES]


def test_a_key_that_is_not_the_specs_is_refused(broken: Broken, reference: Reference, contribution: Path) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        spec = record.model_dump(mode="json")["spec"] | {"seed": 7}
        rewritten(store, record, spec=spec)

    assert "the key is not that of the spec" in refused(broken(change), reference)[INTACT]


def test_another_split_is_refused(broken: Broken, reference: Reference) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        rewritten(store, record, split=next(r.split for r in store if isinstance(r, RunRecord) and r.split != record.split))

    assert "split is " in refused(broken(change), reference)[SAME]


def test_another_encoder_is_refused(broken: Broken, reference: Reference) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        assert record.spec.encoder is not None
        spec = record.spec.model_copy(update={"encoder": record.spec.encoder.model_copy(update={"files": "f" * 64})})
        store._path(record.key).unlink()
        store.write(record.model_copy(update={"spec": spec, "key": spec.key}))

    found = refused(broken(change), reference)
    assert "encoder.files is ffffffffffff here" in found[SAME]
    assert "1 registered runs of" in found[COMPLETE]


def test_a_run_that_is_missing_is_refused(broken: Broken, reference: Reference) -> None:
    folder = broken(lambda store: store._path(first(store).key).unlink())
    assert refused(folder, reference)[COMPLETE].startswith("1 registered runs of ")


def test_seeds_that_were_chosen_are_refused(broken: Broken, contribution: Path, reference: Reference) -> None:
    """Seed 1 alone, registered and run as registered."""

    def change(store: RecordStore) -> None:
        for record in [record for record in store if isinstance(record, RunRecord) and record.spec.seed == 0]:
            store._path(record.key).unlink()
        for path in (store.root / "manifests").glob("*.json"):
            manifest = next(m for m in store.manifests() if not isinstance(m, tuple))
            path.unlink()
            store.write_manifest(manifest.model_copy(update={"rows": tuple(row for row in manifest.rows if row.seed == 1)}))

    found = refused(broken(change), reference)
    assert "its splits and seeds are not the first 1 of the reference" in found[SEEDS]


def test_another_plugin_file_is_refused(contribution: Path, reference: Reference) -> None:
    path = contribution / "third_ce.py"
    path.write_text(path.read_text().replace("0.33", "0.34"))
    assert "the code of its runs is" in refused(contribution, reference)[CODE]
    path.write_text(path.read_text().replace("0.34", "0.33") + "# a comment\n")
    assert "its runs name the plug-in file" in refused(contribution, reference)[CODE]


def test_code_inside_the_archive_is_refused(broken: Broken, reference: Reference) -> None:
    text = b"# nobody reads this\n"
    name = f"plugins/{hashlib.sha256(text).hexdigest()[:12]}/cell_x.py"

    def add(store: RecordStore) -> None:
        (store.root / name).parent.mkdir(parents=True)
        (store.root / name).write_bytes(text)

    assert refused(broken(add), reference)[ARCHIVE] == f"{name} is no part of a contribution"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def broken(:", "cannot be read as Python"),
        ("x = 1", "registers no method, not third-ce"),
        ("x = " + "(" * 5000 + ")" * 5000, "cannot be read as Python"),
    ],
)
def test_a_plugin_file_that_registers_nothing_is_refused(contribution: Path, reference: Reference, source: str, said: str) -> None:
    (contribution / "third_ce.py").write_text(source)
    assert said in refused(contribution, reference)[CODE]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("licence = ", "license = "), "unknown key 'license'"),
        (('"A. Author"', '"FILL IN"'), "this is to be filled in"),
        (('"A. Author"', '"\\u001b[31mA."'), "characters that do not print"),
        (('"third-ce"', '"fourth-ce"'), "its method is fourth-ce, its folder is third-ce"),
        (('"third_ce.py"', '"../third_ce.py"'), "plugin"),
        (("date = 2", "date = 1"), "its date is 1"),
        (('"a@example.org"', '"javascript:alert(1)"'), "contact"),
        (("version = 1", "version = = 1"), "not valid TOML"),
    ],
)
def test_a_malformed_submission_is_refused(contribution: Path, reference: Reference, change: tuple[str, str], said: str) -> None:
    path = contribution / "submission.toml"
    before = path.read_text()
    assert change[0] in before
    path.write_text(before.replace(*change, 1))
    found = refused(contribution, reference)[SUBMISSION]
    assert said in found
    assert str(contribution) not in found


def test_a_registration_that_was_edited_is_refused(contribution: Path, reference: Reference) -> None:
    path = contribution / "registration.json"
    path.write_bytes(path.read_bytes().replace(b'"suite":"glue-fewshot"', b'"suite":"glue-full"'))
    assert "edited: its checksum does not fit" in refused(contribution, reference)[COMPLETE]


def link(folder: Path) -> None:
    (folder / "third_ce.py").unlink()
    (folder / "third_ce.py").symlink_to("/etc/hostname")


def fifo(folder: Path) -> None:
    (folder / "submission.toml").unlink()
    os.mkfifo(folder / "submission.toml")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (link, "is no regular file"),
        (fifo, "is no regular file"),
        (lambda folder: (folder / "inner").mkdir(), "'inner' is no regular file"),
        (lambda folder: (folder / "setup.cfg").write_text("x"), "'setup.cfg' does not belong here"),
        (lambda folder: (folder / "conftest.py").write_text("x"), "it has 2 Python files"),
        (lambda folder: (folder / "third_ce.py").write_text("#" * 300_000), "third_ce.py has 300,000 bytes"),
        (lambda folder: (folder / "batch-0001.parquet").write_bytes(b"no"), "no parquet file"),
        (lambda folder: (folder / "registration.json").unlink(), "registration.json is missing"),
    ],
)
def test_files_that_do_not_belong_there_are_refused(
    contribution: Path, reference: Reference, change: Callable[[Path], Any], said: str
) -> None:
    change(contribution)
    found = refused(contribution, reference)
    assert list(found) == [FILES], "nothing else is opened"
    assert said in found[FILES]


def test_a_path_that_leads_out_of_the_archive_is_refused(contribution: Path, reference: Reference) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"file": pa.array(["../../escaped.json"]), "content": pa.array([b"{}"], pa.large_binary())})
    pq.write_table(table, contribution / "batch-0001.parquet")
    entry = {
        "file": "batch-0001.parquet",
        "files": 1,
        "sha256": hashlib.sha256((contribution / "batch-0001.parquet").read_bytes()).hexdigest(),
    }
    (contribution / "archive.json").write_bytes(dump_checksummed({"version": 1, "batches": [entry]}))
    assert "which is no file of a results folder" in refused(contribution, reference)[ARCHIVE]
    assert not list(contribution.parents[1].rglob("escaped.json"))


def test_a_batch_that_no_index_names_is_refused(contribution: Path, reference: Reference) -> None:
    shutil.copy(contribution / "batch-0001.parquet", contribution / "batch-0002.parquet")
    assert "batch-0002.parquet is in no index" in refused(contribution, reference)[ARCHIVE]


def test_the_name_of_a_shipped_method_is_refused(contribution: Path, reference: Reference) -> None:
    there = contribution.parents[1] / "ce" / contribution.name
    shutil.copytree(contribution, there)
    for name in ("submission.toml", "third_ce.py"):
        (there / name).write_text((there / name).read_text().replace('"third-ce"', '"ce"'))
    assert "ce is the name of an installed method" in refused(there, reference)[CODE]


def test_a_failed_run_is_no_reason_to_refuse(broken: Broken, reference: Reference) -> None:
    def change(store: RecordStore) -> None:
        record = first(store)
        nothing = {"metrics": {}, "dev_metrics": {}, "predictions": None, "dev_predictions": None}
        store.write(record.model_validate(record.model_dump() | nothing | {"status": "failed", "error": {"type": "E", "message": "m"}}))

    assert refused(broken(change), reference) == {}


def test_packing_again_what_is_there_changes_nothing(contribution: Path, tmp_path: Path) -> None:
    restore(contribution, tmp_path / "unpacked")
    assert add_to_archive(tmp_path / "unpacked", contribution).batch is None
