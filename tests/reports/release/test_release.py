"""A release: the same bytes each time, everything in it and no text, and no folder of somebody else overwritten."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.records.frame import COLUMNS
from benchmark.records.record import Failure
from benchmark.records.store import RecordStore
from reports.release.release import Release, ReleaseOptions, make_release, write_release


def read(release: Release, table: str) -> pd.DataFrame:
    parts = [content for path, content in sorted(release.files.items()) if path.startswith(f"{table}/")]
    return pd.concat([pd.read_parquet(io.BytesIO(content)) for content in parts], ignore_index=True)


def options(release: Release) -> ReleaseOptions:
    from datetime import datetime

    return ReleaseOptions(datetime.fromisoformat(f"{release.facts.date}T12:00:00+00:00"))


def test_two_releases_of_the_same_results_are_byte_identical(few: Path, release: Release, tmp_path: Path) -> None:
    again = make_release(few, options(release))
    assert again.files == release.files
    write_release(release, tmp_path / "one")
    write_release(again, tmp_path / "other")
    names = sorted(path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert names == sorted(release.files)
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes() for name in names)


def test_an_archive_and_its_folder_give_the_same_release(few: Path, release: Release, tmp_path: Path) -> None:
    from benchmark.records.archive.archive import add_to_archive

    add_to_archive(few, tmp_path / "archive")
    assert make_release(tmp_path / "archive", options(release)).files == release.files


def test_files_are_one_per_task_and_every_file_has_its_checksum(release: Release, root: Path) -> None:
    tables = {f"{table}/{task}.parquet" for table in ("records", "predictions", "testsets") for task in ("sst2", "trec")}
    assert set(release.files) == tables | {"environments/environments.parquet", "README.md", "LICENSE", "croissant.json", "SHA256SUMS"}
    sums = dict(reversed(line.split("  ")) for line in release.files["SHA256SUMS"].decode().splitlines())
    assert sums == {path: hashlib.sha256(content).hexdigest() for path, content in release.files.items() if path != "SHA256SUMS"}
    assert release.files["LICENSE"] == (root / "LICENSE").read_bytes()


def test_records_hold_the_whole_frame_and_specs_that_give_the_keys(release: Release) -> None:
    records = read(release, "records")
    assert set(COLUMNS) - {"error"} <= set(records.columns)
    assert sorted(records["status"]) == ["done"] * 4 + ["failed", "missing"]
    recorded = records[records["status"] != "missing"]
    assert [hashlib.sha256(spec.encode()).hexdigest() for spec in recorded["spec"]] == list(recorded["key"])
    assert list(recorded[recorded["status"] == "failed"]["error_type"]) == ["RuntimeError"]
    assert recorded["value"].isna().sum() == 1


def test_predictions_give_the_scores_and_join_the_test_sets(release: Release) -> None:
    records, predictions, testsets = (read(release, table) for table in ("records", "predictions", "testsets"))
    done = records[records["status"] == "done"].set_index("key")
    pd.testing.assert_series_equal(predictions.groupby("key")["correct"].mean(), done["value"].sort_index(), check_names=False)
    joined = predictions.merge(done[["testset"]], left_on="key", right_index=True).merge(testsets, on=["task", "testset", "position"])
    assert len(joined) == len(predictions) == 4 * 200
    assert (joined["example_id_x"] == joined["example_id_y"]).all()
    assert (joined["correct"] == (joined["prediction"] == joined["label"])).all()
    assert set(read(release, "environments")["env_id"]) == set(done["env_id"])


def test_without_labels_there_is_neither_a_label_nor_what_is_correct(few: Path, release: Release) -> None:
    bare = make_release(few, replace(options(release), labels=False))
    assert list(read(bare, "testsets").columns) == ["task", "testset", "position", "example_id"]
    assert list(read(bare, "predictions").columns) == ["task", "key", "position", "example_id", "prediction"]
    assert b'"testsets/label"' not in bare.files["croissant.json"]
    assert "--no-labels" in bare.files["README.md"].decode()


def test_no_text_of_a_data_set_is_in_it(few: Path, release: Release) -> None:
    """Not even one that an error quotes: of errors a release has the class alone."""
    store, sentence = RecordStore(few), "a gripping and utterly charming film"
    failed = next(record for record in store if not isinstance(record, tuple) and record.status == "failed")
    store.write(failed.model_copy(update={"error": Failure(type="ValueError", message=f"cannot tokenise {sentence!r}")}))
    quoted = make_release(few, options(release))
    texts = read(quoted, "records").to_csv() + quoted.files["README.md"].decode() + quoted.files["croissant.json"].decode()
    assert "ValueError" in texts
    assert sentence not in texts
    assert read(quoted, "testsets")["example_id"].map(lambda text: bool(re.fullmatch("[0-9a-f]{16}", text))).all()
    assert {name for name, kind in read(quoted, "predictions").dtypes.items() if kind.kind not in "iub"} == {"task", "key", "example_id"}


def test_results_that_cannot_be_believed_are_not_published(few: Path, release: Release) -> None:
    path = next((few / "records").glob("*/*.json"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=path.name):
        make_release(few, options(release))


def test_results_without_a_finished_run_are_not_published(filled: Callable[..., Path], release: Release, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has finished"):
        make_release(filled(tmp_path / "empty", {("sst2", "20", ""): {"ce": [None]}}), options(release))


def test_an_earlier_release_is_replaced_and_what_only_it_had_goes(few: Path, release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    write_release(release, folder)
    smaller = replace(release, files={path: content for path, content in release.files.items() if not path.startswith("testsets/")})
    write_release(smaller, folder)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(smaller.files)
    assert not (folder / "testsets").exists()


@pytest.mark.parametrize("foreign", ["notes.txt", "records/mine.parquet"])
def test_a_folder_with_anything_else_in_it_is_left_alone(release: Release, tmp_path: Path, foreign: str) -> None:
    folder = tmp_path / "release"
    write_release(release, folder)
    (folder / foreign).write_text("mine")
    with pytest.raises(UserError, match=re.escape(foreign)):
        write_release(release, folder)
    assert (folder / foreign).read_text() == "mine"


def test_checksums_of_somebody_else_do_not_make_a_folder_ours(release: Release, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("weights")
    (tmp_path / "croissant.json").write_text(json.dumps({"name": "another set"}))
    (tmp_path / "SHA256SUMS").write_text("0  model.bin\n0  croissant.json\n")
    with pytest.raises(UserError, match=r"model\.bin"):
        write_release(release, tmp_path)
    assert (tmp_path / "model.bin").exists()


def test_a_file_in_place_of_the_folder_is_refused(release: Release, tmp_path: Path) -> None:
    (tmp_path / "release").write_text("a file")
    with pytest.raises(UserError, match="is a file"):
        write_release(release, tmp_path / "release")


def test_a_registration_beside_the_results_is_part_of_it(few: Path, release: Release) -> None:
    (few / "registration.json").write_text("{}\n")
    assert make_release(few, options(release)).files["registration.json"] == b"{}\n"
