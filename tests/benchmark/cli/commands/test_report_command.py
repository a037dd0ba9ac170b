"""report and compare on the command line: what they print, write and import."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("report_folders", Path(__file__).resolve().parents[3] / "reports" / "conftest.py")
FOLDERS = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(FOLDERS)
HEAVY = ("torch", "transformers", "datasets", "evaluate", "methods", "baselines")
SPY = f"""
import sys
from benchmark.cli.app import main
code = main(sys.argv[1:])
print("imported", [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def results(tmp_path):
    return FOLDERS.fill(tmp_path / "results", {("sst2", "20", ""): {"ce": FOLDERS.CE, "ce-null": FOLDERS.NULL, "scl": FOLDERS.SCL}})


def test_report_writes_a_folder_and_prints_the_paragraph(bench, results):
    done = bench("report", "--results", str(results))
    assert (done.code, done.err) == (0, "")
    assert "We ran 3 arms of the suite glue-fewshot" in done.out
    assert (results / "report" / "report.html").is_file()


def test_one_table_is_printed(bench, results, tmp_path):
    done = bench("report", "--results", str(results), "--table", "scl/few-shot", "--out", str(tmp_path / "out"), "--format", "md")
    assert done.code == 0
    assert "| 20   | CE " in done.out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["paper.scl.few-shot.md"]


def test_a_suite_that_is_a_file_keeps_its_baseline_from_run_to_report(bench, tmp_path):
    """The report came from `ce`, which the suite does not have, and so compared with nothing."""
    arms = 'arms = ["tfidf", "majority"]\nbaseline = "tfidf"\n'
    (tmp_path / "mine.toml").write_text(f'title = "mine"\ntasks = ["sst2"]\nshots = ["8"]\n{arms}')
    done = bench("run", "--suite", "mine.toml", "--profile", "smoke", "--seeds", "3", "--executor", "inline", "--results", "results")
    assert done.code == 0, done.err
    done = bench("report", "--results", "results", "--no-figures", "--format", "csv")
    assert done.code == 0, done.err
    assert [path.name for path in (tmp_path / "results" / "report" / "tables").glob("against-*")] == ["against-tfidf.mine.smoke.honest.csv"]


def test_compare_prints_what_changed(bench, results, tmp_path):
    other = FOLDERS.fill(tmp_path / "other", {("sst2", "20", ""): {"ce": FOLDERS.SCL}})
    done = bench("compare", str(results), str(other))
    assert done.code == 0
    assert "only in A" in done.out


def test_a_mistake_is_one_message(bench, tmp_path):
    done = bench("report", "--results", str(tmp_path / "nowhere"))
    assert done.code == 2
    assert "There is no results folder" in done.err
    assert "Traceback" not in done.err


def test_neither_trains_nor_imports_what_could(process, results):
    done = process("report", "--results", str(results), command=("-c", SPY))
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "imported []"


def test_an_archive_of_many_records_in_several_batches_is_reported(bench, tmp_path):
    from benchmark.records.archive.archive import add_to_archive
    from benchmark.records.store import RecordStore

    cells = {("sst2", shots, ""): {"ce": FOLDERS.CE * 4, "scl": FOLDERS.SCL * 4} for shots in ("20", "100")}
    whole = FOLDERS.fill(tmp_path / "results", cells)
    for folder in (FOLDERS.fill(tmp_path / "first", dict([*cells.items()][:1])), whole):
        add_to_archive(folder, tmp_path / "study")
    written = {}
    for name in ("results", "study"):
        assert bench("report", "--results", str(tmp_path / name), "--out", str(tmp_path / f"{name}-report"), "--no-figures").code == 0
        written[name] = (tmp_path / f"{name}-report" / "means.csv").read_text()
    assert written["study"] == written["results"]
    assert len(list(RecordStore(tmp_path / "study"))) == 2 * 2 * 24
    assert {path.name for path in (tmp_path / "study").iterdir()} == {"archive.json", "batch-0001.parquet", "batch-0002.parquet"}
