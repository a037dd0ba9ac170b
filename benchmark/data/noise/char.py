"""Noise kind `char`: typing errors."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmark.data.noise.kind import Draw, Edited, NoiseKind

EDITS = ("substituted", "deleted", "inserted", "transposed")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """Letter -> the letters beside it, above it and below it on a QWERTY keyboard (each row stands half a key to the right)."""
    place = {letter: (r, c + 0.5 * r) for r, row in enumerate(_ROWS) for c, letter in enumerate(row)}
    near = {a: "".join(b for b, (s, y) in place.items() if a != b and abs(r - s) <= 1 and abs(x - y) <= 1) for a, (r, x) in place.items()}
    return near | {a.upper(): letters.upper() for a, letters in near.items()}


NEIGHBOURS = _neighbours()


def mistype(text: str, level: float, draw: Draw) -> Edited:
    """The text with typing errors: each letter (`str.isalpha`) is touched with probability `level`.

    A touched letter is, with equal chances: substituted by a keyboard neighbour (same case); deleted; followed by an inserted
    neighbour; or transposed with the letter after it. Where no different letter follows directly, a transposition becomes a
    substitution. A letter that the keyboard does not have is doubled where it would be substituted. The letter with the text's largest
    number is never touched, so that no text comes out empty.
    """
    letters = [i for i, character in enumerate(text) if character.isalpha()]
    numbers = draw.uniforms("which", len(letters))
    touched = [k for k in np.flatnonzero(numbers < level).tolist() if k != int(np.argmax(numbers))]
    if not touched:
        return Edited(text, len(letters), 0)
    edit, key = draw.uniforms("edit", len(letters)), draw.uniforms("key", len(letters))
    pieces, swaps = list(text), []
    edits: Counter[str] = Counter()
    for k in touched:
        name = _possible(EDITS[int(edit[k] * len(EDITS))], text, letters[k])
        edits[name] += 1
        if name == "transposed":
            swaps.append(letters[k])
        else:
            pieces[letters[k]] = _typed(name, text[letters[k]], key[k])
    for i in swaps:
        pieces[i], pieces[i + 1] = pieces[i + 1], pieces[i]
    return Edited("".join(pieces), len(letters), len(touched), dict(edits))


def _possible(name: str, text: str, i: int) -> str:
    """The edit that can be made at this letter in place of the one that was drawn."""
    following = text[i + 1 : i + 2]
    if name == "transposed" and not (following.isalpha() and following != text[i]):
        name = "substituted"
    return "inserted" if name == "substituted" and text[i] not in NEIGHBOURS else name


def _typed(name: str, letter: str, key: float) -> str:
    """What stands in the letter's place after a substitution, deletion or insertion."""
    near = NEIGHBOURS.get(letter, letter)
    typed = near[int(key * len(near))]
    return {"substituted": typed, "deleted": "", "inserted": letter + typed}[name]


KIND = NoiseKind(
    name="char",
    description="typing errors: neighbour substituted, deleted, inserted or transposed; level = share of letters",
    unit="letters",
    lowest=0.001,
    highest=1.0,
    defined=mistype,
    editor=lambda tools: mistype,
)
