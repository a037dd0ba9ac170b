"""One arm, one cell, one seed, two records: settings or code changed between two plans. They are told apart, never averaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from benchmark.records.spec import RunSpec, canonical
from benchmark.records.store import RecordStore
from reports.results.scored_cell import ScoredCell

if TYPE_CHECKING:
    import pandas as pd

PLACE = ["variant", *ScoredCell.COLUMNS, "split_seed", "seed"]


def separate_duplicates(frame: pd.DataFrame, store: RecordStore) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with at most one per arm, cell and (split, seed), and a line for each arm that had to be split for it.

    A planned run that is not there goes where another plan's run of the same place is. Where several runs are there, the arm becomes
    `name~1`, `name~2`, one per setting.
    """
    frame = _without_superseded(frame)
    twice = frame.duplicated(PLACE, keep=False)
    if not twice.any():
        return frame, ()
    renamed, notes = frame["variant"].copy(), []
    for name in dict.fromkeys(frame.loc[twice, "variant"]):
        labels, note = _labels(name, frame[frame["variant"] == name], store)
        renamed.update(labels)
        notes.append(note)
    apart = frame.assign(variant=renamed)
    return apart[~apart.duplicated(PLACE)], tuple(notes)


def _without_superseded(frame: pd.DataFrame) -> pd.DataFrame:
    there = frame["status"] != "missing"
    ordered = frame.assign(_there=there).sort_values("_there", ascending=False, kind="stable")
    kept = ordered[ordered["_there"] | ~ordered.duplicated(PLACE)]
    return kept.drop(columns="_there").sort_index()


def _labels(name: str, rows: pd.DataFrame, store: RecordStore) -> tuple[pd.Series, str]:
    import pandas as pd

    settings: dict[str, dict[str, Any]] = {}
    found: dict[Any, str] = {}
    for index, key in rows["key"].items():
        record = store.get(key)
        if record is not None:
            told = _setting(record.spec)
            digest = hashlib.sha256(canonical(told).encode()).hexdigest()
            settings[digest], found[index] = told, digest
    order = {digest: i + 1 for i, digest in enumerate(sorted(set(found.values())))}
    labels = pd.Series({index: f"{name}~{order[found[index]]}" if index in found else f"{name}~1" for index in rows.index})
    differing = ", ".join(sorted(_differing(settings.values()))) or "nothing that the records tell"
    return labels, f"{name} stands several times in the same cell and seed; {', '.join(sorted(set(labels)))} differ in {differing}."


def _setting(spec: RunSpec) -> dict[str, Any]:
    """What defines an arm: the spec without cell and seeds."""
    return spec.model_dump(
        mode="json", include={"numerics", "method", "encoder", "budget", "compute", "split"}, exclude={"split": {"split_seed", "shots"}}
    )


def _differing(settings: Iterable[dict[str, Any]]) -> set[str]:
    flat = [dict(flat_items(one)) for one in settings]
    return {name for one in flat for name in one if len({str(other.get(name)) for other in flat}) > 1}


def flat_items(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested plain data, each under its dotted path."""
    if isinstance(content, dict) and content:
        for name, value in content.items():
            yield from flat_items(value, f"{prefix}.{name}" if prefix else name)
    else:
        yield prefix, content
