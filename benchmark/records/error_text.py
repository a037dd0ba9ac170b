"""Error text as it is stored and shown: without paths of the machine, without characters that a terminal, a page or a spreadsheet obeys."""

from __future__ import annotations

import re
import traceback
from pathlib import PurePath

LONGEST = 4000  # characters of a kept traceback; the end says what went wrong

_ABSOLUTE = re.compile(r"(?<![\w.~/\\-])(?:~?/(?!/)[^\s'\":,;()<>|*?]+|[A-Za-z]:\\[^\s'\":,;()<>|*?]+)")
# Control characters but line feed and tab, and the marks that reverse the direction of text on a screen.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")
# A dash for nothing, or a number; behind it at most an interval, a count and marks, as tables show them.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+|)%?( [\d.;+\u2212\u00b1\[\] ]+| \(\d+ of \d+\)| \[[a-z,]+\])*")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ROOTS = ("site-packages", "dist-packages", "benchmark", "methods", "baselines", "tests")


def without_paths(text: str) -> str:
    """`text` with every absolute path cut to its end: from an import root on where there is one, else the file name."""
    return _ABSOLUTE.sub(lambda match: _short(match[0]), text)


def one_line(text: str, longest: int = 300) -> str:
    """All lines of a text as one, the first line first, control characters written out, cut at the end to `longest` characters."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    joined = printable("; ".join(line for line in lines if line))
    return joined if len(joined) <= longest else joined[: longest - 3] + "..."


def printable(text: str) -> str:
    """`text` with its control characters written out (`\\x1b`), so that no terminal obeys them and no viewer hides anything."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def defused(cell: str) -> str:
    """A CSV cell that no spreadsheet runs and no web viewer takes for markup: an apostrophe goes before what would begin a formula and is
    no number, and a tag begins with `&lt;`."""
    cell = _TAG.sub("&lt;", cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(cell) else cell


def trace(error: BaseException) -> str:
    """The traceback of an error, without absolute paths, cut at the front to `LONGEST` characters."""
    text = without_paths("".join(traceback.format_exception(error)))
    return text if len(text) <= LONGEST else "... " + text[-LONGEST:]


def _short(path: str) -> str:
    parts = PurePath(path.replace("\\", "/")).parts
    for root in _ROOTS:
        if root in parts[:-1]:
            last = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[last + (1 if root.endswith("-packages") else 0) :])
    return parts[-1] if parts[-1:] != ("/",) else path
