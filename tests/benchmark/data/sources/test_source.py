"""`load`: one source and no other; a source that cannot serve says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmark.config.task import SplitNames, TaskConfig, load_task
from benchmark.data.sources import hub
from benchmark.data.sources.source import load_task_data
from benchmark.errors import UserError

TASK = TaskConfig(
    name="mine",
    hub="org/mine",
    config="small",
    revision="0" * 40,
    text=("sentence",),
    label="intent",
    label_names=("a", "b", "c"),
    drop=("other",),
    splits=SplitNames(validation="validation"),
    rows={"train": 4, "validation": 2, "test": 3},
)
ROWS = {"train": ["a", "b", "c", "other", "b"], "validation": ["a", "b"], "test": ["a", "c"]}
HUB_NAMES = ["b", "other", "a", "c"]  # another order than the task's


def table(split: str, labels: list[Any], names: list[str] | None) -> pa.Table:
    values = labels if names is None else [names.index(label) for label in labels]
    found = pa.table(
        {"sentence": [f"{split} {i} {label}" for i, label in enumerate(labels)], "intent": values, "idx": list(range(len(labels)))}
    )
    feature = {"intent": {"_type": "ClassLabel", "names": names}} if names else {}
    return found.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": feature}})})


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "org__mine" / "small"
    folder.mkdir(parents=True)
    for split, labels in ROWS.items():
        pq.write_table(table(split, labels, HUB_NAMES), folder / f"{split}-00000-of-00001.parquet")
    return tmp_path


def test_a_mirror_is_read_and_labels_are_matched_by_name(mirror: Path) -> None:
    data = load_task_data(TASK, mirror)
    assert (data.source, data.label_names) == ("mirror", ("a", "b", "c"))
    assert data.train.labels is not None
    assert sorted(zip(data.train.texts, data.train.labels.tolist(), strict=True)) == [
        ("train 0 a", 0),
        ("train 1 b", 1),
        ("train 2 c", 2),
        ("train 4 b", 1),
    ]
    assert data.validation is not None
    assert len(data.validation) == 2


def test_dropped_classes_are_gone_and_missing_rows_are_recorded_as_partial(mirror: Path) -> None:
    data = load_task_data(TASK, mirror)
    assert not any("other" in text for text in data.train.texts)
    assert data.partial == {"test": (2, 3)}


def test_files_of_one_split_are_put_together(mirror: Path) -> None:
    pq.write_table(table("more", ["a", "c"], HUB_NAMES), mirror / "org__mine" / "small" / "train-00001-of-00002.parquet")
    assert len(load_task_data(TASK, mirror).train) == 6


def test_folders_are_put_together(mirror: Path) -> None:
    other = mirror / "org__mine" / "large"
    other.mkdir()
    for split, labels in ROWS.items():
        pq.write_table(table(f"large {split}", labels, HUB_NAMES), other / f"{split}-00000-of-00001.parquet")
    both = TASK.model_copy(update={"mirror": ("org__mine/small", "org__mine/large")})
    data = load_task_data(both, mirror)
    assert (len(data.train), len(data.test)) == (8, 4)
    pq.write_table(table("large train", ROWS["train"], HUB_NAMES[::-1]), other / "train-00000-of-00001.parquet")
    with pytest.raises(UserError, match="have different label names"):
        load_task_data(both, mirror)


def test_a_held_out_test_set_is_stratified_and_the_same_whatever_the_order(mirror: Path) -> None:
    task = TASK.model_copy(update={"hold_out": 4, "splits": SplitNames(), "rows": {}})
    file = mirror / "org__mine" / "small" / "train-00000-of-00001.parquet"
    labels = ["a"] * 6 + ["b"] * 4 + ["c"] * 2 + ["other"]
    pq.write_table(table("train", labels, HUB_NAMES), file)
    data = load_task_data(task, mirror)
    assert (len(data.train), len(data.test)) == (8, 4)
    assert data.test.labels is not None
    assert sorted(data.test.labels.tolist()) == [0, 0, 1, 2]
    assert not set(data.test.texts) & set(data.train.texts)
    pq.write_table(pq.read_table(file).take(list(range(12, -1, -1))), file)
    assert load_task_data(task, mirror).hash == data.hash


@pytest.mark.parametrize("hold_out", [12, 13])
def test_a_held_out_test_set_leaves_rows_to_train_on(mirror: Path, hold_out: int) -> None:
    pq.write_table(table("train", ["a", "b", "c"] * 4, HUB_NAMES), mirror / "org__mine" / "small" / "train-00000-of-00001.parquet")
    with pytest.raises(UserError, match="Fewer than the rows"):
        load_task_data(TASK.model_copy(update={"hold_out": hold_out, "splits": SplitNames()}), mirror)


def test_the_hash_follows_the_rows_and_not_their_order(mirror: Path) -> None:
    before = load_task_data(TASK, mirror).hash
    path = mirror / "org__mine" / "small" / "train-00000-of-00001.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.take([3, 1, 4, 0, 2]), path)
    assert load_task_data(TASK, mirror).hash == before
    pq.write_table(rows.slice(1), path)
    assert load_task_data(TASK, mirror).hash != before


@pytest.mark.parametrize(
    ("root", "task", "reason"),
    [
        ("nowhere", TASK, "not a folder.*--data-root"),
        (".", load_task("sst2"), "nyu-mll__glue/sst2.*It has org__mine/small"),
        (".", TASK.model_copy(update={"splits": SplitNames(test="exam")}), "no split 'exam'.*test, train, validation"),
        (".", TASK.model_copy(update={"label": "topic"}), "no column topic.*It has"),
        (".", TASK.model_copy(update={"label_names": ("a", "b", "d")}), "c too many, d missing"),
    ],
)
def test_a_mirror_that_cannot_serve_says_what_it_has(mirror: Path, root: str, task: TaskConfig, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        load_task_data(task, mirror / root)


def test_a_broken_parquet_file_is_a_mistake_and_no_traceback(mirror: Path) -> None:
    (mirror / "org__mine" / "small" / "test-00000-of-00001.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(UserError, match="cannot be read"):
        load_task_data(TASK, mirror)


class FromTheHub:
    """What `datasets.load_dataset` gives, as far as it is used."""

    class ClassLabel:
        names = HUB_NAMES

    def __init__(self, split: str) -> None:
        self.features = {"sentence": object(), "intent": self.ClassLabel()}
        self.split = split

    def with_format(self, kind: str) -> FromTheHub:
        assert kind == "arrow"
        return self

    def __getitem__(self, rows: slice) -> pa.Table:
        return table(self.split, ROWS[self.split], HUB_NAMES)[rows]


def test_the_hub_is_asked_for_the_pinned_commit_and_gives_the_same_rows_as_its_mirror(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load_dataset(name: str, config: str, split: str, revision: str) -> FromTheHub:
        asked.append((name, config, split, revision))
        return FromTheHub(split)

    monkeypatch.setattr(hub, "_load_dataset", load_dataset)
    data = load_task_data(TASK)
    assert data.source == "hub"
    assert data.hash == load_task_data(TASK, mirror).hash
    assert asked == [("org/mine", "small", split, "0" * 40) for split in ("train", "validation", "test")]


def test_without_network_and_mirror_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: Any) -> Any:
        raise ConnectionError("cannot reach the hub\nlong details")

    monkeypatch.setattr(hub, "_load_dataset", offline)
    with pytest.raises(
        UserError, match=r"ConnectionError: cannot reach the hub\).*--data-root DIR, or run `python -m benchmark prepare`"
    ) as caught:
        load_task_data(TASK)
    assert "long details" not in str(caught.value)


def test_the_hub_is_never_read_without_a_pinned_commit() -> None:
    with pytest.raises(UserError, match=r"without a commit.*Set `revision`"):
        load_task_data(TASK.model_copy(update={"revision": None}))


def test_a_task_that_no_hub_repository_holds_asks_for_a_mirror() -> None:
    with pytest.raises(UserError, match=r"local__hwu64/default.*--data-root"):
        load_task_data(load_task("hwu64"))


def test_embedded_data_takes_neither_a_data_root_nor_a_file(tmp_path: Path) -> None:
    assert load_task_data(load_task("sst2"), embedded=True).source == "embedded"
    for wrong in ({"data_root": tmp_path}, {"file": tmp_path / "rows.csv"}):
        with pytest.raises(UserError, match="laptop"):
            load_task_data(load_task("sst2"), embedded=True, **wrong)  # type: ignore[arg-type]
