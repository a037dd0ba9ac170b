"""The registry of tasks: what is shipped, what a plug-in adds, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmark.config import task as registry
from benchmark.config.task import TaskConfig, load_task, register_task, task_from_file, task_names, task_origin
from benchmark.errors import UserError

OF_PAPERS = "sst2 qnli mnli mrpc rte cola clinc150 hwu64 banking77 snips sst5 ag_news imdb trec subj rotten_tomatoes atis".split()  # noqa: SIM905
SHIPPED = [*OF_PAPERS, "amazon", "sentences", "yelp"]
VALIDATION_SCORES = {"sst2", "qnli", "mnli", "mrpc", "rte", "cola", "amazon"}


@pytest.fixture(autouse=True)
def _clean_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registered", {})
    return


def test_the_shipped_tasks_are_these() -> None:
    assert set(task_names()) == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_task_says_where_it_comes_from_and_what_to_expect(name: str) -> None:
    task = load_task(name)
    assert task.title
    assert task.citation
    assert task.licence
    assert task.rows.keys() >= {"train", "test"}
    assert (task.hub is None) == (task.revision is None)
    assert task.folders
    assert task.test_is_validation == (name in VALIDATION_SCORES)
    assert task_origin(name).endswith(f"{name}.toml:1")


def test_primary_metrics_are_those_of_glue() -> None:
    assert {name: load_task(name).metrics[0] for name in ("mrpc", "cola", "sst2")} == {"mrpc": "f1", "cola": "mcc", "sst2": "accuracy"}


def mine(**fields: object) -> TaskConfig:
    return TaskConfig.model_validate({"name": "mine", "hub": "org/mine", "label_names": ["a", "b"], **fields})


def test_a_plug_in_adds_a_task_in_one_call_and_its_line_is_known() -> None:
    task = register_task(mine())
    assert load_task("mine") is task
    assert "mine" in task_names()
    assert Path(__file__).name in task_origin("mine")


def test_a_second_task_of_a_name_names_both_origins() -> None:
    register_task(mine())
    with pytest.raises(UserError, match=rf"{Path(__file__).name}:\d+ and in .*{Path(__file__).name}:\d+"):
        register_task(mine())
    with pytest.raises(UserError, match=r"sst2.toml:1 and in .*test_task.py"):
        register_task(mine(name="sst2"))


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(UserError, match="Did you mean 'sst"):
        load_task("sst3")


@pytest.mark.parametrize(
    "wrong",
    [
        {"label_names": ["a"]},
        {"label_names": ["a", "a"]},
        {"hub": None},
        {"revision": "main"},
        {"text": []},
        {"text": ["a", "b", "c"]},
        {"metrics": []},
        {"name": "My task"},
        {"colour": "red"},
    ],
)
def test_a_task_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        mine(**wrong)


def test_a_file_needs_nothing_but_a_name() -> None:
    assert task_from_file("mine", Path("rows.csv")).file == Path("rows.csv")
    with pytest.raises(UserError, match="cannot be the name of a task"):
        task_from_file("My task", Path("rows.csv"))


def test_listing_tasks_imports_nothing_heavy() -> None:
    code = (
        "import sys; from benchmark.config.task import *; [load_task(n) for n in task_names()]; "
        "print([m for m in ('torch', 'datasets', 'pyarrow', 'numpy') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
