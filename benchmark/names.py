"""The one grammar of names that users and plug-ins give: methods, variants, suites, stages and profiles. Such a name becomes part of
tables, file names and terminal lines, and none of these may be changed by it."""

from __future__ import annotations

import re

from benchmark.errors import UserError

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$"
_NAME = re.compile(NAME_PATTERN[1:-1])


def is_name(given: str) -> bool:
    """Whether a text is a name."""
    return _NAME.fullmatch(given) is not None


def check_name(kind: str, given: str) -> str:
    """A name as it is. UserError for what is none; the message shows it without its control characters."""
    if not is_name(given):
        shown = repr(given) if len(given) <= 80 else f"{given[:80]!r}..."
        raise UserError(
            f"{shown} cannot be the name of a {kind}.",
            "Allowed: a letter or digit, then letters, digits and . _ + -, at most 64 in all.",
            "Rename it where it is registered.",
        )
    return given
