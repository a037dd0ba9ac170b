"""The time of a release: given by the environment where its bytes must be those of an earlier one."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from benchmark.errors import UserError

VARIABLE = "SOURCE_DATE_EPOCH"  # the convention of reproducible builds


def release_time() -> datetime:
    """Now, or what SOURCE_DATE_EPOCH says, in seconds since 1970. UserError where that is no number."""
    given = os.environ.get(VARIABLE)
    if given is None:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UserError(f"{VARIABLE} is {given!r}.", "Whole seconds since 1970.", f"Correct it, or unset {VARIABLE}.") from error
