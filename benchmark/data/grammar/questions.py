"""Questions with sentences in the schema of QNLI: does the sentence hold the answer? Distractors speak of the same thing."""

from __future__ import annotations

import re

from benchmark.data.grammar.dice import Dice
from benchmark.data.grammar.question_words import KINDS, NAMES, PEOPLE, VALUES, Attribute


def question(dice: Dice, label: int) -> tuple[str, str]:
    """(question, sentence); label 0: the sentence answers it (entailment), 1: it does not."""
    things, attributes = dice.pick(KINDS)
    x = _thing(dice, things)
    asked, other = dice.two(attributes)
    told = _told(dice, x, asked, other) if label == 0 else _distractor(dice, x, things, asked, other, attributes)
    return dice.pick(asked[0]).format(x=x), told


def _distractor(dice: Dice, x: str, things: tuple[str, ...], asked: Attribute, other: Attribute, attributes: tuple[Attribute, ...]) -> str:
    """The same thing and another fact, the same fact of another thing, or something else altogether."""
    kind = dice.weighted(((0.60, "other fact"), (0.20, "other thing"), (0.20, "elsewhere")))
    if kind == "other fact":
        rest = tuple(attribute for attribute in attributes if attribute is not asked)
        return _told(dice, x, *dice.two(rest))
    if kind == "other thing":
        return _told(dice, _unlike(dice, x, things), asked, other)
    things, attributes = dice.pick(KINDS)
    first, second = dice.two(tuple(attribute for attribute in attributes if attribute is not asked))
    return _told(dice, _unlike(dice, x, things), first, second)


def _told(dice: Dice, x: str, first: Attribute, second: Attribute) -> str:
    """A sentence on one attribute, at times with a second one before or after it."""
    one = _statement(dice, x, first)
    if dice.chance(0.7):
        return one
    both = (one, _statement(dice, x, second))
    return " ".join(both if dice.chance(0.5) else reversed(both))


def _statement(dice: Dice, x: str, attribute: Attribute) -> str:
    template = dice.pick(attribute[1])
    values = {name: dice.pick([value for value in VALUES[name] if value != x]) for name in re.findall(r"{(\w+)}", template) if name != "x"}
    text = template.format(x=x, **values)
    return text[0].upper() + text[1:]


def _thing(dice: Dice, things: tuple[str, ...]) -> str:
    return f"{dice.pick(NAMES)} {dice.pick(things)}" if things else dice.pick(PEOPLE)


def _unlike(dice: Dice, x: str, things: tuple[str, ...]) -> str:
    """Another thing of the same sort: another name for the same kind of building where x is one."""
    other = _thing(dice, things)
    return other if other != x else _unlike(dice, x, things)
