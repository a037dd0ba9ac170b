"""Every task on the local mirror: the rows that the mirror's own listing counts, and splits drawn from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark.config.task import load_task, task_names
from benchmark.data.sources.source import load_task_data
from benchmark.data.splits.split import make_split
from benchmark.records.spec import SplitSpec

SMALL = [name for name in task_names() if name not in {"imdb", "sst2"}]
PARTIAL = {"mnli": {"train": (10471, 392702)}, "qnli": {"train": (12096, 104743)}, "ag_news": {"train": (7532, 120000)}}


@pytest.mark.parametrize("name", SMALL)
def test_a_task_has_all_its_rows_or_is_marked_as_partial(data_root: Path, name: str) -> None:
    task = load_task(name)
    data = load_task_data(task, data_root)
    assert data.partial == PARTIAL.get(name, {})
    sizes = {"train": len(data.train), "test": len(data.test), "validation": len(data.validation or ())}
    for part, rows in task.rows.items():
        assert sizes[part] == data.partial.get(part, (rows, rows))[0]
    split = make_split(data, SplitSpec(shots="50%", test_cap=200))
    assert not set(zip(split.train.texts, split.train.second_texts or split.train.texts, strict=True)) & set(
        zip(data.test.texts, data.test.second_texts or data.test.texts, strict=True)
    )


def test_the_papers_protocol_on_sst2_has_436_on_either_side(data_root: Path) -> None:
    """436 + 500 do not fit into 872 examples."""
    split = make_split(load_task_data(load_task("sst2"), data_root), SplitSpec(protocol="paper", shots="100"))
    assert (len(split.test), len(split.dev)) == (436, 436)
    assert split.notes["dev_short"] == {"wanted": 500, "got": 436}
    assert not set(split.dev.texts) & set(split.test.texts)


def test_texts_in_train_and_test_of_trec_are_removed_and_counted(data_root: Path) -> None:
    split = make_split(load_task_data(load_task("trec"), data_root), SplitSpec(shots="all"))
    assert split.notes["removed_from_train_in_test"] == 10


def test_hidden_labels_are_refused(data_root: Path) -> None:
    from benchmark.config.task import SplitNames
    from benchmark.errors import UserError

    task = load_task("rte").model_copy(update={"splits": SplitNames(test="test")})
    with pytest.raises(UserError, match="hidden labels"):
        load_task_data(task, data_root)


def test_out_of_scope_queries_of_clinc_are_left_out(data_root: Path) -> None:
    data = load_task_data(load_task("clinc150"), data_root)
    assert "oos" not in data.label_names
    assert np.bincount(data.test.labels).tolist() == [30] * 150
