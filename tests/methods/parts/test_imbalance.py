"""The imbalance correction: three rules for one formula, and what the copies look like."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.contract.phase import TrainingData
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.streams import Streams
from methods.parts.imbalance import RULES, Repeat, expanded, repeats, thin
from methods.parts.stop_words import STOP_WORDS
from methods.three_phase import ContrastThenFineTune

STREAMS = Streams(0, 0).at("contrast")


def f(x: int, largest: int, max_ratio: float = 4.0) -> float:
    return math.log(largest / x) * max_ratio / math.log(largest)


def data_of(*counts: int, words: int = 5) -> TrainingData:
    labels = np.repeat(np.arange(len(counts)), counts)
    texts = tuple(" ".join(["the", "and", str(i)] + [f"w{i}"] * (words - 3)) for i in range(len(labels)))
    train = Examples(content_ids(texts), texts, labels=labels.astype(np.int64))
    return TrainingData(train, train.take([0]), train.take([0]).without_labels())


def test_under_the_released_rule_a_class_is_repeated_round_f_times_from_the_threshold_on() -> None:
    # f of 400, 40, 20 and 4 examples is 0, 1.54, 2.00 and 3.07
    assert repeats([400, 40, 20, 4]) == [1, 2, 2, 3]


def test_the_released_rule_repeats_exactly_the_classes_up_to_the_published_bound() -> None:
    bound = 400 ** (1 - 1.5 / 4)  # docs/methods.md
    for x in range(1, 401):
        assert (repeats([400, x])[1] > 1) == (x <= bound)


@pytest.mark.parametrize(("largest", "smallest"), [(37_569, 29_780), (2_322, 1_092), (30_000, 30_000), (12_500, 12_500)])
def test_it_is_inert_on_the_papers_own_data_sets(largest: int, smallest: int) -> None:
    """SST-2, SST-5, AG News and IMDB: no class is small enough (docs/methods.md)."""
    assert repeats([largest, smallest]) == [1, 1]


def test_extra_imbalance_repeats_more() -> None:
    assert repeats([400, 40, 4], max_ratio=20) == [1, 8, 15]
    assert repeats([2_322, 1_092], max_ratio=20) == [1, 2]  # one of the two SST-5 classes that finding 8 names


def test_the_printed_equation_caps_every_ratio_at_min_ratio() -> None:
    assert repeats([400, 40, 4, 1], rule="eq5a") == [1, 2, 2, 2]  # round(1.5) = 2
    assert repeats([400, 350, 200], rule="eq5a") == [1, 1, 1]  # f = 0.09 and 0.46: never below once


def test_the_text_makes_min_ratio_a_lower_bound_for_all_but_the_largest() -> None:
    assert repeats([400, 399, 40, 4], rule="text") == [1, 2, 2, 3]
    assert repeats([400, 400], rule="text") == [1, 1]


def test_off_changes_nothing() -> None:
    assert repeats([400, 1], rule="off") == [1, 1]


@given(counts=st.lists(st.integers(0, 500), min_size=1, max_size=8), rule=st.sampled_from(RULES), max_ratio=st.floats(0.1, 20))
def test_no_class_is_dropped_and_the_largest_is_never_repeated(counts: list[int], rule: str, max_ratio: float) -> None:
    times = repeats(counts, max_ratio=max_ratio, rule=rule)
    assert all(t >= 1 for t in times)
    assert all(t == 1 for t, count in zip(times, counts, strict=True) if count in (0, max(counts)))


@given(count=st.integers(1, 400))
def test_the_formula_is_the_papers(count: int) -> None:
    value = f(count, 400)
    assert repeats([400, count])[1] == (round(value) if value >= 1.5 else 1)


def test_single_examples_and_empty_lists_have_no_ratio() -> None:
    assert repeats([1, 1, 0]) == [1, 1, 1]
    assert repeats([]) == []


def test_an_unknown_rule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="code, eq5a, text, off"):
        repeats([3, 2], rule="printed")


def test_copies_follow_the_originals_with_their_text_label_and_id() -> None:
    data = data_of(40, 2)  # f(2) = 3.25
    after = Repeat().apply(data, STREAMS).train
    assert len(after) == 40 + 2 * 3
    assert after.texts[:42] == data.train.texts
    assert repeated_texts(after) == {data.train.texts[40]: 3, data.train.texts[41]: 3}
    assert after.labels is not None
    assert after.labels[42:].tolist() == [1] * 4
    assert set(after.ids[42:].tolist()) == set(data.train.ids[40:].tolist())


def repeated_texts(train: Examples) -> dict[str, int]:
    return {text: train.texts.count(text) for text in train.texts if train.texts.count(text) > 1}


def test_only_training_examples_change() -> None:
    data = data_of(40, 2)
    after = Repeat().apply(data, STREAMS)
    assert after.dev is data.dev
    assert after.unlabelled is data.unlabelled


def test_balanced_data_stay_the_same_object() -> None:
    data = data_of(5, 5)
    assert Repeat().apply(data, STREAMS) is data
    assert Repeat().notes(data)["inert"]


def test_the_notes_say_which_classes_are_repeated() -> None:
    assert Repeat().notes(data_of(40, 2)) == {"rule": "code", "repeats": {"1": 3}, "inert": False}


# Sizes after the expansion and after the repeats, computed with the formula of vsuarezpaniagua/3-phase_finetuning (`expander` and
# `resize_join_multiplying` of src/data_augmentation.py) where text i of a class has a stop word if i is a multiple of `every`.
@pytest.mark.parametrize(
    ("sizes", "max_ratio", "every", "grown", "repeated"),
    [
        ([400, 40, 12, 3], 4, 2, [400, 60, 18, 5], [400, 60, 36, 15]),
        ([400, 40, 12, 3], 4, 1, [400, 80, 24, 6], [400, 80, 48, 18]),
        ([400, 40, 12, 3], 20, 3, [400, 54, 16, 4], [400, 378, 176, 60]),
        ([10, 4, 1], 4, 1, [10, 8, 2], [10, 8, 6]),
        ([8, 5, 1], 20, 1, [8, 10, 2], [16, 10, 28]),  # an expanded class may become the largest: f is computed again
    ],
)
def test_the_released_order_expands_then_repeats_by_the_new_sizes(
    sizes: list[int], max_ratio: float, every: int, grown: list[int], repeated: list[int]
) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    texts = tuple(f"The word{n} {k}" if i % every == 0 else f"Word{n} {k}" for n, (k, i) in enumerate(positions(sizes)))
    train = Examples(content_ids(texts), texts, labels=labels.astype(np.int64))
    data = TrainingData(train, train.take([0]), train.take([0]).without_labels())
    correction = Repeat(max_ratio=max_ratio, expand=True)
    after = correction.apply(data, STREAMS).train
    assert after.labels is not None
    assert np.bincount(after.labels).tolist() == repeated
    notes = correction.notes(data)["expanded"]
    assert notes == {str(k): [before, now] for k, (before, now) in enumerate(zip(sizes, grown, strict=True)) if now > before}


def positions(sizes: list[int]) -> list[tuple[int, int]]:
    return [(k, i) for k, size in enumerate(sizes) for i in range(size)]


def test_an_expanded_class_is_lower_cased_and_keeps_both_versions() -> None:
    texts = ("A", "The Film", "of  The AND", "Good")
    train = Examples(content_ids(texts), texts, labels=np.array([0, 1, 1, 1]))
    after = expanded(train, np.array([False, True, True, True]))
    assert after.texts == ("A", "film", "the film", "of the and", "good")  # a text of stop words alone has no second version
    assert after.ids.tolist() == train.ids[[0, 1, 1, 2, 3]].tolist()
    assert after.labels is not None
    assert after.labels.tolist() == [0, 1, 1, 1, 1]


def test_a_pair_is_expanded_as_one_example() -> None:
    train = Examples(content_ids(("The cat",)), ("The cat",), ("Of",), np.array([0]))
    after = expanded(train, np.array([True]))
    assert (after.texts, after.second_texts) == (("cat", "the cat"), ("of", "of"))


@given(sizes=st.lists(st.integers(1, 60), min_size=2, max_size=4), max_ratio=st.floats(0.5, 20))
def test_without_stop_words_the_released_order_is_the_plain_rule(sizes: list[int], max_ratio: float) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)
    texts = tuple(f"word{i}" for i in range(len(labels)))
    data = TrainingData(*(3 * [Examples(content_ids(texts), texts, labels=labels)]))
    plain, expanding = Repeat(max_ratio=max_ratio), Repeat(max_ratio=max_ratio, expand=True)
    assert expanding.apply(data, STREAMS).train.texts == plain.apply(data, STREAMS).train.texts


def test_the_correction_of_the_paper_protocol_expands_for_medium_encoders_alone() -> None:
    assert corrected(protocol="paper", length_class="medium").correction() == Repeat(expand=True)
    assert corrected(protocol="paper").correction() == Repeat()
    assert corrected(length_class="medium").correction() == Repeat()
    assert corrected(protocol="paper", length_class="medium").repeats_for([400, 40, 12, 3]) == [1, 2, 4, 6]
    assert corrected(protocol="paper", length_class="medium", imbalance="off").correction() is None


def corrected(**given: str) -> ContrastThenFineTune:
    return ContrastThenFineTune(**given)  # type: ignore[arg-type]


def test_copies_of_long_texts_lose_stop_words_and_originals_do_not() -> None:
    data = data_of(40, 2, words=25)
    after = Repeat(copy_noise="stop-words").apply(data, STREAMS).train
    assert after.texts[:42] == data.train.texts
    copies, originals = after.texts[42:], [data.train.texts[40], data.train.texts[41]]
    lost = [next(len(o.split()) - len(c.split()) for o in originals if o.split()[-1] == c.split()[-1]) for c in copies]
    assert max(lost) > 0
    assert all(word in copy.split() for copy in copies for word in set(copy.split()) - STOP_WORDS)


def test_short_texts_are_repeated_as_they_are() -> None:
    assert thin("the cat and the dog", 20, np.random.default_rng(0)) == "the cat and the dog"


def test_thinning_deletes_stop_words_only() -> None:
    text = "The film and the book of Kafka " * 10
    left = thin(text, 20, np.random.default_rng(0)).split()
    assert [w for w in left if w.lower() not in STOP_WORDS] == ["film", "book", "Kafka"] * 10
    assert len(left) < len(text.split())


def test_negations_are_no_stop_words() -> None:
    assert not STOP_WORDS & {"not", "no", "never", "nor"}


def test_an_unknown_copy_noise_is_refused() -> None:
    with pytest.raises(UserError, match="off, stop-words"):
        Repeat(copy_noise="synonyms")


@pytest.mark.slow
def test_the_planner_can_ask_without_torch() -> None:
    code = "import sys, methods.parts.imbalance as m; assert m.repeats([400, 4]) == [1, 3]; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
