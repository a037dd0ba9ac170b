"""What is wrong with the rows of a task is counted and named; rows from which nothing could be learnt are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.task import task_from_file
from benchmark.data.data_findings import DataFindings, data_findings
from benchmark.data.sources.source import load_task_data
from benchmark.errors import UserError
from benchmark.planning.plan import make_plan
from benchmark.records.alarms import REPEATED_DEV
from benchmark.records.record import RunRecord

TRAIN = [(f"text {letter}", "pos" if letter < "m" else "neg", "train") for letter in "abcdefghijklmnopqrstuvwx"]
TEST = [("one test", "pos", "test"), ("other test", "neg", "test")]
Rows = list[tuple[str, str, str]]
Request = Callable[..., RunRequest]


def written(folder: Path, rows: Rows) -> Path:
    file = folder / "mine.csv"
    file.write_text("\n".join(["text,label,split", *(",".join(f'"{value}"' for value in row) for row in rows)]))
    return file


def found(folder: Path, rows: Rows) -> DataFindings:
    return data_findings(load_task_data(task_from_file("mine", written(folder, rows))))


def test_clean_rows_have_no_finding(tmp_path: Path) -> None:
    assert list(found(tmp_path, TRAIN + TEST).lines()) == []


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([("x y", "neutral", "test")] * 2, "a label that no training row has, and always count as wrong: neutral (2)."),
        ([("text a ", "pos", "test"), ("text b", "pos", "test")], "2 (first: 'text "),
        ([("Text  C!", "pos", "test")], "1 (first: 'Text  C!') of 3 test rows equal a training row but for case, blanks or punctuation"),
        ([("text a", "pos", "train")], "1 (first: 'text a') of 25 training rows repeat an earlier one."),
        ([("one test", "pos", "test")], "1 (first: 'one test') of 3 test rows repeat an earlier one, and count each time."),
        ([("text a", "neg", "train")], "1 (first: 'text a') training texts have more than one label."),
    ],
)
def test_each_kind_is_counted_and_named(tmp_path: Path, rows: Rows, line: str) -> None:
    assert any(line in told for told in found(tmp_path, TRAIN + TEST + rows).lines())


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([*TRAIN, ("x y", "neutral", "test")], "No test row of task 'mine' has a label that a training row has"),
        (TRAIN + [(text, label, "test") for text, label, _ in TRAIN], "Every training row of task 'mine' is a test row too"),
        (TEST + [(text, label, "train") for text, *_ in TRAIN for label in ("pos", "neg")], "several labels, each of them equally often"),
    ],
)
def test_rows_from_which_nothing_could_be_learnt_are_refused(tmp_path: Path, rows: Rows, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        found(tmp_path, rows)


def test_the_plan_reports_the_findings_of_a_users_file(request_of: Request, tmp_path: Path) -> None:
    file = written(tmp_path, TRAIN + TEST + [("text a", "pos", "test"), ("x y", "neutral", "test")])
    options = {"tasks": "mine", "task_file": [f"mine={file}"], "methods": "tfidf"}
    warnings = make_plan(request_of(**options)).warnings
    assert [line.split(":")[0] for line in warnings] == ["task mine"] * 2
    assert "neutral (1)" in warnings[0]


def test_a_file_that_hides_a_known_task_says_so(request_of: Request, tmp_path: Path) -> None:
    file = written(tmp_path, TRAIN + TEST)
    warnings = make_plan(request_of(tasks="sst2", task_file=[f"sst2={file}"], methods="tfidf")).warnings
    assert warnings == ("task sst2: the file 'mine.csv' stands in for the task that is known under this name.",)


def test_selection_on_development_texts_that_training_holds_is_marked(request_of: Request, run_of: Any, tmp_path: Path) -> None:
    """Phrases of one sentence, as in SST-2: the development set is carved out of them."""
    phrases = [f"{'a fine' if i % 2 else 'a dull'} film {'with much to say ' * (i % 3)}of {i // 7} rooms" for i in range(210)]
    phrases += [f"they say {phrase} again" for phrase in phrases]
    rows = [(phrase, "pos" if "fine" in phrase else "neg", "train") for phrase in dict.fromkeys(phrases)]
    file = written(tmp_path, rows + TEST)
    suites = {}
    for selection in ("best-dev", "last"):
        suites[selection] = tmp_path / f"{selection}.toml"
        suites[selection].write_text(f'tasks = ["sst2"]\nshots = ["all"]\narms = ["ce"]\nselection = "{selection}"\n')
    profile = tmp_path / "tiny.toml"
    profile.write_text('encoder = "random-tiny"\ndata = "embedded"\nseeds = 1\nunlabelled = 0\nsteps = { all = 1 }\n')
    options = {"profile": str(profile), "tasks": "mine", "task_file": [f"mine={file}"]}
    warnings = {name: " ".join(make_plan(request_of(suite=str(file), **options)).warnings) for name, file in suites.items()}
    assert "development scores select here" in warnings["best-dev"]
    assert "select" not in warnings["last"]
    records: dict[str, RunRecord] = {name: run_of(suite=str(file), **options)[1]["ce"] for name, file in suites.items()}
    assert records["best-dev"].notes["near_repeats"]["dev"]["inside"] > 0
    assert REPEATED_DEV in records["best-dev"].alarms
    assert REPEATED_DEV not in records["last"].alarms
