"""Comparability: whether two runs of different methods may be paired, from their specs and from what they left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from benchmark.records.record import RunRecord
from benchmark.records.registration.deviations import differences
from benchmark.records.spec import RunSpec

SHOWN = 12  # digits of a hash in a message
DRAWN = ("split", "testset", "n_train", "n_dev", "n_test", "labels_used", "pool_size", "primary")  # what data, split and seeds determine


class EnvironmentClass(StrEnum):
    """How the environment of a run relates to that of the run that it is paired with."""

    SAME = "same environment"
    ACROSS = "across environments"
    UNKNOWN = "unknown environment"


def obstacles(mine: RunSpec, theirs: RunSpec) -> list[str]:
    """In what two runs differ beyond their methods, one message each; none: they may be paired.

    Encoder, budget and compute count where both have an encoder; seeds where both draw random numbers.
    """
    return list(_obstacles(mine, theirs))


def _obstacles(mine: RunSpec, theirs: RunSpec) -> Iterator[str]:
    if (mine.version, mine.numerics) != (theirs.version, theirs.numerics):
        engines = [f"numerics {spec.numerics}, spec version {spec.version}" for spec in (mine, theirs)]
        yield _said("engine", *engines)
    if mine.task.data != theirs.task.data:
        yield _said(f"data of {mine.task.name}", mine.task.data[:SHOWN], theirs.task.data[:SHOWN])
    for name in ("split", "noise", "sampler"):
        yield from _unequal(name, getattr(mine, name), getattr(theirs, name))
    if mine.encoder is not None and theirs.encoder is not None:
        identity = {"files", "weights", "reinit", "pooling", "max_length"}
        yield from _unequal("encoder", *(spec.model_dump(include=identity) for spec in (mine.encoder, theirs.encoder)))
        yield from _unequal("budget", mine.budget, theirs.budget)
        yield from _unequal("compute", mine.compute, theirs.compute)
    if None not in (mine.seed, theirs.seed) and (mine.seed, mine.init_seed) != (theirs.seed, theirs.init_seed):
        yield _said("seed", f"{mine.seed}/{mine.init_seed}", f"{theirs.seed}/{theirs.init_seed}")


def _unequal(name: str, mine: Any, theirs: Any) -> Iterator[str]:
    plain = [item.model_dump(mode="json") if hasattr(item, "model_dump") else item for item in (mine, theirs)]
    for path, here, there in differences(*plain):
        yield _said(f"{name}.{path}" if path else name, _short(here), _short(there))


def _short(value: Any) -> str:
    text = str(value)
    return text[:SHOWN] if len(text) == 64 else text


def _said(what: str, mine: str, theirs: str) -> str:
    return f"{what} is {mine} here and {theirs} in the reference"


def drawn_differently(mine: RunRecord, theirs: RunRecord) -> list[str]:
    """In what the drawn data of two finished runs differ, though their specs agree: stored split, test set, sizes, metric."""
    pairs = {name: (getattr(mine, name), getattr(theirs, name)) for name in DRAWN}
    return [_said(name, _short(here), _short(there)) for name, (here, there) in pairs.items() if here != there]


def environment_class(mine: str, theirs: str) -> EnvironmentClass:
    """The class of two env_ids: in one environment runs agree to the last bit, in another one only about."""
    if not (mine and theirs):
        return EnvironmentClass.UNKNOWN
    return EnvironmentClass.SAME if mine == theirs else EnvironmentClass.ACROSS


def environment_differences(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """In what two stored environments differ: `processor: A here, B in the reference`."""
    return [_said(path, str(here), str(there)) for path, here, there in differences(dict(mine), dict(theirs))]
