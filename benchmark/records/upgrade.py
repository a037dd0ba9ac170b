"""Records of older formats, brought up to date when they are read. Files on disk stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmark.errors import UserError
from benchmark.records.record import RECORD_VERSION

Content = dict[str, Any]
INSTALL = "Install a newer release."


class NewerFormat(UserError):
    """A file of a format that only a newer release reads. It must not be replaced."""


def upgrade(content: Content) -> Content:
    """The content of a record in today's format, one step per version.

    Raises:
        NewerFormat: a format newer than this program.
        UserError: a format older than this program reads, or no version at all.
    """
    version = content.get("version")
    if type(version) is int and version > RECORD_VERSION:
        raise NewerFormat(f"A record has format version {version}.", f"This program reads {min(STEPS)} to {RECORD_VERSION}.", INSTALL)
    if type(version) is not int or version < min(STEPS):
        raise UserError(
            f"A record has format version {version!r}.", f"This program reads {min(STEPS)} to {RECORD_VERSION}.", "Run it again."
        )
    while version < RECORD_VERSION:
        content = {**STEPS[version](content), "version": version + 1}
        version += 1
    return content


def _from_1(content: Content) -> Content:
    """Version 1 recorded neither the size of the training pool nor truncated texts, both optional now. Its specs keep version 1."""
    return content


STEPS: dict[int, Callable[[Content], Content]] = {1: _from_1}
