"""The embedded stand-ins: always the same rows, balanced, nothing twice."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmark.config.task import load_task, task_names
from benchmark.data.synthetic import MAKERS, TEST, TRAIN, embedded_data
from benchmark.data.synthetic.dice import Dice
from benchmark.data.synthetic.inference import inference
from benchmark.errors import UserError

HASHES = {
    "sst2": "2cd228fe32097b479b9dbc5e111354cb579d9ff7fa95f617e5bd21a477cbf6fe",
    "qnli": "4d55b52f0beefe763ef415ed5ee88742d418669abb01e9490e99abe88f862b49",
    "mnli": "0dda21c2a5488870b3cf474442c9b900e9e62ea2ef02a2b48471982c13e58dc4",
}
TASKS = sorted(HASHES)


@pytest.mark.parametrize("name", TASKS)
def test_the_rows_never_change_without_a_new_version(name: str) -> None:
    """When this fails, the embedded data changed: raise grammar.VERSION and say so in the changelog."""
    assert embedded_data(name).hash == HASHES[name]


@pytest.mark.parametrize("name", TASKS)
def test_it_is_marked_as_a_stand_in_and_has_the_real_tasks_schema(name: str) -> None:
    data = embedded_data(name)
    assert (data.source, data.label_names, data.pair) == ("embedded", load_task(name).label_names, name != "sst2")
    assert data.validation is None
    assert data.partial == {}


@pytest.mark.parametrize("name", TASKS)
def test_labels_are_balanced(name: str) -> None:
    data = embedded_data(name)
    for part, rows in ((data.train, TRAIN), (data.test, TEST)):
        assert part.labels is not None
        assert np.bincount(part.labels).tolist() == [rows // len(data.label_names)] * len(data.label_names)


@pytest.mark.parametrize("name", TASKS)
def test_no_text_stands_there_twice_within_or_between_splits(name: str) -> None:
    data = embedded_data(name)
    seconds = [*(data.train.second_texts or [None] * TRAIN), *(data.test.second_texts or [None] * TEST)]
    assert max(Counter(zip([*data.train.texts, *data.test.texts], seconds, strict=True)).values()) == 1


@pytest.mark.parametrize("name", TASKS)
def test_the_vocabulary_is_rich_and_most_words_of_test_are_unseen_in_twenty_examples(name: str) -> None:
    data = embedded_data(name)
    words = [
        set(" ".join(pair).lower().split()) for pair in zip(data.train.texts, data.train.second_texts or data.train.texts, strict=True)
    ]
    assert len(set().union(*words)) > 250
    assert len(set().union(*words[:20])) < 0.5 * len(set().union(*words))


def test_every_text_is_filled_in_completely() -> None:
    for name in TASKS:
        data = embedded_data(name)
        for text in (*data.train.texts, *data.test.texts, *(data.train.second_texts or ()), *(data.test.second_texts or ())):
            assert not set("{}|") & set(text), text
            assert "  " not in text


def test_no_word_of_a_hypothesis_gives_its_label_away() -> None:
    """Only the step from premise to hypothesis decides: in 30,000 draws no word is met under one label alone."""
    dice, seen = Dice(1), {label: Counter[str]() for label in range(3)}
    for i in range(30_000):
        seen[i % 3].update(set(inference(dice, i % 3)[1].lower().split()))
    for word in set().union(*seen.values()):
        counts = [seen[label][word] for label in range(3)]
        if sum(counts) >= 300:
            assert max(counts) < 0.8 * sum(counts), (word, counts)


def test_dice_are_fair_and_repeat_themselves() -> None:
    first, again = Dice(7), Dice(7)
    draws = [first.below(6) for _ in range(6000)]
    assert draws == [again.below(6) for _ in range(6000)]
    assert all(850 < count < 1150 for count in Counter(draws).values())
    one, other = first.two("ab")
    assert {one, other} == {"a", "b"}


def test_a_task_without_a_stand_in_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(UserError, match=r"trec.*mnli, qnli, sst2"):
        embedded_data("trec")
    assert {name for name in task_names() if load_task(name).embedded} == set(MAKERS)
