"""Text noise on one text: what each kind does, how much of it, and that a low level's edits are among a high level's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.data.noise.char import NEIGHBOURS, mistype
from benchmark.data.noise.kind import Draw, Edited
from benchmark.data.noise.word_drop import drop_words
from benchmark.data.noise.word_swap import swap_words
from benchmark.streams import Streams

Edit = Callable[[str, float, Draw], Edited]
EDITS: list[Edit] = [mistype, drop_words, swap_words]
LONG = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}" for i in range(2000))
levels = st.floats(0.001, 1)


def draw(number: int = 0) -> Draw:
    return Draw(Streams(1, 2), ("kind", "first", number, 0))


class Fixed(Draw):
    """Chosen numbers in place of random ones."""

    def __init__(self, **numbers: list[float]) -> None:
        object.__setattr__(self, "numbers", numbers)

    def uniforms(self, what: str, n: int) -> np.ndarray:
        found = np.array(self.numbers[what])  # type: ignore[attr-defined]
        assert len(found) == n
        return found


@pytest.mark.parametrize("edit", EDITS)
@given(text=st.text(max_size=80), level=levels, number=st.integers(0, 50))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_text_with_a_true_count(edit: Edit, text: str, level: float, number: int) -> None:
    edited = edit(text, level, draw(number))
    assert edit(text, level, draw(number)) == edited
    assert 0 <= edited.changed <= edited.units
    assert edited.changed or edited.text == text
    assert bool(edited.text.strip()) == bool(text.strip())


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("level", [0.05, 0.2, 0.5])
def test_the_level_is_the_share_of_units_touched(edit: Edit, level: float) -> None:
    edited = edit(LONG, level, draw())
    spread = (2 * level * (1 - level) / edited.units) ** 0.5  # a swap moves two words at once
    assert abs(edited.changed / edited.units - level) < 4 * spread + 0.001


@given(text=st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six"]), min_size=1, max_size=12), a=levels, b=levels)
@settings(max_examples=60, deadline=None)
def test_words_dropped_at_a_low_level_are_dropped_at_a_high_one(text: list[str], a: float, b: float) -> None:
    numbered = [f"{word}{i}" for i, word in enumerate(text)]
    low, high = (drop_words(" ".join(numbered), level, draw()) for level in sorted((a, b)))
    assert set(high.text.split()) <= set(low.text.split())
    assert len(high.text.split()) == len(numbered) - high.changed >= 1


def test_one_word_stays_however_high_the_level() -> None:
    assert drop_words("only this stays here", 1.0, Fixed(which=[0.1, 0.9, 0.2, 0.3])).text == "this"
    assert drop_words("alone", 1.0, draw()).text == "alone"


def test_dropped_words_are_those_with_a_number_under_the_level() -> None:
    edited = drop_words("a  b c\td", 0.3, Fixed(which=[0.3, 0.29, 0.9, 0.0]))
    assert edited == Edited("a c", 4, 2, {"dropped": 2})
    assert drop_words("white  space stays", 0.1, Fixed(which=[0.5, 0.5, 0.5])).text == "white  space stays"


def test_swapped_pairs_do_not_overlap() -> None:
    assert swap_words("a b c d e", 0.5, Fixed(start=[0.9], which=[0.4, 0.6])) == Edited("b a c d e", 5, 2, {"swapped": 1})
    assert swap_words("a b c d e", 0.7, Fixed(start=[0.1], which=[0.4, 0.6])).text == "a c b e d"
    assert swap_words("a b", 0.5, Fixed(which=[0.1])).text == "b a"
    assert swap_words("so so", 0.5, Fixed(which=[0.1])) == Edited("so so", 2, 0)


@given(a=levels, b=levels, number=st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_swaps_keep_the_words_and_are_nested(a: float, b: float, number: int) -> None:
    words = [f"w{i}" for i in range(11)]
    moved = []
    for level in sorted((a, b)):
        edited = swap_words(" ".join(words), level, draw(number))
        after = edited.text.split()
        assert Counter(after) == Counter(words)
        assert all(abs(after.index(word) - i) <= 1 for i, word in enumerate(words))
        moved.append({word for word, other in zip(words, after, strict=True) if word != other})
        assert len(moved[-1]) == edited.changed
    assert moved[0] <= moved[1]


SUB, DEL, INS, SWAP = 0.1, 0.3, 0.6, 0.9


@pytest.mark.parametrize(
    ("edit", "expected"),
    [(SUB, "q" + "bc"), (DEL, "bc"), (INS, "aqbc"), (SWAP, "bac")],
)
def test_the_four_typing_errors(edit: float, expected: str) -> None:
    assert NEIGHBOURS["a"][0] == "q"
    edited = mistype("abc", 0.5, Fixed(which=[0.1, 0.9, 0.8], edit=[edit] * 3, key=[0.0] * 3))
    assert (edited.text, edited.units, edited.changed) == (expected, 3, 1)
    assert sum(edited.edits.values()) == 1


@pytest.mark.parametrize(
    ("text", "numbers", "edit", "expected", "name"),
    [
        ("aab", [0.1, 0.9, 0.9], SWAP, "qab", "substituted"),  # equal letters
        ("b a.", [0.9, 0.1], SWAP, "b q.", "substituted"),  # no letter follows
        ("\u00e4b", [0.1, 0.9], SUB, "\u00e4\u00e4b", "inserted"),  # not on the keyboard
        ("Ab", [0.1, 0.9], SUB, "Qb", "substituted"),  # case stays
    ],
)
def test_what_cannot_be_done_becomes_something_else(text: str, numbers: list[float], edit: float, expected: str, name: str) -> None:
    n = len(numbers)
    edited = mistype(text, 0.5, Fixed(which=numbers, edit=[edit] * n, key=[0.0] * n))
    assert edited.text == expected
    assert edited.edits == {name: 1}


def test_only_letters_are_touched() -> None:
    edited = mistype("3.14 - 42!", 1.0, draw())
    assert edited == Edited("3.14 - 42!", 0, 0)


def test_every_keyboard_neighbour_is_mutual_and_no_letter_is_its_own() -> None:
    assert len(NEIGHBOURS) == 52
    assert all(letter in NEIGHBOURS[other] and letter != other for letter, near in NEIGHBOURS.items() for other in near)
    assert set(NEIGHBOURS["s"]) == set("wedxza")


def test_letters_touched_at_a_low_level_are_touched_at_a_high_one() -> None:
    """Deletions only, of letters that are all different: what is gone at 10 % is gone at 30 %."""
    text = "abcdefghijklmnopqrstuvwxyz"
    numbers = [float(u) for u in np.random.default_rng(0).random(26)]
    fixed = Fixed(which=numbers, edit=[DEL] * 26, key=[0.0] * 26)
    left = [set(mistype(text, level, fixed).text) for level in (0.1, 0.3, 0.9, 1.0)]
    assert left[0] >= left[1] >= left[2] >= left[3]
    assert len(left[3]) == 1
