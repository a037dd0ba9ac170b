"""The files of a results folder, each held against its checksum, its name and the records that refer to it. Nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from benchmark.errors import UserError
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore, Shared, UnreadableFile


def damaged_files(store: RecordStore, records: Sequence[RunRecord]) -> Iterator[UnreadableFile]:
    """Manifests, shared files and side files that are truncated, edited, missing or under another's name; files beside the records are
    named by the records.

    Args:
        records: those that can be read.
    """
    yield from (item for item in store.manifests() if isinstance(item, UnreadableFile))
    for kind in get_args(Shared):
        for name in sorted(_named(records, kind) | {path.stem for path in (store.root / kind).glob("*.json")}):
            try:
                reason = store.damage(kind, name)
            except UserError:
                reason = "its name is no SHA-256"
            if reason:
                yield UnreadableFile(f"{kind}/{name}.json", reason)
    for record in records:
        for side in (record.probabilities, record.representations):
            try:
                if side is not None:
                    store.read_side(side)
            except UserError as error:
                yield UnreadableFile(side.file if side is not None else "", error.given)


def disbelieved(store: RecordStore, records: Sequence[RunRecord]) -> Iterator[UnreadableFile]:
    """The records whose scores are not those of their own predictions on their test set."""
    scores = StoredScores(store)
    for record in records:
        if reason := scores(record):
            yield UnreadableFile(f"records/{record.key[:2]}/{record.key}.json", reason)


def _named(records: Sequence[RunRecord], kind: Shared) -> set[str]:
    found = {"testsets": "testset", "splits": "split", "environments": "env_id"}[kind]
    return {name for record in records if (name := getattr(record, found))}
