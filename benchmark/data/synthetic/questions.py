"""Questions with sentences in the schema of QNLI: does the sentence hold the answer?

Most sentences that do not hold it admit that nobody knows, in varying words: only their meaning gives them away. The others answer
another question: only what was asked gives those away. No sentence repeats the question's words.
"""

from __future__ import annotations

from benchmark.data.synthetic.dice import Dice
from benchmark.data.synthetic.question_words import (
    KINDS,
    PLAIN_REPORTS,
    PLAIN_SILENCES,
    QUESTIONS,
    REPORTS,
    SILENCES,
    SOURCES,
    SURE,
    UNSURE,
    VALUES,
)

PLAIN = 0.3  # share of the sentences in which nobody speaks
ELSEWHERE = 0.15  # share of the not-entailed sentences that answer another question


def question(dice: Dice, label: int) -> tuple[str, str]:
    """(question, sentence); label 0: the sentence answers it (entailment), 1: it does not."""
    kind = dice.pick(tuple(KINDS))
    (wanted, questions), (other, _) = dice.two(QUESTIONS[kind])
    asked = dice.pick(questions).format(x=dice.pick(KINDS[kind]))
    if label == 0:
        return asked, _report(dice, wanted)
    return asked, _report(dice, other) if dice.chance(ELSEWHERE) else _silence(dice)


def _report(dice: Dice, wanted: str) -> str:
    """A sentence that gives a value of the wanted type."""
    value = dice.pick(VALUES[wanted])
    if dice.chance(PLAIN):
        return _sentence(dice.pick(PLAIN_REPORTS).format(v=value))
    return _sentence(f"{dice.pick(SOURCES)} {dice.pick(REPORTS)} {value} {_at_times(dice, SURE)}")


def _silence(dice: Dice) -> str:
    """A sentence that answers no question."""
    if dice.chance(PLAIN):
        return _sentence(dice.pick(PLAIN_SILENCES))
    return _sentence(f"{dice.pick(SOURCES)} {dice.pick(SILENCES)} {_at_times(dice, UNSURE)}")


def _at_times(dice: Dice, words: tuple[str, ...]) -> str:
    return dice.pick(words) if dice.chance(0.4) else ""


def _sentence(text: str) -> str:
    text = text.strip()
    return text[0].upper() + text[1:] + ("" if text.endswith("?") else ".")
