"""The identity of a phase's result (docs/protocol.md, rule 4): never the method's name, so that methods share phases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from benchmark.data.noise import KINDS
from benchmark.learning.contract import Phase
from benchmark.learning.objective import describe
from benchmark.records.spec import RunSpec, content_key
from benchmark.registry import code_hash


def phase_keys(spec: RunSpec, phases: Sequence[Phase], salt: str) -> list[str]:
    """One key per phase: the phase, its parameters and code, the previous state, what it reads, its streams and the compute."""
    start = {"numerics": spec.numerics, "encoder": spec.encoder, "compute": spec.compute, "pair": spec.task.pair}
    key = content_key(_plain(start))
    keys = []
    for phase in phases:
        identity = {
            "previous": key,
            "phase": {"name": phase.name, **_plain(describe(phase))},
            "code": sorted({code_hash(cls) for cls in classes(phase)}),
            "reads": _plain(reads(spec, phase)),
            "budget": _plain(spec.budget),
            "streams": [spec.seed, salt] if phase.uses else None,
        }
        key = content_key(identity)
        keys.append(key)
    return keys


def reads(spec: RunSpec, phase: Phase) -> dict[str, Any]:
    """What of the cell a phase's result depends on. A phase that reads no labels is not touched by label noise."""
    split = spec.split.model_dump(exclude={"unlabelled", "test_cap", "dev"})
    seen: dict[str, Any] = {"data": spec.task.data, "split": split}
    if "unlabelled" in phase.reads:
        seen["unlabelled"] = spec.split.unlabelled
    if "labels" in phase.reads:
        seen["sampler"], seen["classes"] = spec.sampler, spec.task.n_classes
    if "dev" in phase.reads and spec.budget is not None and spec.budget.selection == "best-dev":
        seen["dev"] = spec.split.dev
    if spec.noise is not None and spec.noise.where != "test" and KINDS[spec.noise.kind].touches in phase.reads:
        seen["noise"] = spec.noise
    return seen


def classes(value: Any) -> Iterator[type]:
    """The classes of a phase and of every dataclass inside it: their modules are its code."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield type(value)
        for field in dataclasses.fields(value):
            yield from classes(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from classes(item)
    elif isinstance(value, Phase):
        yield type(value)


def _plain(value: Any) -> Any:
    """Pydantic models and sets inside a structure as JSON."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
