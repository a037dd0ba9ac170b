"""The archive of a results folder: batches, and an index with the checksum of each.

archive.json   batch-0001.parquet   batch-0002.parquet   ...

A batch is never changed. A later one holds what is new, and what replaces an older version (a failed run that was run again).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from benchmark.errors import UserError
from benchmark.records.archive.batch import is_misnamed, pack_batch, unpack_batch
from benchmark.records.atomic_files import dump_checksummed, load_checksummed, write_atomic
from benchmark.records.spec import Frozen

INDEX = "archive.json"
FOLDERS = ("records/*", "manifests", "splits", "testsets", "environments")
CELL_FILES = "plugins/*/cell_*.py"  # methods that cells of a notebook defined
SIDE_FOLDERS = ("probabilities", "representations")


class BatchEntry(Frozen):
    """A batch in the index: its file, its SHA-256, and how many files it holds."""

    file: str = Field(pattern=r"^batch-[0-9]{4,}\.parquet$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    files: int = Field(gt=0)


class ArchiveIndex(Frozen):
    """The batches of an archive, oldest first."""

    version: Literal[1] = 1
    batches: tuple[BatchEntry, ...] = ()


class DamagedFile(NamedTuple):
    """A file that cannot be used: its name, and why."""

    file: str
    reason: str


class Added(NamedTuple):
    """What one call added: the batch (None: nothing was new), how many files and bytes it has, and what was left out."""

    batch: str | None
    files: int
    size: int
    left_out: tuple[DamagedFile, ...]


def is_archive(folder: Path) -> bool:
    """Whether a folder is an archive rather than a results folder."""
    return (folder / INDEX).is_file()


def add_to_archive(results: Path, archive: Path, *, side_files: bool = False) -> Added:
    """Write what is new in a results folder into a further batch of an archive, which is made where there is none.

    Args:
        side_files: class probabilities and representations too, where they were kept; they are large.

    Raises:
        UserError: the archive is damaged, or cannot be written; nothing is there to archive, or only an archive.
    """
    _check_places(results, archive)
    index = read_index(archive) if is_archive(archive) else ArchiveIndex()
    archived, damaged = read_archive(archive) if index.batches else ({}, ())
    if damaged:
        raise UserError(
            f"The archive is damaged: {'; '.join(f'{name} ({reason})' for name, reason in damaged)}.",
            "Nothing is added to an archive that is not intact.",
            "Restore its files from version control.",
        )
    files, left_out = intact_files(results, side_files)
    if not (files or left_out):
        raise UserError(
            f"{str(results)!r} holds nothing to archive.",
            f"A results folder, with {', '.join(folder.partition('/')[0] for folder in FOLDERS)}.",
            "Give --results DIR, the folder itself and not one above it.",
        )
    new = {path: content for path, content in files.items() if archived.get(path) != content}
    if not new:
        return Added(None, 0, 0, left_out)
    content, name = pack_batch(new), f"batch-{len(index.batches) + 1:04d}.parquet"
    write_atomic(archive / name, content)
    entry = BatchEntry(file=name, sha256=hashlib.sha256(content).hexdigest(), files=len(new))
    index = ArchiveIndex(batches=(*index.batches, entry))
    write_atomic(archive / INDEX, dump_checksummed(index.model_dump(mode="json")) + b"\n")
    return Added(name, len(new), len(content), left_out)


def _check_places(results: Path, archive: Path) -> None:
    if results.resolve() == archive.resolve():
        raise UserError(f"--out and --results are both {str(results)!r}.", "An archive has a folder of its own.", "Give another --out.")
    if is_archive(results):
        raise UserError(
            f"{str(results)!r} is an archive itself.",
            "What is archived is a results folder, as `run` writes it.",
            "Copy the archive, or `restore` it and archive what it holds.",
        )


def intact_files(results: Path, side_files: bool) -> tuple[dict[str, bytes], tuple[DamagedFile, ...]]:
    """The files of a results folder that belong into an archive, by path, and those that are truncated or edited, or whose names no
    reader of an archive would take (a copy that a synchronising program left beside the original)."""
    files: dict[str, bytes] = {}
    damaged = []
    for path in _listed(results, side_files):
        name = path.relative_to(results).as_posix()
        try:
            content = path.read_bytes()
            if is_misnamed(name, content):
                raise ValueError("no name of a file of a results folder")
            if path.suffix == ".json":
                load_checksummed(path)
            files[name] = content
        except (ValueError, OSError) as error:
            damaged.append(DamagedFile(name, str(error)))
    return files, tuple(damaged)


def _listed(results: Path, side_files: bool) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(results.glob(f"{folder}/*.json"))
    yield from sorted(results.glob(CELL_FILES))
    for folder in SIDE_FOLDERS if side_files else ():
        yield from sorted(results.glob(f"{folder}/*.npy"))


def read_index(archive: Path) -> ArchiveIndex:
    """The index of an archive. UserError where it is truncated, edited or of a newer format."""
    try:
        return ArchiveIndex.model_validate(load_checksummed(archive / INDEX))
    except (ValueError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{INDEX} of the archive {str(archive)!r} cannot be used: {reason}.",
            "A folder that `archive` wrote.",
            "Restore the file from version control, or install a newer release.",
        ) from error


def read_archive(archive: Path) -> tuple[dict[str, bytes], tuple[DamagedFile, ...]]:
    """Path -> bytes of every file in its newest version, and the batches that are missing, truncated or edited.

    Raises:
        UserError: an index that cannot be used.
    """
    files: dict[str, bytes] = {}
    damaged = []
    for entry in read_index(archive).batches:
        try:
            files |= _read_batch(archive, entry)
        except (ValueError, OSError) as error:
            damaged.append(DamagedFile(entry.file, error.strerror or "unreadable" if isinstance(error, OSError) else str(error)))
    return files, tuple(damaged)


def _read_batch(archive: Path, entry: BatchEntry) -> dict[str, bytes]:
    content = (archive / entry.file).read_bytes()
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ValueError("truncated or edited: its checksum is not that of the index")
    files = unpack_batch(content)
    if len(files) != entry.files:
        raise ValueError(f"it holds {len(files)} files instead of {entry.files}")
    return files
