"""The identity of a phase's result (docs/protocol.md, rule 4): never the method's name, so that methods share phases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.contract.objective import describe
from benchmark.contract.phase import Phase
from benchmark.data.noise import KINDS
from benchmark.plugins.code_hash import ENGINE, code_hash
from benchmark.records.spec import RunSpec, content_key


def phase_keys(spec: RunSpec, phases: Sequence[Phase], salt: str) -> list[str]:
    """One key per phase: the phase, its parameters and code, the previous state's key, what it reads, its streams and the compute."""
    return PhaseChain.of(spec, phases, salt).keys(spec)


@dataclass(frozen=True)
class PhaseChain:
    """The phases of an arm in a cell as their keys see them, without seeds: what all of its runs have in common.

    Args:
        start: the key of the state before the first phase, its seed aside.
        links: per phase its identity; the previous key, the split seed and the streams are filled in per run.
        draws: per phase the random streams that it draws from.
    """

    start: str
    links: tuple[dict[str, Any], ...]
    draws: tuple[frozenset[str], ...]
    salt: str

    @classmethod
    def of(cls, spec: RunSpec, phases: Sequence[Phase], salt: str) -> PhaseChain:
        """The chain of a spec's phases."""
        start = {"numerics": spec.numerics, "encoder": spec.encoder, "compute": spec.compute, "pair": spec.task.pair}
        budget = _plain(spec.budget)
        links = tuple(
            {
                "phase": {"name": phase.name, **_plain(describe(phase))},
                "code": sorted({code_hash(cls) for cls in classes(phase) if cls.__module__.partition(".")[0] != ENGINE}),
                "inputs": _plain(inputs(spec, phase)),
                "budget": budget,
            }
            for phase in phases
        )
        return cls(content_key(_plain(start)), links, tuple(phase.random_streams for phase in phases), salt)

    def keys(self, spec: RunSpec) -> list[str]:
        """The keys of one run's phases; `spec` differs from the chain's own in its seeds alone."""
        key, keys = self.start, []
        if spec.encoder is not None and spec.encoder.reinit:  # the top layers are drawn from the seed before any phase
            key = content_key({"encoder": key, "split_seed": spec.split.split_seed, "seed": spec.init_root})
        for link, draws in zip(self.links, self.draws, strict=True):
            split = link["inputs"]["split"] | {"split_seed": spec.split.split_seed}
            seen = {"inputs": link["inputs"] | {"split": split}, "streams": self._streams(spec, draws)}
            key = content_key({**link, **seen, "previous": key})
            keys.append(key)
        return keys

    def _streams(self, spec: RunSpec, draws: frozenset[str]) -> list[Any] | None:
        """The roots of what a phase draws: a phase that initialises nothing does not depend on the seed of the initialisation."""
        return [spec.seed, spec.init_root if "init" in draws else None, self.salt] if draws else None


def inputs(spec: RunSpec, phase: Phase) -> dict[str, Any]:
    """What of the cell a phase's result depends on. A phase that reads no labels is not touched by label noise."""
    split = spec.split.model_dump(exclude={"unlabelled", "test_cap", "dev"})
    seen: dict[str, Any] = {"data": spec.task.data, "split": split}
    if "unlabelled" in phase.inputs:
        seen["unlabelled"] = spec.split.unlabelled
    if "labels" in phase.inputs:
        seen["sampler"], seen["classes"] = spec.sampler, spec.task.n_classes
    if "dev" in phase.inputs and spec.budget is not None and spec.budget.selection == "best-dev":
        seen["dev"] = spec.split.dev
    if spec.noise is not None and spec.noise.where != "test" and KINDS[spec.noise.kind].touches in phase.inputs:
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
