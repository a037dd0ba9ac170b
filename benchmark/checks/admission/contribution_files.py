"""The files of a contribution: which there may be, how large, and that nothing admitted before was changed."""

from __future__ import annotations

import datetime
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from benchmark.config.contributions.contribution_state import STATES
from benchmark.config.contributions.submission import FILE as SUBMISSION
from benchmark.config.contributions.submission import LARGEST as LARGEST_SUBMISSION
from benchmark.names import is_name
from benchmark.records.archive.archive import INDEX
from benchmark.records.error_text import printable

REGISTRATION = "registration.json"
NEEDED = (SUBMISSION, REGISTRATION, INDEX)
BATCH, PLUGIN = re.compile(r"batch-[0-9]{4,}\.parquet"), re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\.py")
BESIDE = ("README.md",)  # what may stand beside the folders of methods
MB = 1_000_000
LARGEST = {SUBMISSION: LARGEST_SUBMISSION, REGISTRATION: 2 * MB, INDEX: MB}
LARGEST_BATCH, LARGEST_PLUGIN, LARGEST_UNPACKED = 20 * MB, MB // 5, 1000 * MB


def file_problems(folder: Path) -> Iterator[str]:
    """What is wrong with the place, names, types and sizes of a contribution's files. No file is opened but the footers of batches."""
    yield from _place_problems(folder)
    if folder.is_symlink() or not folder.is_dir():
        yield f"{_shown(folder.name)} is no folder"
        return
    found: dict[str, os.stat_result] = {}
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                yield f"{_shown(entry.name)} is no regular file: links, folders and devices are not taken"
                continue
            found[entry.name] = status
    for name, status in found.items():
        largest = _largest(name)
        if largest is None:
            yield f"{_shown(name)} does not belong here: {SUBMISSION}, {REGISTRATION}, {INDEX}, its batches and one plug-in file do"
        elif status.st_size > largest:
            yield f"{name} has {status.st_size:,} bytes; at most {largest:,} are taken"
        elif BATCH.fullmatch(name):
            yield from _unpacked(folder / name)
    yield from (f"{name} is missing" for name in NEEDED if name not in found)
    plugins = [name for name in found if name.endswith(".py")]
    if len(plugins) != 1:
        yield f"it has {len(plugins)} Python files: it needs one, which registers the method"


def _place_problems(folder: Path) -> Iterator[str]:
    method, date = folder.parent.name, folder.name
    if not is_name(method) or method == STATES:
        yield f"the folder {_shown(method)} is no name of a method"
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        yield f"the folder {_shown(date)} is no date (YYYY-MM-DD)"
    if folder.parent.is_symlink():
        yield f"{_shown(method)} is a link"


def _largest(name: str) -> int | None:
    """The most bytes that a file of this name may have; None for one that does not belong into a contribution."""
    if BATCH.fullmatch(name):
        return LARGEST_BATCH
    return LARGEST_PLUGIN if PLUGIN.fullmatch(name) else LARGEST.get(name)


def _unpacked(path: Path) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        yield f"{path.name} is truncated or no parquet file"
        return
    size = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
    if size > LARGEST_UNPACKED:
        yield f"{path.name} would unpack to {size:,} bytes; at most {LARGEST_UNPACKED:,} are taken"


def _shown(name: str) -> str:
    return repr(printable(name[:80]))


def contributions(root: Path) -> list[Path]:
    """The contributions below a folder: every folder in the folder of a method, in the order of names."""
    if not root.is_dir():
        return []
    methods = (place for place in sorted(root.iterdir()) if place.name != STATES and place.is_dir() and not place.is_symlink())
    return [place for method in methods for place in sorted(method.iterdir())]


def stray(root: Path) -> Iterator[str]:
    """What stands beside contributions and is none: links, which no reader may follow, and files in the folder of a method."""
    for place in (root, *sorted(root.iterdir())):
        if place.is_symlink():
            yield f"{_shown(place.name)} is a link"
        elif place.parent == root and place.is_file() and place.name not in BESIDE:
            yield f"{_shown(place.name)} does not belong here"


def changes(proposed: Path, admitted: Path) -> Iterator[str]:
    """Each file that was admitted before and is now missing or another one, and each change of the maintainers' files.

    Args:
        proposed, admitted: two folders of contributions, with and without what is new.
    """
    before, now = (_regular(root) for root in (admitted, proposed))
    for name in sorted(before):
        if name not in now:
            yield f"{_shown(name)} was admitted before and is missing"
        elif (proposed / name).read_bytes() != (admitted / name).read_bytes():
            yield f"{_shown(name)} was admitted before and is another file now"
    for name in sorted(now - before):
        parts = Path(name).parts
        if parts[0] == STATES:
            yield f"{_shown(name)} is new: only maintainers write states"
        elif len(parts) > 1 and (admitted / parts[0] / parts[1]).exists():
            yield f"{_shown(name)} was added to a contribution that was admitted before"


def _regular(root: Path) -> set[str]:
    """The files below a folder, and links, which no reader may follow, by their paths within it."""
    found = set()
    for place, folders, names in os.walk(root):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found |= {(Path(place) / name).relative_to(root).as_posix() for name in (*names, *links)}
    return found
