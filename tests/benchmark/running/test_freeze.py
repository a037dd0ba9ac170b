"""Registering a study: what is written, what is refused, and that the study that then runs is as registered."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.toml_files import load_analysis, load_suite
from benchmark.errors import UserError
from benchmark.planning.adaptive.stopping_rule import StoppingRule
from benchmark.planning.plan import Plan
from benchmark.records.record import GitState, RunRecord
from benchmark.records.store import RecordStore
from benchmark.running import freeze as module
from benchmark.running.driver import run_request
from benchmark.running.freeze import check_analysis, clean_commit, freeze
from benchmark.running.machine.provenance import uncommitted
from reports.registered import registration_lines

STUDY = """
tasks = ["sst2"]
baseline = "majority"
[[stage]]
name = "1"
arms = ["majority", "tfidf"]
seeds = 2
[[stage]]
name = "2"
arms = ["majority", "tfidf"]
search = 2
seeds = 1
"""


FLAT = """
tasks = ["sst2"]
baseline = "majority"
arms = ["majority", "tfidf"]
"""


class Quiet:
    def planned(self, plan: Plan) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *ended: Any) -> None: ...
    def closed(self) -> None: ...


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunRequest]:
    """A small study; whether this checkout is clean is tested below, and not by it."""
    path = tmp_path / "mine.toml"
    path.write_text(STUDY)
    monkeypatch.setattr(module, "clean_commit", lambda: GitState(commit="a" * 40))
    folders = {"results": tmp_path / "results", "cache": tmp_path / "cache"}
    return lambda **options: RunRequest.parse(suite=str(path), profile="smoke", **folders, **options)


def test_the_study_that_runs_is_the_one_that_was_registered(study: Callable[..., RunRequest], tmp_path: Path) -> None:
    file = tmp_path / "registration.json"
    registration = freeze(study(), file)
    assert [(runs.stage, runs.choice) for runs in registration.runs] == [("1", False), ("2", False), ("2", True)]
    assert str(tmp_path) not in file.read_text()
    run_request(study(), lambda plan: Quiet())
    lines = registration_lines(file, study().results)
    assert {line.split()[1] for line in lines[1:]} == {"code:"}  # the records are of this checkout, not of commit aaaa


def test_looks_are_registered_with_their_rule_and_each_arm_may_end_at_any_of_them(
    study: Callable[..., RunRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoppingRule, "__init__", partialmethod(StoppingRule.__init__, looks=(3, 5)))
    path, file = tmp_path / "flat.toml", tmp_path / "registration.json"
    path.write_text(FLAT)
    request = study().model_copy(update={"suite": str(path), "until": "decided"})
    (runs,) = freeze(request, file).runs
    assert (runs.runs, runs.choice) == (10, False)
    assert runs.looks["seeds"] == [3, 5]
    assert runs.looks["spending"] == "pocock"
    assert runs.looks["futility"]["binding"] is False
    run_request(request, lambda plan: Quiet())
    assert {line.split()[1] for line in registration_lines(file, request.results)[1:]} == {"code:"}
    store = RecordStore(request.results)
    gone = next(record for record in store if isinstance(record, RunRecord) and record.spec.split.split_seed == 1)
    next(request.results.rglob(f"{gone.key}*.json*")).unlink()
    assert "no planned look ends there" in "\n".join(registration_lines(file, request.results))


def test_looks_at_a_setting_that_is_chosen_later_cannot_be_registered(study: Callable[..., RunRequest], tmp_path: Path) -> None:
    path, file = tmp_path / "flat.toml", tmp_path / "registration.json"
    path.write_text(FLAT)
    with pytest.raises(UserError, match=r"--until decided and a search of 2 settings"):
        freeze(study().model_copy(update={"suite": str(path), "until": "decided", "search": 2}), file)
    assert not file.exists()


def test_another_setting_is_a_deviation(study: Callable[..., RunRequest], tmp_path: Path) -> None:
    file = tmp_path / "registration.json"
    freeze(study(), file)
    run_request(study(stage="1", unlabelled="7"), lambda plan: Quiet())
    said = "\n".join(registration_lines(file, study().results))
    assert "not begun" in said
    assert "2 runs of sst2 N=8 tfidf with another key than any registered" in said


def test_an_existing_registration_is_refused_before_anything_is_planned(study: Callable[..., RunRequest], tmp_path: Path) -> None:
    file = tmp_path / "registration.json"
    file.write_text("there")
    with pytest.raises(UserError, match="written once"):
        freeze(study(), file)
    assert file.read_text() == "there"


def test_a_working_tree_with_changes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "git_state", lambda: GitState(commit="a" * 40))
    monkeypatch.setattr(module, "uncommitted", lambda: [f"methods/m{i}.py" for i in range(7)])
    with pytest.raises(UserError, match=r"differs from its commit: methods/m0.py, .* and 2 more"):
        clean_commit()


def test_an_installed_program_cannot_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "git_state", lambda: None)
    with pytest.raises(UserError, match="git checkout"):
        clean_commit()


def test_changed_and_unknown_files_count_as_uncommitted_and_ignored_ones_do_not(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True, capture_output=True
        )

    git("init")
    (tmp_path / "known.py").write_text("1")
    (tmp_path / ".gitignore").write_text("*.log")
    git("add", ".")
    git("commit", "-m", "first")
    assert uncommitted(tmp_path) == []
    (tmp_path / "known.py").write_text("2")
    (tmp_path / "new.py").write_text("3")
    (tmp_path / "a.log").write_text("4")
    assert uncommitted(tmp_path) == ["known.py", "new.py"]


def test_the_analysis_of_the_study_asks_for_what_its_stages_run() -> None:
    check_analysis(load_analysis("study"), load_suite("study"))


@pytest.mark.parametrize(
    ("change", "said"),
    [({"comparisons": ("ce", "sclx")}, "arm sclx"), ({"stages": ("1", "9")}, "stage 9"), ({"tasks": ("sst2", "cola")}, "task cola")],
)
def test_an_analysis_that_no_stage_can_answer_is_refused(change: dict[str, Any], said: str) -> None:
    analysis = load_analysis("study")
    question = analysis.questions[0].model_copy(update=change)
    with pytest.raises(UserError, match=said):
        check_analysis(analysis.model_copy(update={"questions": (question,)}), load_suite("study"))
