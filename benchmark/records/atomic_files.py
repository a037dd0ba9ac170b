"""Files that are there whole or not at all: written beside, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.errors import UserError
from benchmark.records.process_identity import current_process, is_dead, parse_marker
from benchmark.records.spec import canonical

LARGEST = 1 << 28  # bytes of one file; the manifest of a hundred thousand runs has a third of it
HEX = re.compile(r"[0-9a-f]{1,64}")


def write_atomic(path: Path, content: bytes) -> None:
    """Write `content` so that a reader, or a crash at any moment, sees the old file or the new one, never a part.

    Raises:
        UserError: the folder cannot be written or is full. What stood there stays.
    """
    beside = path.with_name(beside_name(path.name))
    try:
        _make(path.parent)
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            _replace(beside, path, content)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _flush(path.parent)
    except OSError as error:
        raise UserError(
            f"{path.parent} cannot be written: {error.strerror or error}.",
            "A results folder must be writable and have room.",
            "Free some space or give another folder with --results; what was stored before is untouched.",
        ) from error


def _replace(beside: Path, path: Path, content: bytes) -> None:
    try:
        os.replace(beside, path)
    except FileNotFoundError:
        if not path.is_file() or path.read_bytes() != content:  # else the rename was done, and only its reply was lost
            raise


def beside_name(name: str) -> str:
    """The name of a file that is being written and will be renamed to `name`: hidden, and marked with the process that writes it."""
    return f".{name[:80]}.{current_process().mark}.{secrets.token_hex(4)}.tmp"


def remove_half_written(folder: Path, depth: int = 1) -> None:
    """Remove what processes of this host that are gone left half-written in a folder and, down to `depth`, below it."""
    for path in below(folder, depth):
        owner = parse_marker(path.name) if path.name.startswith(".") and path.suffix == ".tmp" else None
        if owner is not None and is_dead(owner):
            with contextlib.suppress(OSError):  # swept by another process, or a folder that is read-only now
                path.unlink()


def below(folder: Path, depth: int | None = None) -> Iterator[Path]:
    """Every file in a folder and, down to `depth`, below it. What another process takes away meanwhile is passed over (pathlib's glob
    raises there)."""
    for place, folders, names in os.walk(folder):
        if depth is not None and len(Path(place).relative_to(folder).parts) >= depth:
            folders.clear()
        yield from (Path(place, name) for name in names)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _flush(folder.parent)


def _flush(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def dump_checksummed(content: dict[str, Any]) -> bytes:
    """JSON with a checksum of its own, so that a later edit shows."""
    return canonical({**content, "checksum": _checksum(content)}).encode()


def read_regular(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a regular file. A FIFO or a device is not opened: reading it could wait for ever, or never end.

    Raises:
        ValueError: no regular file, or larger than `largest` bytes.
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("not a regular file")
        if found.st_size > largest:
            raise ValueError(f"larger than {largest >> 20} MiB")
        return file.read()


def load_checksummed(path: Path) -> dict[str, Any]:
    """The content of a checksummed file. ValueError with one plain reason where it is truncated, edited or no such file."""
    try:
        raw = read_regular(path)
    except OSError as error:
        raise ValueError(f"unreadable ({error.strerror})") from error
    try:
        content = json.loads(raw, parse_int=_whole, parse_float=_real, parse_constant=_real)
    except _OutOfRange as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError as error:
        raise ValueError("truncated or not JSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("checksum"), str):
        raise ValueError("no checksum")
    checksum = content.pop("checksum")
    try:
        if not _untouched(raw, checksum) and checksum != _checksum(content):
            raise ValueError("edited: its checksum does not fit")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return content


class _OutOfRange(ValueError):
    """A number that no column of a frame holds."""


def _whole(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= (value := int(text)) < 2**63:
        raise _OutOfRange(f"a whole number out of range ({text[:20]}...)")
    return value


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _OutOfRange(f"a number out of range ({text[:20]})")
    return value


def _untouched(raw: bytes, checksum: str) -> bool:
    """Whether these bytes are what `dump_checksummed` wrote: then nothing need be written out again to compare. False says nothing."""
    return hashlib.sha256(raw.replace(f'"checksum":"{checksum}",'.encode(), b"", 1)).hexdigest() == checksum


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def check_hex(kind: str, given: str, length: int | None = None) -> str:
    """A hexadecimal id, before it becomes part of a path. UserError for anything else."""
    if not HEX.fullmatch(given) or (length is not None and len(given) != length):
        wanted = f"{length} hexadecimal digits" if length else "1 to 64 hexadecimal digits"
        raise UserError(f"The {kind} {given!r} was given.", f"Allowed: {wanted} (0-9, a-f).", "See the column key of `export`.")
    return given


def size_and_use(file: Path) -> tuple[int, int]:
    """Bytes and time of the last use; zeros for a file that another process removed meanwhile, and for what is no file."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else (0, 0)
