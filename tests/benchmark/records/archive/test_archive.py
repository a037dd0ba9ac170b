"""Archives: byte-exact both ways, append-only, and damage is named."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UserError
from benchmark.records.archive.archive import INDEX, add_to_archive, is_archive, read_archive, read_index
from benchmark.records.archive.batch import pack_batch, unpack_batch
from benchmark.records.archive.restored import readable, restore
from benchmark.records.frame import export
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.process_identity import current_process
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore, UnreadableFile

Specs, Records, Rows = Callable[..., RunSpec], Callable[..., RunRecord], Callable[..., ManifestRow]


@pytest.fixture
def results(tmp_path: Path, spec: Specs, record: Records, failed: Records, row: Rows) -> Path:
    store = RecordStore(tmp_path / "results")
    specs = [spec(seed, split_seed=seed) for seed in range(3)]
    testset = store.write_testset(range(5), [0, 1, 0, 1, 0], ["no", "yes"])
    for given_spec in specs[:2]:
        store.write(record(given_spec, testset=testset, env_id=store.write_environment({"python": "3.11"})))
    store.write(failed(specs[2]))
    store.write_split({"train": ["a"], "dev": []})
    store.write_side(specs[0].key, "npy", b"\x00\x01", "probabilities")
    store.write_manifest(Manifest(suite="mine", profile="laptop", rows=tuple(row(s) for s in specs)))
    return store.root


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


names = st.from_regex(r"\A(records/[0-9a-f]{2}/[0-9a-f]{64}|(manifests|splits)/[0-9a-f]{64})\.json\Z")


@given(st.dictionaries(names, st.binary(max_size=50), min_size=1, max_size=5))
def test_a_batch_gives_back_what_it_was_made_of(files: dict[str, bytes]) -> None:
    assert unpack_batch(pack_batch(files)) == files
    assert pack_batch(dict(reversed(files.items()))) == pack_batch(files)


@pytest.mark.parametrize("side_files", [False, True])
def test_an_archive_restores_the_folder_byte_for_byte(results: Path, tmp_path: Path, side_files: bool) -> None:
    added = add_to_archive(results, tmp_path / "archive", side_files=side_files)
    restore(tmp_path / "archive", tmp_path / "again")
    wanted = {name: data for name, data in content(results).items() if side_files or not name.startswith("probabilities")}
    assert content(tmp_path / "again") == wanted
    assert added.files == len(wanted)


def test_a_second_call_adds_only_what_is_new_and_changes_no_file(results: Path, tmp_path: Path, spec: Specs, record: Records) -> None:
    archive = tmp_path / "archive"
    first = add_to_archive(results, archive)
    before = content(archive)
    assert add_to_archive(results, archive).batch is None
    assert content(archive) == before
    RecordStore(results).write(record(spec(7, split_seed=7)))
    second = add_to_archive(results, archive)
    assert (first.batch, second.batch, second.files) == ("batch-0001.parquet", "batch-0002.parquet", 1)
    assert content(archive)["batch-0001.parquet"] == before["batch-0001.parquet"]


def test_a_run_that_was_run_again_takes_the_place_of_the_failed_one(results: Path, tmp_path: Path, spec: Specs, record: Records) -> None:
    archive, again = tmp_path / "archive", record(spec(2, split_seed=2))
    add_to_archive(results, archive)
    RecordStore(results).write(again)
    assert add_to_archive(results, archive).files == 1
    assert RecordStore(archive).read(again.key).status == "done"


def test_a_store_reads_an_archive_like_its_folder(results: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    add_to_archive(results, archive)
    assert list(RecordStore(archive)) == list(RecordStore(results))
    assert list(RecordStore(archive).manifests()) == list(RecordStore(results).manifests())
    assert export(archive, "csv") == export(results, "csv")


def test_an_archive_is_read_only(results: Path, tmp_path: Path, spec: Specs, record: Records, row: Rows) -> None:
    add_to_archive(results, tmp_path / "archive")
    store = RecordStore(tmp_path / "archive")
    with pytest.raises(UserError, match="is an archive"):
        store.write(record(spec(9)))
    with pytest.raises(UserError, match="is an archive"):
        store.write_manifest(Manifest(suite="mine", profile="laptop", rows=(row(spec(9)),)))


def test_an_archive_that_grew_is_read_again(results: Path, tmp_path: Path, spec: Specs, record: Records) -> None:
    archive = tmp_path / "archive"
    add_to_archive(results, archive)
    assert len(list(RecordStore(archive))) == 3
    RecordStore(results).write(record(spec(7, split_seed=7)))
    add_to_archive(results, archive)
    assert len(list(RecordStore(archive))) == 4


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-20]), "truncated or edited"),
        (lambda file: file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2", 1)), "truncated or edited"),
        (lambda file: file.unlink(), "No such file"),
    ],
)
def test_a_damaged_batch_is_named_and_the_others_are_read(
    results: Path, tmp_path: Path, damage: Callable[[Path], object], reason: str, spec: Specs, record: Records
) -> None:
    archive = tmp_path / "archive"
    add_to_archive(results, archive)
    RecordStore(results).write(record(spec(7, split_seed=7)))
    add_to_archive(results, archive)
    damage(archive / "batch-0001.parquet")
    first, *others = list(RecordStore(archive))
    assert isinstance(first, UnreadableFile)
    assert first.file == "batch-0001.parquet"
    assert reason in first.reason
    assert len(others) == 1
    with pytest.raises(UserError, match=r"batch-0001\.parquet"):
        add_to_archive(results, archive)


def test_an_edited_index_is_named(results: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    add_to_archive(results, archive)
    file = archive / INDEX
    file.write_bytes(file.read_bytes().replace(b'"files":', b'"files": '))
    assert read_index(archive).batches  # white space is no edit
    file.write_bytes(file.read_bytes().replace(b'"version":1', b'"version":2'))
    with pytest.raises(UserError, match=r"archive\.json"):
        RecordStore(archive)


def test_a_damaged_record_is_left_out_and_named(results: Path, tmp_path: Path) -> None:
    victim = next((results / "records").glob("*/*.json"))
    victim.write_bytes(victim.read_bytes()[:-9])
    added = add_to_archive(results, tmp_path / "archive")
    assert [name for name, _ in added.left_out] == [victim.relative_to(results).as_posix()]
    assert victim.relative_to(results).as_posix() not in read_archive(tmp_path / "archive")[0]


@pytest.mark.parametrize("ending", ["json", "npy"])
def test_a_copy_beside_the_original_is_left_out_and_the_archive_stays_readable(results: Path, tmp_path: Path, ending: str) -> None:
    original = next(results.rglob(f"{'records/*' if ending == 'json' else 'probabilities'}/*.{ending}"))
    copy = original.with_name(f"{original.stem} (1).{ending}")
    copy.write_bytes(original.read_bytes())
    added = add_to_archive(results, tmp_path / "archive", side_files=True)
    assert added.left_out == ((copy.relative_to(results).as_posix(), "no name of a file of a results folder"),)
    copy.unlink()
    restore(tmp_path / "archive", tmp_path / "again")
    assert content(tmp_path / "again") == content(results)


def test_the_files_of_cell_methods_are_archived_and_others_beside_them_are_not(results: Path, tmp_path: Path) -> None:
    text = b"# the method of a cell\n"
    folder = results / "plugins" / hashlib.sha256(text).hexdigest()[:12]
    folder.mkdir(parents=True)
    (folder / "cell_own.py").write_bytes(text)
    (folder / "notes.py").write_bytes(b"")
    added = add_to_archive(results, tmp_path / "archive")
    assert added.left_out == ()
    restore(tmp_path / "archive", tmp_path / "again")
    assert {name: held for name, held in content(tmp_path / "again").items() if name.startswith("plugins")} == {
        f"plugins/{folder.name}/cell_own.py": text
    }
    (folder / "cell_own.py").write_bytes(text + b"edited = True\n")
    assert [name for name, _ in add_to_archive(results, tmp_path / "archive").left_out] == [f"plugins/{folder.name}/cell_own.py"]


def test_an_archive_is_made_of_a_results_folder_only_and_elsewhere(results: Path, tmp_path: Path) -> None:
    add_to_archive(results, tmp_path / "archive")
    (tmp_path / "empty").mkdir()
    for place, out, said in (
        (tmp_path / "archive", tmp_path / "second", "is an archive itself"),
        (results, tmp_path / "archive" / ".." / "results", "are both"),
        (results.parent, tmp_path / "second", "nothing to archive"),
        (tmp_path / "empty", tmp_path / "second", "nothing to archive"),
    ):
        with pytest.raises(UserError, match=said):
            add_to_archive(place, out)
    assert not (tmp_path / "second").exists()
    assert not is_archive(results)


@pytest.mark.parametrize(
    "path",
    [
        *("../records/x.json", "/etc/passwd", "records/aa/../../x.json", "manifests/a.json"),
        *("plugins/cell_x.py", "plugins/000000000000/cell_x.py", "plugins/000000000000/other.py"),
    ],
)
def test_a_path_that_no_results_folder_has_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no file of a results folder"):
        unpack_batch(pack_batch({path: b""}))


def test_a_file_that_differs_is_not_overwritten(results: Path, tmp_path: Path) -> None:
    add_to_archive(results, tmp_path / "archive")
    restore(tmp_path / "archive", tmp_path / "again")
    victim = next((tmp_path / "again" / "records").glob("*/*.json"))
    victim.write_text("mine")
    with pytest.raises(UserError, match="not the file of the archive"):
        restore(tmp_path / "archive", tmp_path / "again")
    assert victim.read_text() == "mine"


def test_a_results_folder_is_read_in_its_place(results: Path) -> None:
    assert not is_archive(results)
    assert readable(results) == (results, ())


READS = """
import sys
from pathlib import Path
from benchmark.records.store import RecordStore
print(len(list(RecordStore(Path(sys.argv[1])))), RecordStore(Path(sys.argv[1])).root.name)
"""


def test_what_a_process_unpacked_is_removed_when_it_ends(results: Path, tmp_path: Path) -> None:
    add_to_archive(results, tmp_path / "archive")
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    line = [sys.executable, "-c", READS, str(tmp_path / "archive")]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=environment, timeout=60)
    assert done.stdout.startswith("3 benchmark-archive-")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_a_killed_process_unpacked_is_removed_by_the_next_one(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_to_archive(results, tmp_path / "archive")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    me = current_process()
    killed, alive, other = (
        tmp_path / "temporary" / f"benchmark-archive-{mark}-x"
        for mark in (replace(me, start=me.start - 1).mark, me.mark, replace(me, host="0" * 12, start=1).mark)
    )
    for folder in (killed, alive, other):
        (folder / "records").mkdir(parents=True)
    readable(tmp_path / "archive")
    assert [folder.is_dir() for folder in (killed, alive, other)] == [False, True, True]
