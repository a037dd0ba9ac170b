"""Reviews in the schema of SST-2: sentiment under negation, concession, expectation and intensity, among neutral facts."""

from __future__ import annotations

from benchmark.data.grammar.dice import Dice
from benchmark.data.grammar.review_words import (
    ADJECTIVES,
    ADVERBS,
    ASPECTS,
    CONCESSIONS,
    EXPECTATIONS,
    FACTS,
    FILMS,
    LATE_CONCESSIONS,
    NEGATIONS,
    VERDICTS,
)


def review(dice: Dice, label: int) -> tuple[str, None]:
    """One review; label 0 is negative, 1 is positive. The main clause decides, whatever stands beside it."""
    sign = 1 if label == 1 else -1
    frame = dice.weighted(((0.22, _plain), (0.60, _double), (0.12, _conceded), (0.06, _expected)))
    return " ".join(frame(dice, sign).split()), None


def _plain(dice: Dice, sign: int) -> str:
    return _clause(dice, sign)


def _double(dice: Dice, sign: int) -> str:
    return f"{_clause(dice, sign)} {dice.pick(('and', ', and', ';'))} {_clause(dice, sign)}"


def _conceded(dice: Dice, sign: int) -> str:
    if dice.chance(0.35):
        return dice.pick(LATE_CONCESSIONS).format(_clause(dice, sign), _clause(dice, -sign))
    return dice.pick(CONCESSIONS).format(_clause(dice, -sign), _clause(dice, sign))


def _expected(dice: Dice, sign: int) -> str:
    return dice.pick(EXPECTATIONS).format(dice.pick(ADJECTIVES[-sign]), _clause(dice, sign))


def _clause(dice: Dice, sign: int) -> str:
    """A clause of one sentiment: a verdict, an adjective, or the negation of an opposite adjective."""
    kind = dice.weighted(((0.24, "verdict"), (0.68, "adjective"), (0.08, "negation")))
    if kind == "verdict":
        return f"{_film(dice)} {dice.pick(VERDICTS[sign])}"
    subject = dice.pick(ASPECTS) if dice.chance(0.6) else _film(dice)
    if kind == "negation":
        return f"{subject} {dice.pick(NEGATIONS).format(dice.pick(ADJECTIVES[-sign]))}"
    first, second = dice.two(ADJECTIVES[sign])
    adjective = f"{first} and {second}" if dice.chance(0.4) else f"{dice.pick(ADVERBS)} {first}"
    return f"{subject} {dice.pick(('is', 'is', 'feels', 'turns out to be', 'remains'))} {adjective}"


def _film(dice: Dice) -> str:
    """The film as a subject, at times with a fact about it that says nothing of its worth."""
    film = dice.pick(FILMS)
    return f"{film} , {dice.pick(FACTS)} ," if dice.chance(0.25) else film
