"""Premises and hypotheses in the schema of MNLI: quantifiers, kinds of things, implied and excluded actions and places, negation.

As in the real corpora, what follows tends to be general, what is left open to be particular, and what is excluded to be denied: the
hypothesis alone gives a part of the label away. No single word does, and the rest follows from the step between the two alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmark.data.synthetic.dice import Dice
from benchmark.data.synthetic.inference_words import ABSENCES, ACTIONS, MINDS, NOUNS, NUMBERS, PLACES, REFUSALS, WEAKER

Row = tuple[str, ...]
BASE, IMPLIED, EXCLUDED = range(3)  # columns of ACTIONS and PLACES
NARROW, NOUN, WIDE, SISTER = range(4)  # columns of NOUNS
GONE = -1  # a place that is not said
BARE = (*NUMBERS, "some", "a few")  # quantifiers that speak of no known group


@dataclass(frozen=True)
class Scene:
    """A statement: who (one row of NOUNS at one level), does what, where. `instead` stands in for the action."""

    rows: tuple[Row, Row, Row]
    quantifier: str
    noun: int
    action: int
    place: int
    instead: str = ""

    def text(self) -> str:
        nouns, actions, places = self.rows
        place = "" if self.place == GONE else places[self.place]
        words = " ".join(part for part in (self.quantifier, nouns[self.noun], self.instead or actions[self.action], place) if part)
        return words[0].upper() + words[1:] + "."


def inference(dice: Dice, label: int) -> tuple[str, str]:
    """(premise, hypothesis); label 0 entailment, 1 neutral, 2 contradiction."""
    rows = dice.pick(NOUNS), dice.pick(ACTIONS), dice.pick(PLACES)
    quantifier = dice.pick(WEAKER)[0] if dice.chance(0.25) else dice.pick((*NUMBERS, "some", "some", "a few"))
    action = BASE if dice.chance(0.85) else EXCLUDED
    place = dice.weighted(((0.30, BASE), (0.60, GONE), (0.06, EXCLUDED), (0.04, IMPLIED)))
    noun = dice.weighted(((0.35, NARROW), (0.50, NOUN), (0.15, WIDE)))
    if noun == WIDE and quantifier == "all of the":  # it would leave no noun open
        quantifier = "most of the"
    premise = Scene(rows, quantifier, noun, action, place)
    kind = dice.weighted(((0.58, "seen"), (0.10, "none"), (0.32, "other")))
    if kind == "none":
        premise = replace(premise, quantifier="no", noun=NOUN, action=BASE)
        hypothesis = (_narrower, _wider, _contrary)[label](dice, premise)
    elif kind == "other":
        premise = _unusual(dice, premise)
        hypothesis = (_more_widely, _aside, _none)[label](dice, premise)
    else:
        hypothesis = (_entailed, _open, _excluded)[label](dice, premise)
    return premise.text(), hypothesis.text()


def _unusual(dice: Dice, premise: Scene) -> Scene:
    """A premise that says what hypotheses mostly say: a general action, a thought, an absence. What it says then tells nothing."""
    kind = dice.weighted(((0.12, "general"), (0.12, "thought"), (0.08, "absence")))
    if kind == "general":
        return replace(premise, action=IMPLIED)
    return replace(premise, place=GONE, instead=dice.pick(MINDS if kind == "thought" else ABSENCES))


def _entailed(dice: Dice, premise: Scene) -> Scene:
    """Steps up: an implied action, a wider noun, an implied place or none, a weaker quantifier."""
    if premise.action != BASE or dice.chance(0.1):
        return _more_widely(dice, premise)
    hypothesis = replace(premise, action=IMPLIED, place=_wider_place(dice, premise.place))
    if premise.noun < WIDE and dice.chance(0.5):
        return replace(hypothesis, noun=dice.pick((WIDE, premise.noun + 1)), quantifier=_some(premise.quantifier))
    return replace(hypothesis, quantifier=_weaker(dice, premise.quantifier)) if dice.chance(0.6) else hypothesis


def _more_widely(dice: Dice, premise: Scene) -> Scene:
    """The same of a wider noun, or by a weaker quantifier."""
    if premise.noun < WIDE and dice.chance(0.7):
        return replace(premise, noun=dice.pick((WIDE, premise.noun + 1)), quantifier=_some(premise.quantifier))
    weaker = replace(premise, quantifier=_weaker(dice, premise.quantifier))
    return weaker if weaker != premise else replace(premise, quantifier="the")


def _open(dice: Dice, premise: Scene) -> Scene:
    """What an observer of the premise could not tell: mostly what they think."""
    if dice.chance(0.9):
        return replace(_loosely(dice, premise), instead=dice.pick(MINDS), place=GONE)
    return _aside(dice, premise)


def _aside(dice: Dice, premise: Scene) -> Scene:
    """The same of all of them, of a narrower noun, or of a sister."""
    if premise.quantifier == "all of the":  # under it a narrower noun would follow
        return replace(premise, noun=SISTER)
    steps = [replace(premise, quantifier="all of the", noun=dice.pick((premise.noun, WIDE)))]
    if premise.noun != NARROW:
        steps.append(replace(premise, noun=premise.noun - 1))
    if premise.noun == NOUN:
        steps.append(replace(premise, quantifier=dice.pick(("some", premise.quantifier)), noun=SISTER))
    return dice.pick(steps)


def _excluded(dice: Dice, premise: Scene) -> Scene:
    """Something that cannot hold at the same time: they are absent, they do not, they do the contrary or are elsewhere."""
    step = dice.weighted(((0.68, "absent"), (0.10, "denial"), (0.16, "action"), (0.06, "place")))
    same = replace(premise, quantifier=_shared(dice, premise.quantifier))
    if step == "absent":
        return replace(same, instead=dice.pick(ABSENCES), place=GONE)
    if step == "denial" and premise.action == BASE:
        return _refused(dice, same)
    if step == "place" and premise.place in (BASE, EXCLUDED):
        return replace(same, place=BASE if premise.place == EXCLUDED else EXCLUDED)
    opposite = dice.pick((BASE, IMPLIED)) if premise.action == EXCLUDED else EXCLUDED
    return replace(same, action=opposite, place=GONE)


def _none(dice: Dice, premise: Scene) -> Scene:
    """The same of none of them, or of nothing of a wider kind."""
    wider = dice.pick((premise.noun, WIDE))
    return replace(premise, quantifier=dice.pick(("no", "none of the")), noun=wider, place=_wider_place(dice, premise.place))


def _refused(dice: Dice, scene: Scene) -> Scene:
    """They do not do it."""
    return replace(scene, instead=f"{dice.pick(REFUSALS)} {scene.rows[1][BASE]}", place=GONE)


def _narrower(dice: Dice, premise: Scene) -> Scene:
    """Under `no` a narrower noun follows."""
    premise = replace(premise, noun=NARROW)
    if premise.place == GONE and dice.chance(0.5):
        return _refused(dice, replace(premise, quantifier="the"))
    return replace(premise, quantifier=dice.pick(("no", "none of the")))


def _wider(dice: Dice, premise: Scene) -> Scene:
    """Under `no` a wider or another noun is left open."""
    other = replace(premise, noun=dice.pick((WIDE, SISTER)))
    if dice.chance(0.5):
        return _refused(dice, replace(other, quantifier="the"))
    return replace(other, quantifier=dice.pick(("no", "none of the", "some")))


def _contrary(dice: Dice, premise: Scene) -> Scene:
    """`No` is contradicted by `some`, of the same or of a narrower noun."""
    quantifier = dice.pick(("some", *NUMBERS, "a few", "most of the"))
    return replace(premise, quantifier=quantifier, noun=dice.pick((NOUN, NARROW)))


def _loosely(dice: Dice, premise: Scene) -> Scene:
    """The same things by another quantifier, or wider ones."""
    if premise.noun < WIDE and dice.chance(0.5):
        return replace(premise, noun=dice.pick((WIDE, premise.noun + 1)), quantifier=_some(premise.quantifier))
    return replace(premise, quantifier=_weaker(dice, premise.quantifier))


def _wider_place(dice: Dice, place: int) -> int:
    """The place itself, what it implies, or nothing of it."""
    return dice.pick((place, GONE, IMPLIED)) if place == BASE else dice.pick((place, GONE))


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
    return quantifier if quantifier in ("all of the", "most of the") else dice.pick(("all of the", "the", "those"))
