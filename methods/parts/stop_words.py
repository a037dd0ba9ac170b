"""English words that carry little of a text's topic. A short list of our own; negations are left out, they carry sentiment."""

from __future__ import annotations

_WORDS = (
    "a an the this that these those "
    "i me my we us our you your he him his she her it its they them their who whom whose which what "
    "am is are was were be been being do does did have has had having will would shall should can could may might must "
    "and or but if because as while when where than then so though although "
    "of at by for with about into through during before after above below to from up down in out on off over under between "
    "here there all any both each some such own same too very just also only again once more most other"
)
STOP_WORDS = frozenset(_WORDS.split())
