"""Records of older formats, brought up to date when they are read. Files on disk stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmark.errors import UserError
from benchmark.records.record import RECORD_VERSION

Content = dict[str, Any]


def upgrade(content: Content) -> Content:
    """The content of a record in today's format, one step per version.

    Raises:
        UserError: a format newer than this program, or no version at all.
    """
    version = content.get("version")
    if not isinstance(version, int) or version > RECORD_VERSION or version < min(STEPS):
        raise UserError(
            f"A record has format version {version!r}.", f"This program reads {min(STEPS)} to {RECORD_VERSION}.", "Install a newer release."
        )
    while version < RECORD_VERSION:
        content = {**STEPS[version](content), "version": version + 1}
        version += 1
    return content


def _from_0(content: Content) -> Content:
    """Version 0 had one cost for the whole run, at the top level."""
    kept = {name: value for name, value in content.items() if name not in ("seconds", "forward", "backward")}
    whole = {name: content.get(name, 0) for name in ("seconds", "forward", "backward")}
    return {**kept, "phases": [{"name": "all", **whole}]}


STEPS: dict[int, Callable[[Content], Content]] = {0: _from_0}
