"""Further test sets: scored after training, in the task's classes, and never selected by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmark.config import task as registry
from benchmark.config.task import TaskConfig, load_task, register_task, task_names
from benchmark.config.toml_files import load_transfer_set
from benchmark.config.transfer_set import TransferSetConfig
from benchmark.data.sources.transfer_rows import load_transfer_rows
from benchmark.errors import UserError
from benchmark.planning.plan import make_plan
from benchmark.records.record import RunRecord
from benchmark.running.prefetch import prefetch

GOOD, BAD = ["good", "fine", "great", "warm", "bright"], ["bad", "poor", "dull", "cold", "grey"]
SET = 'mirror = "other/all"\nlabel_names = ["bad", "good", "mixed"]\nlabels = { good = "pos", bad = "neg" }\n'
OUTSIDE = SET + 'outside = ["mixed"]\nthreshold_split = "validation"\n'


def rows(folder: Path, split: str, texts: list[str], labels: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"text": texts, "label": labels}), folder / f"{split}-00000-of-00001.parquet")


def mirror(folder: Path, swapped: bool = False) -> Path:
    """A task of easy sentences and another source; `swapped`: the other source's texts carry the opposite labels."""
    told = [f"a {(GOOD, BAD)[i % 2][i % 5]} film, number {i}" for i in range(80)]
    for split, part in (("train", slice(0, 50)), ("test", slice(50, 80))):
        rows(folder / "mine" / "all", split, told[part], ["pos", "neg"] * (len(told[part]) // 2))
    names = ("bad", "good") if swapped else ("good", "bad")
    for split in ("validation", "test"):
        other = [f"{split}: a {(GOOD, BAD)[i % 2][i % 5]} book {i}" for i in range(12)]
        rows(folder / "other" / "all", split, [*other, "neither of both"], [names[i % 2] for i in range(12)] + ["mixed"])
    return folder


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TaskConfig:
    """A registered task with two further test sets."""
    monkeypatch.setattr(registry, "_registered", {})
    for name, content in (("other", SET), ("outside", OUTSIDE)):
        (tmp_path / f"{name}.toml").write_text(content)
    sets = (str(tmp_path / "other.toml"), str(tmp_path / "outside.toml"))
    return register_task(TaskConfig(name="mine", mirror="mine/all", label_names=("neg", "pos"), transfer=sets))


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """A run on the tiny encoder that selects its steps by development score."""
    suite, profile = tmp_path / "suite.toml", tmp_path / "profile.toml"
    suite.write_text('tasks = ["mine"]\nshots = ["16"]\narms = ["ce"]\nselection = "best-dev"\n')
    profile.write_text('encoder = "random-tiny"\ndata = "real"\nseeds = 1\nunlabelled = 0\n')
    return {"suite": str(suite), "profile": str(profile), "tasks": "mine"}


def test_results_stand_in_their_own_field_and_touch_nothing_else(
    task: TaskConfig, options: dict[str, Any], run_of: Callable[..., Any], request_of: Callable[..., Any], tmp_path: Path
) -> None:
    """The set's labels are swapped in a second mirror: another transfer score, and the same key, predictions and selection."""
    records: dict[str, RunRecord] = {}
    for name, swapped, transfer in (("plain", False, False), ("scored", False, True), ("swapped", True, True)):
        root = mirror(tmp_path / name, swapped)
        records[name] = run_of(**options, data_root=str(root), transfer=transfer, results=tmp_path / f"r-{name}")[1]["ce"]
    assert records["plain"].transfer == {}
    assert {name: found.n for name, found in records["scored"].transfer.items()} == {"other": 12, "outside": 13}
    first, second = (records[name].transfer["other"].metrics["accuracy"] for name in ("scored", "swapped"))
    assert first is not None
    assert second == pytest.approx(1 - first)
    same = [(r.key, r.predictions, r.metrics, r.dev_predictions, r.dev_metrics, [p.log for p in r.phases]) for r in records.values()]
    assert same[0] == same[1] == same[2]


def test_texts_of_no_class_are_told_apart_by_confidence(
    task: TaskConfig, options: dict[str, Any], run_of: Callable[..., Any], tmp_path: Path
) -> None:
    record = run_of(**options, data_root=str(mirror(tmp_path / "m")), transfer=True)[1]["ce"]
    assert record.transfer["outside"].metrics.keys() == {"auroc", "in_scope_accuracy", "out_of_scope_recall", "accuracy", "threshold"}


def test_a_suite_may_ask_for_them(task: TaskConfig, options: dict[str, Any], request_of: Callable[..., Any], tmp_path: Path) -> None:
    suite = Path(options["suite"])
    suite.write_text(suite.read_text() + "transfer = true\n")
    assert make_plan(request_of(**options, data_root=str(mirror(tmp_path / "m")))).workspace.transfer


def test_prepare_fetches_them(task: TaskConfig, options: dict[str, Any], request_of: Callable[..., Any], tmp_path: Path) -> None:
    request = request_of(**options, data_root=str(mirror(tmp_path / "m")), transfer=True)
    assert "further test set other of mine: 12 rows" in list(prefetch(request))


def test_prepare_fetches_them_where_a_later_stage_scores_them(
    task: TaskConfig, options: dict[str, Any], request_of: Callable[..., Any], tmp_path: Path
) -> None:
    suite = tmp_path / "stages.toml"
    stage = '[[stage]]\nname = "{}"\narms = ["ce"]\nseeds = 1\nshots = ["8"]\n{}'
    suite.write_text('tasks = ["mine"]\n' + stage.format(1, "") + stage.format(2, "transfer = true\n") + stage.format(3, ""))
    request = request_of(
        **options | {"suite": str(suite), "tasks": None, "methods": None, "seeds": None}, data_root=str(mirror(tmp_path / "m"))
    )
    lines = list(prefetch(request))
    assert "further test set other of mine: 12 rows" in lines
    assert sum(line.startswith("task mine:") for line in lines) == 1


def test_labels_are_those_of_the_task_and_a_cap_is_stratified(task: TaskConfig, tmp_path: Path) -> None:
    config = load_transfer_set(tmp_path / "other.toml")
    root = mirror(tmp_path / "m")
    found = load_transfer_rows(config.model_copy(update={"most": 4}), ("neg", "pos"), root)
    assert found.test.labels is not None
    assert sorted(found.test.labels.tolist()) == [0, 0, 1, 1]
    assert all((label == 1) == any(word in text for word in GOOD) for text, label in zip(found.test.texts, found.test.labels, strict=True))
    with pytest.raises(UserError, match="no classes of the task"):
        load_transfer_rows(config, ("negative", "positive"), root)


@pytest.mark.parametrize("name", sorted({name for task in task_names() for name in load_task(task).transfer}))
def test_the_shipped_sets_map_onto_their_tasks(name: str) -> None:
    config: TransferSetConfig = load_transfer_set(name)
    for task in (load_task(task) for task in task_names()):
        if name in task.transfer:
            classes = set(config.labels.values()) or set(config.label_names) - set(config.outside)
            assert classes == set(task.label_names)
            assert len(config.text) == len(task.text)


def test_the_shipped_sets_are_in_the_mirror(data_root: Path) -> None:
    sizes = {}
    for task in (load_task(task) for task in task_names()):
        for name in task.transfer:
            sizes[name] = len(load_transfer_rows(load_transfer_set(name), task.label_names, data_root).test)
    assert sizes == {
        "adv-sst2": 148,
        "adv-qnli": 148,
        "adv-mnli": 121,
        "imdb-polarity": 1000,
        "yelp-polarity": 800,
        "amazon-polarity": 1200,
        "clinc-out-of-scope": 5500,
    }
