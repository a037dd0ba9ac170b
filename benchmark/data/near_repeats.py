"""Near repeats: texts that are equal but for case, blanks and punctuation, and texts that stand inside another one."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

from benchmark.data.examples import Examples

SHORTEST = 3  # words of a text that is looked for inside others: shorter ones stand in many texts by chance
LONG = 8  # words from which a text is looked for by more of its first words
_WORDS = re.compile(r"[^\W_]+")


class NearRepeats(NamedTuple):
    """How many texts of one part are nearly texts of the training part.

    Args:
        equal: texts that equal a training text but for case, blanks and punctuation.
        inside: single texts of `SHORTEST` words or more whose words stand, in their order, inside a training text (equal ones included).
        long_enough: single texts of `SHORTEST` words or more.
    """

    equal: int
    inside: int
    long_enough: int

    @property
    def often(self) -> bool:
        """Whether more than a tenth of the texts stand inside a training text."""
        return self.inside > 0.1 * self.long_enough


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """The words of a text in lower case, one blank between them; a text without a letter or digit stays as it is."""
    return " ".join(_WORDS.findall(text.casefold())) or text.strip()


def folded_texts(part: Examples) -> list[Hashable]:
    """The folded texts (pairs) of a part, in its order."""
    first = [folded(text) for text in part.texts]
    return list(first) if part.second_texts is None else list(zip(first, map(folded, part.second_texts), strict=True))


def near_repeats(part: Examples, train: Examples) -> NearRepeats:
    """What of a part nearly stands in the training part. Pairs are compared as wholes; none is looked for inside another."""
    mine, theirs = folded_texts(part), folded_texts(train)
    known = set(theirs)
    equal = sum(text in known for text in mine)
    if part.second_texts is not None:
        return NearRepeats(equal, 0, 0)
    long_enough = [str(text) for text in mine if str(text).count(" ") >= SHORTEST - 1]
    return NearRepeats(equal, _count_inside(long_enough, [str(text) for text in theirs]), len(long_enough))


def _count_inside(texts: Sequence[str], train: Sequence[str]) -> int:
    """How many of the texts stand inside a training text, word by word.

    Their first words are an index, which few training texts meet: the first three of short texts, the first `LONG` of others.
    """
    found: set[int] = set()
    for width in (SHORTEST, LONG):
        index: dict[tuple[str, ...], list[int]] = {}
        for number, text in enumerate(texts):
            words = text.split(maxsplit=LONG)
            if (len(words) >= LONG) == (width == LONG):
                index.setdefault(tuple(words[:width]), []).append(number)
        for whole in train if index else ():
            words = whole.split()
            starts = index.keys() & set(zip(*(words[shift:] for shift in range(width)), strict=False))
            found.update(number for start in starts for number in index[start] if f" {texts[number]} " in f" {whole} ")
    return len(found)
