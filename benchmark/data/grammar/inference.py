"""Premises and hypotheses in the schema of MNLI: quantifiers, kinds of things, implied and excluded actions and places, negation.

Every word can stand in premise and hypothesis of every label: only the step from one to the other decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmark.data.grammar.dice import Dice
from benchmark.data.grammar.inference_words import ACTIONS, NOUNS, NUMBERS, OPENINGS, PLACES, WEAKER

Row = tuple[str, ...]
BASE, IMPLIED, EXCLUDED, DETAIL = range(4)  # columns of ACTIONS; the first three are those of PLACES
NARROW, NOUN, WIDE, SISTER = range(4)  # columns of NOUNS
GONE = -1  # a place that is not said
BARE = (*NUMBERS, "some", "a few")  # quantifiers that speak of no known group


@dataclass(frozen=True)
class Scene:
    """A statement: who (one row of NOUNS at one level), does what, where."""

    rows: tuple[Row, Row, Row]
    quantifier: str
    noun: int
    action: int
    place: int

    def text(self, opening: str = "") -> str:
        nouns, actions, places = self.rows
        place = "" if self.place == GONE else places[self.place]
        words = " ".join(
            part for part in (opening and f"{opening} ,", self.quantifier, nouns[self.noun], actions[self.action], place) if part
        )
        return words[0].upper() + words[1:] + "."


def inference(dice: Dice, label: int) -> tuple[str, str]:
    """(premise, hypothesis); label 0 entailment, 1 neutral, 2 contradiction."""
    rows = dice.pick(NOUNS), dice.pick(ACTIONS), dice.pick(PLACES)
    quantifier = dice.pick(WEAKER)[0] if dice.chance(0.4) else dice.pick((*NUMBERS, "some", "some", "a few"))
    action = dice.weighted(((0.45, BASE), (0.2, DETAIL), (0.15, IMPLIED), (0.2, EXCLUDED)))
    place = dice.weighted(((0.6, BASE), (0.2, EXCLUDED), (0.2, IMPLIED)))
    noun = dice.weighted(((0.3, NARROW), (0.5, NOUN), (0.2, WIDE)))
    if noun == WIDE and quantifier == "all of the":  # it would leave no noun open
        quantifier = "most of the"
    premise = Scene(rows, quantifier, noun, action, place)
    if dice.chance(0.2):
        premise = replace(premise, quantifier="no", noun=NOUN)
        hypothesis = (_narrower, _wider, _contrary)[label](dice, premise)
    else:
        hypothesis = (_entailed, _open, _excluded)[label](dice, premise)
    return premise.text(dice.pick(OPENINGS)), hypothesis.text()


def _entailed(dice: Dice, premise: Scene) -> Scene:
    """One or two steps up: a wider noun, an implied action, an implied place or none, a weaker quantifier."""
    steps: list[Callable[[Scene], Scene]] = [
        lambda scene: replace(scene, place=GONE),
        lambda scene: replace(scene, quantifier=_weaker(dice, scene.quantifier)),
    ]
    if premise.noun != WIDE:
        steps += [lambda scene: replace(scene, quantifier=_some(scene.quantifier), noun=min(scene.noun + 1, WIDE))] * 2
    if premise.action in (BASE, DETAIL):
        steps += [lambda scene: replace(scene, action=BASE if scene.action == DETAIL else IMPLIED)] * 2
    if premise.place == BASE:
        steps.append(lambda scene: replace(scene, place=IMPLIED))
    first, second = dice.two(steps)
    hypothesis = first(premise)
    if hypothesis == premise or dice.chance(0.6):
        hypothesis = second(hypothesis)
    return hypothesis if hypothesis != premise else replace(premise, place=GONE)


def _open(dice: Dice, premise: Scene) -> Scene:
    """One step down or aside, which the premise leaves open; at times the place is not said."""
    steps: list[Scene] = [replace(premise, quantifier="all of the", noun=dice.pick((premise.noun, WIDE)))]
    if premise.quantifier == "all of the":
        steps = [replace(premise, noun=SISTER)]
    elif premise.noun != NARROW:  # under `all of the` a narrower noun would follow
        steps += [replace(premise, noun=premise.noun - 1)] * 2
    if premise.action in (BASE, IMPLIED):
        steps += [replace(premise, action=DETAIL if premise.action == BASE else dice.pick((BASE, DETAIL)))] * 2
    if premise.noun == NOUN:
        steps.append(replace(premise, quantifier=dice.pick(("some", premise.quantifier)), noun=SISTER))
    hypothesis = dice.pick(steps)
    if hypothesis.noun == premise.noun and hypothesis.quantifier in BARE and dice.chance(0.5):
        hypothesis = replace(hypothesis, quantifier=dice.pick(("the", "those")))
    return replace(hypothesis, place=GONE) if dice.chance(0.3) else hypothesis


def _excluded(dice: Dice, premise: Scene) -> Scene:
    """Something that cannot hold at the same time: an excluded action or place of the same group, or none of them."""
    step = dice.weighted(((0.5, "action"), (0.25, "place"), (0.25, "none")))
    if step == "none":
        wider = dice.pick((premise.noun, min(premise.noun + 1, WIDE)))
        return replace(premise, quantifier=dice.pick(("no", "none of the")), noun=wider, place=dice.pick((premise.place, GONE)))
    same = replace(premise, quantifier=_shared(dice, premise.quantifier))
    if step == "place":
        return replace(
            same,
            place=BASE if premise.place == EXCLUDED else EXCLUDED,
            action=dice.pick((premise.action, IMPLIED if premise.action == BASE else premise.action)),
        )
    return replace(
        same, action=dice.pick((BASE, DETAIL, IMPLIED)) if premise.action == EXCLUDED else EXCLUDED, place=dice.pick((premise.place, GONE))
    )


def _narrower(dice: Dice, premise: Scene) -> Scene:
    """Under `no` a narrower noun or a more special action follows."""
    if premise.action == BASE and dice.chance(0.4):
        return replace(premise, action=DETAIL)
    return replace(premise, quantifier=dice.pick(("no", "none of the")), noun=NARROW)


def _wider(dice: Dice, premise: Scene) -> Scene:
    """Under `no` a wider noun, another noun, a wider action or no place is left open."""
    options = [
        replace(premise, noun=WIDE),
        replace(premise, noun=SISTER, quantifier=dice.pick(("no", "some"))),
        replace(premise, place=GONE),
    ]
    if premise.action in (BASE, DETAIL):
        options.append(replace(premise, action=IMPLIED))
    return dice.pick(options)


def _contrary(dice: Dice, premise: Scene) -> Scene:
    """`No` is contradicted by `some`, of the same or of a narrower noun."""
    quantifier = dice.pick(("some", "some", *NUMBERS, "a few", "most of the"))
    return replace(premise, quantifier=quantifier, noun=dice.pick((NOUN, NARROW)))


def _weaker(dice: Dice, quantifier: str) -> str:
    """What follows for the same things: `all of the` gives `most of the`, a number gives `some`, `the` or `those`."""
    if quantifier in BARE:
        return dice.pick(("some", "the", "those"))
    return next((row[1] for row in WEAKER if row[0] == quantifier), "some")


def _some(quantifier: str) -> str:
    """What follows for wider things: a number stays, `all of the` gives `some`."""
    return quantifier if quantifier in BARE or quantifier in ("the", "those") else "some"


def _shared(dice: Dice, quantifier: str) -> str:
    """A quantifier under which two statements about the same group exclude each other."""
    if quantifier in ("most of the", "nearly all of the", "all of the"):
        return quantifier
    return dice.pick(("all of the", "the", "those"))
