"""Exit codes, and how every error becomes one: a clear message on standard error, no traceback for a user's mistake."""

from __future__ import annotations

import errno
import os
import sys
import traceback

from benchmark.errors import UserError
from benchmark.records.error_text import printable

OK = 0
SOME_FAILED = 1  # some run or check failed; the rest is done and kept
USAGE = 2  # wrong usage or configuration
INTERNAL = 3
SIGNALLED = 128  # plus the signal's number: 130 interrupted, 143 terminated
INTERRUPTED = 130

DEBUG = "BENCHMARK_DEBUG"  # set (to anything but nothing): internal errors show their traceback
_FOLDER_TROUBLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def exit_code(error: BaseException, verbose: bool = False) -> int:
    """Say on standard error what went wrong, and return the exit code that fits. `verbose` (or BENCHMARK_DEBUG) shows tracebacks."""
    debugging = verbose or bool(os.environ.get(DEBUG))
    if isinstance(error, KeyboardInterrupt):
        return _said("Interrupted. What had finished is kept: the same command goes on from there.", INTERRUPTED)
    if debugging:
        traceback.print_exception(error)
    if isinstance(error, UserError):
        return _said(f"Error: {error}", USAGE)
    if isinstance(error, OSError) and error.errno in _FOLDER_TROUBLE:
        return _said(f"Error: {_about(error)} Give a file or folder that can be written and has room (--results, --cache).", USAGE)
    where = "" if debugging else f" This is a fault of the program. For the traceback, add --verbose or set {DEBUG}=1."
    return _said(f"Internal error: {type(error).__name__}: {error}.{where}", INTERNAL)


def _about(error: OSError) -> str:
    place = f"{error.filename!r}: " if error.filename else ""
    return f"{place}{error.strerror}."


def _said(message: str, code: int) -> int:
    print(printable(message), file=sys.stderr)
    return code
