"""The closed list of alarms: what may be wrong with a run that finished. Recorded, printed, and shown in every table they touch."""

from __future__ import annotations

CONSTANT = "constant predictions"
AT_MAJORITY = "at or below majority"
IDENTICAL = "identical predictions"
INERT_TERM = "inert term"
NON_FINITE = "non-finite loss"
INERT_ATTACK = "attack inert"
INERT_CORRECTION = "correction inert"
NO_POSITIVES = "no positives"
SHORT_CLASS = "class shortfall"
INERT_PHASE = "inert phase"
REPEATED_DEV = "development repeats training"

MEANINGS: dict[str, str] = {
    CONSTANT: "every test example got the same class",
    AT_MAJORITY: "the test score is at or below that of always naming the most frequent class",
    IDENTICAL: "two seeds of one arm predict exactly the same, though the method draws random numbers",
    INERT_TERM: "a loss term of non-zero weight moved no trained parameter",
    NON_FINITE: "a loss was infinite or not a number",
    INERT_ATTACK: "the perturbed matrix raised cross-entropy by less than 1 %, or lowered it",
    INERT_CORRECTION: "the imbalance correction repeated no class",
    NO_POSITIVES: "most anchors had no other example of their class in the batch",
    SHORT_CLASS: "a class has fewer training examples than were asked for",
    INERT_PHASE: "a phase changed no tensor",
    REPEATED_DEV: "more than a tenth of the development texts that selected stand inside training texts",
}


def known(alarm: str) -> bool:
    """Whether an alarm is one of the list; it may carry a detail behind a colon (`inert term: scl`)."""
    return alarm.partition(":")[0].strip() in MEANINGS


def meaning(alarm: str) -> str:
    """What an alarm says, in one line; the alarm itself where it is a plug-in's own."""
    return MEANINGS.get(alarm.partition(":")[0].strip(), alarm)
