"""Noise kind `word-swap`: neighbouring words change places."""

from __future__ import annotations

from benchmark.data.noise.kind import Draw, Edited, NoiseKind


def swap_words(text: str, level: float, draw: Draw) -> Edited:
    """The text with some neighbouring words (parts between white space) swapped.

    The words are paired off from the left, from the first or (with chance one half, if there are three words or more) from the second
    word on; each pair swaps places with probability `level`. So no word moves further than one place, and `level` is the expected
    share of moved words but for the one or two at the ends that have no partner. A pair of equal words counts as not moved. A
    changed text is joined by single spaces.
    """
    words = text.split()
    start = int(len(words) > 2 and draw.uniforms("start", 1)[0] < 0.5)
    firsts = range(start, len(words) - 1, 2)
    numbers = draw.uniforms("which", len(firsts))
    swaps = [i for i, number in zip(firsts, numbers, strict=True) if number < level and words[i] != words[i + 1]]
    for i in swaps:
        words[i], words[i + 1] = words[i + 1], words[i]
    if not swaps:
        return Edited(text, len(words), 0)
    return Edited(" ".join(words), len(words), 2 * len(swaps), {"swapped": len(swaps)})


KIND = NoiseKind(
    name="word-swap",
    description="neighbouring words change places; level = share of words",
    unit="words",
    lowest=0.001,
    highest=1.0,
    defined=swap_words,
    editor=lambda tools: swap_words,
)
