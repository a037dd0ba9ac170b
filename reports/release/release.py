"""A results release: its files, made from a results folder or an archive, and written into a folder that holds nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmark.errors import UserError
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.frame import read_folder
from benchmark.records.store import RecordStore
from reports.output_files import write
from reports.release.croissant import croissant
from reports.release.dataset_card import dataset_card
from reports.release.origins import Origins
from reports.release.release_facts import NAME, ReleaseFacts
from reports.release.release_tables import ReleaseSource, release_tables

CARD, METADATA, LICENCE, CHECKSUMS, REGISTRATION = "README.md", "croissant.json", "LICENSE", "SHA256SUMS", "registration.json"
LICENCE_FILE = Path(__file__).parents[1] / "templates" / "release" / "LICENSE"


@dataclass(frozen=True)
class Release:
    """A release, ready to be written.

    Args:
        facts: what it says of itself.
        files: path -> bytes, the checksums included.
    """

    facts: ReleaseFacts
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class ReleaseOptions:
    """What a release is made with.

    Args:
        when: its time; of two releases of the same results made with the same time, all bytes are equal.
        labels: whether gold labels are in it.
        url: where it can be found; "" where that is not known.
    """

    when: datetime
    labels: bool = True
    url: str = ""


def make_release(results: Path, options: ReleaseOptions) -> Release:
    """The release of a results folder or an archive, with the registration that stands beside an archive.

    Raises:
        UserError: no results, or files among them that cannot be read or believed: nothing is published in part.
    """
    store = RecordStore(results)
    scores = StoredScores(store)
    found = read_folder(results, examine=scores)
    problems = (*found.problems, *scores.problems)
    if problems:
        listed = "; ".join(f"{file}: {reason}" for file, reason in problems[:5])
        raise UserError(
            f"{len(problems)} files of {str(results)!r} cannot be read or believed ({listed}).",
            "A release holds all of its results.",
            "Run the suite again: it writes them again. Or restore them from version control.",
        )
    if not found.runs:
        raise UserError(f"No run in {str(results)!r} has finished.", "A release holds finished runs.", "Run the suite first.")
    source = ReleaseSource(found, store, Origins.read(store), options.labels)
    facts = ReleaseFacts.of(source, options.when, options.url)
    tables = release_tables(source)
    registration = results / REGISTRATION
    others = {
        CARD: dataset_card(facts, tables).encode(),
        LICENCE: LICENCE_FILE.read_bytes(),
        **({REGISTRATION: registration.read_bytes()} if registration.is_file() else {}),
    }
    data = {path: content for table in tables for path, content in table.files.items()}
    files = {**data, **others, METADATA: croissant(facts, tables, others).encode()}
    return Release(facts, {**files, CHECKSUMS: checksums(files)})


def checksums(files: Mapping[str, bytes]) -> bytes:
    """SHA-256 and path of every file, one per line, as `sha256sum -c` reads them."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())).encode()


def write_release(release: Release, folder: Path) -> None:
    """Write a release into a folder that is new, empty, or holds an earlier release and nothing else; what only the earlier one had is
    removed. The checksums are written last.

    Raises:
        UserError: a folder with anything else in it, or one that cannot be written.
    """
    earlier = _earlier(folder)
    for name in sorted(earlier - set(release.files)):
        (folder / name).unlink()
    for name, content in release.files.items():
        write(folder / name, content)
    for place in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(place.iterdir()):
            place.rmdir()


def _earlier(folder: Path) -> set[str]:
    """The files of the release in a folder, by path."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise UserError(
            f"{str(folder)!r} is a file.", "A new or empty folder, or one with an earlier release.", "Give another with --to DIR."
        )
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    foreign = sorted(there - listed_files(folder)) if there else []
    if foreign:
        raise UserError(
            f"{str(folder)!r} holds files that are not of an earlier release: {', '.join(foreign[:5])}.",
            "A new or empty folder, or one that `publish` wrote and nobody added to.",
            "Give another with --to DIR.",
        )
    return there


def listed_files(folder: Path) -> set[str]:
    """The files that the checksums of a release name; empty where the folder holds no release of ours."""
    try:
        metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    ours = isinstance(metadata, dict) and metadata.get("name") == NAME
    return {CHECKSUMS, *(line.partition("  ")[2] for line in lines)} if ours else set()
