"""The standard streams of a command: a terminal or a reader that goes away changes no result, and no text controls the terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from benchmark.records.error_text import printable


class _SurvivingFile(io.FileIO):
    """A file that takes and drops what is written to it once its reader has gone."""

    def write(self, content: Any) -> int:
        try:
            return super().write(content) or 0
        except BrokenPipeError:
            return len(content)


class _VisibleText(io.TextIOWrapper):
    """Writes texts with their control characters written out. A live display on a terminal needs some, and gets another stream."""

    def write(self, text: str) -> int:
        return super().write(printable(text))


def open_standard_streams() -> None:
    """Replace standard output and error of this process; a descriptor that is closed is opened on the null device first, so that no
    file that is opened later gets its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    sys.stdout = _replaced(sys.stdout, 1)
    sys.stderr = _replaced(sys.stderr, 2)


def _replaced(stream: TextIO | None, number: int) -> TextIO:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    kind = io.TextIOWrapper if number == 2 and os.isatty(number) else _VisibleText
    raw = io.BufferedWriter(_SurvivingFile(number, "w", closefd=False))
    lines = number == 2 or os.isatty(number)
    return kind(raw, encoding=encoding, errors="backslashreplace", line_buffering=lines)
