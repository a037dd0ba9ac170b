"""Reviews in the schema of SST-2: short clauses whose sentiment passes through negation, concession, expectation and intensity."""

from __future__ import annotations

from benchmark.data.synthetic.dice import Dice
from benchmark.data.synthetic.review_words import (
    ADJECTIVES,
    ADVERBS,
    ASPECTS,
    CONCESSIONS,
    EXPECTATIONS,
    FILMS,
    LATE_CONCESSIONS,
    NEGATIONS,
    VERDICTS,
)


def review(dice: Dice, label: int) -> tuple[str, None]:
    """One review; label 0 is negative, 1 is positive. The main clause decides, whatever stands beside it."""
    sign = 1 if label == 1 else -1
    frame = dice.weighted(((0.30, _phrase), (0.48, _clause), (0.17, _conceded), (0.05, _expected)))
    return " ".join(frame(dice, sign).split()), None


def _phrase(dice: Dice, sign: int) -> str:
    """A film and what it is like, without a verb."""
    first, second = dice.two(ADJECTIVES[sign])
    return dice.pick((f"one {first} {dice.pick(FILMS)}", f"{first} , {second} {dice.pick(FILMS)}", f"{first} and {second}"))


def _clause(dice: Dice, sign: int) -> str:
    """A clause of one sentiment: a verdict, an adjective or two, or the negation of an opposite adjective."""
    kind = dice.weighted(((0.14, "verdict"), (0.46, "one"), (0.28, "two"), (0.12, "negation")))
    subject = dice.pick(ASPECTS) if dice.chance(0.6) else f"this {dice.pick(FILMS)}"
    if kind == "verdict":
        return f"this {dice.pick(FILMS)} {dice.pick(VERDICTS[sign])}"
    if kind == "negation":
        return f"{subject} {dice.pick(NEGATIONS).format(dice.pick(ADJECTIVES[-sign]))}"
    first, second = dice.two(ADJECTIVES[sign])
    return f"{subject} {dice.pick(('is', 'is', 'feels'))} {first} and {second}" if kind == "two" else f"{subject} is {_much(dice, first)}"


def _much(dice: Dice, adjective: str) -> str:
    return f"{dice.pick(ADVERBS)} {adjective}"


def _conceded(dice: Dice, sign: int) -> str:
    if dice.chance(0.35):
        return dice.pick(LATE_CONCESSIONS).format(_clause(dice, sign), _clause(dice, -sign))
    return dice.pick(CONCESSIONS).format(_clause(dice, -sign), _clause(dice, sign))


def _expected(dice: Dice, sign: int) -> str:
    return dice.pick(EXPECTATIONS).format(dice.pick(ADJECTIVES[-sign]), _clause(dice, sign))
