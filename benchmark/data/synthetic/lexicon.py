"""Lexicon entries, written as text blocks: words between blanks, phrases between bars."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The words of a text block."""
    return tuple(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text block, parted by bars; a line break counts as a blank."""
    return tuple(" ".join(part.split()) for part in text.split("|"))


def rows(text: str) -> tuple[tuple[str, ...], ...]:
    """One tuple of phrases per line."""
    return tuple(phrases(line) for line in text.strip().splitlines())
