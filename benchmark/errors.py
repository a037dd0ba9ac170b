"""Errors that answer three questions: what was given, what is allowed, what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LISTED = 30  # names that the error for an unknown name lists


class UserError(Exception):
    """A mistake of the user (or of the user's data). The command line prints it without a traceback and exits with 2.

    Args:
        given: what was given, in the user's own words (the option, the file and line, the value).
        allowed: what is allowed in its place.
        todo: what to do next.
    """

    def __init__(self, given: str, allowed: str = "", todo: str = "") -> None:
        self.given, self.allowed, self.todo = given, allowed, todo
        super().__init__(" ".join(sentence for sentence in (given, allowed, todo) if sentence))

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        """Pickle with all three answers, so that a worker's error reaches its driver whole."""
        return type(self), (self.given, self.allowed, self.todo)


def unknown(kind: str, name: str, known: Iterable[str], todo: str = "") -> UserError:
    """The error for a name that does not exist: suggests the nearest one and lists what exists, the nearest first (at most 30)."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=LISTED, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    ordered = [*near, *(other for other in names if other not in near)]
    listed = ", ".join(ordered[:LISTED]) + (f" and {len(ordered) - LISTED} more" if len(ordered) > LISTED else "")
    return UserError(f"Unknown {kind} {name!r}.", f"{hint}Known: {listed or 'none'}.", todo)
