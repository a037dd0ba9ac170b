"""Noise kind `word-drop`: words go missing."""

from __future__ import annotations

import numpy as np

from benchmark.data.noise.kind import Draw, Edited, NoiseKind


def drop_words(text: str, level: float, draw: Draw) -> Edited:
    """The text without some of its words (parts between white space): each goes with probability `level`.

    The word with the text's largest number always stays, so at least one word is kept. What stays is joined by single spaces.
    """
    words = text.split()
    numbers = draw.uniforms("which", len(words))
    kept = numbers >= level
    if words:
        kept[np.argmax(numbers)] = True
    dropped = len(words) - int(kept.sum())
    if not dropped:
        return Edited(text, len(words), 0)
    return Edited(" ".join(word for word, stays in zip(words, kept, strict=True) if stays), len(words), dropped, {"dropped": dropped})


KIND = NoiseKind(
    name="word-drop",
    description="words go missing, at least one stays; level = share of words",
    unit="words",
    lowest=0.001,
    highest=1.0,
    defined=drop_words,
    editor=lambda tools: drop_words,
)
