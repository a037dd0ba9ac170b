"""A results folder restored from an archive: for good, or for as long as a process reads it."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from benchmark.errors import UserError
from benchmark.records.archive.archive import INDEX, DamagedFile, is_archive, read_archive
from benchmark.records.atomic_files import beside_name
from benchmark.records.process_identity import current_process, is_dead, parse_marker

UNPACKED = "benchmark-archive-"  # how the name of a temporary folder begins; the mark of its process follows


def restore(archive: Path, results: Path) -> tuple[int, tuple[DamagedFile, ...]]:
    """Write every file of an archive into a results folder, byte for byte as it was. A file that is there with the same bytes stays.

    Returns:
        How many files were written, and the batches that could not be used.

    Raises:
        UserError: no archive, or a file that is there with other bytes.
    """
    if not is_archive(archive):
        raise UserError(f"{str(archive)!r} is no archive.", f"A folder with {INDEX}, as `archive` writes it.", "Correct the path.")
    files, damaged = read_archive(archive)
    new = {name: content for name, content in files.items() if not _there(results / name, content)}
    for name, content in new.items():
        path = results / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(beside_name(path.name))
        beside.write_bytes(content)
        beside.replace(path)
    return len(new), damaged


def _there(path: Path, content: bytes) -> bool:
    """Whether the file is there. UserError where it is another one."""
    if not path.is_file():
        return False
    if path.read_bytes() != content:
        raise UserError(
            f"{path} is there and is not the file of the archive.", "A folder without it, or with the same one.", "Give an empty folder."
        )
    return True


def readable(folder: Path) -> tuple[Path, tuple[DamagedFile, ...]]:
    """A results folder to read from, and what of it cannot be used: the folder itself, or an archive's content in a temporary folder that
    is removed when the process ends."""
    if not is_archive(folder):
        return folder, ()
    state = hashlib.sha256((folder / INDEX).read_bytes()).hexdigest()
    return _unpacked(folder.resolve(), state)


@lru_cache(maxsize=4)
def _unpacked(archive: Path, state: str) -> tuple[Path, tuple[DamagedFile, ...]]:
    """`state`, the checksum of the index, is there for the cache: an archive that grew is unpacked again."""
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{UNPACKED}{current_process().mark}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _, damaged = restore(archive, folder)
    return folder, damaged


def _remove_abandoned() -> None:
    """Remove what processes of this machine unpacked that were killed before they could remove it."""
    for folder in Path(tempfile.gettempdir()).glob(f"{UNPACKED}*"):
        owner = parse_marker(folder.name)
        if owner is not None and is_dead(owner):
            shutil.rmtree(folder, ignore_errors=True)
