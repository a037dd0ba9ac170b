"""A record as a person reads it: indented, long packed values cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.records.record import RunRecord

LONGEST = 160  # characters of one value; packed predictions are longer and say nothing to a reader


def heading(record: RunRecord) -> str:
    """What the run was and how it ended, in one line."""
    spec = record.spec
    noise = f", {spec.noise.kind}:{spec.noise.level:g}" if spec.noise else ""
    seeds = f"split seed {spec.split.split_seed}, seed {'-' if spec.seed is None else spec.seed}"
    seeds += "" if spec.init_seed is None else f", initialised under seed {spec.init_seed}"
    ended = record.status if record.value is None else f"{record.primary} {record.value:.4f}"
    return f"{spec.method.name} on {spec.task.name}, shots {spec.split.shots}{noise}, {seeds}: {ended}"


def record_text(record: Mapping[str, Any]) -> str:
    """The record in indented lines, empty fields left out."""
    return "\n".join(_lines(record, ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    items = value.items() if isinstance(value, Mapping) else (("-", item) for item in value)
    for name, item in items:
        label = name if name == "-" else f"{name}:"
        if item is None or item in ("", [], {}):
            continue
        if isinstance(item, Mapping) or (isinstance(item, list) and any(isinstance(part, (Mapping, list)) for part in item)):
            yield f"{indent}{label}"
            yield from _lines(item, indent + "  ")
        else:
            yield f"{indent}{label} {_short(item)}"


def _short(value: Any) -> str:
    text = ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)
    return text if len(text) <= LONGEST or "\n" in text else f"{text[:LONGEST]}... ({len(text)} characters)"


def _scalar(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
