"""The settings that a search tries: the default first, then quasi-random points of the declared space, the same for every cell."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.config.suite import Arm
from benchmark.contract.method import Method
from benchmark.plugins.registry import build, methods
from benchmark.records.spec import canonical
from benchmark.streams import derive

MOST_POINTS = 2**12  # of the sequence, before a search gives up finding a setting that it has not drawn yet


@dataclass(frozen=True)
class Axis:
    """One hyper-parameter that a search varies: its choices, or its range, on a log scale where that is declared."""

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    def at(self, place: float) -> Any:
        """The value at a place in [0, 1)."""
        if self.choices:
            return self.choices[int(place * len(self.choices))]
        if self.log:
            value = math.exp(math.log(self.low) + place * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + place * (self.high - self.low)
        return round(value) if self.whole else float(f"{value:.6g}")

    def summary(self) -> Any:
        """As a manifest keeps it."""
        return list(self.choices) if self.choices else {"low": self.low, "high": self.high, "log": self.log}


def space(method: type[Method], held: Mapping[str, Any]) -> list[Axis]:
    """The declared space of a method, without what suite, profile or --set hold fixed."""
    found = []
    for field in dataclasses.fields(method):  # type: ignore[arg-type]
        declared = field.metadata
        if "choices" not in declared or field.name in held:
            continue
        if declared["choices"]:
            found.append(Axis(field.name, tuple(declared["choices"])))
        elif declared["low"] is not None and declared["high"] is not None:
            whole = isinstance(field.default, int) and not isinstance(field.default, bool)
            found.append(Axis(field.name, (), declared["low"], declared["high"], bool(declared["log"]), whole))
    return found


def axes_of(arm: Arm) -> list[Axis]:
    """The space of an arm: empty where its method declares none, or where everything is held."""
    return space(methods.get(arm.method), arm.params)


def draws(arm: Arm, trials: int) -> list[dict[str, Any]]:
    """At most `trials` different settings: the default, then a scrambled Sobol sequence over the space, seeded by the method's name.

    A longer search begins with the draws of a shorter one. Fewer come back only where the space holds no more.
    """
    axes = axes_of(arm)
    if not axes:
        return []
    seen: dict[str, dict[str, Any]] = {_identity(arm, {}): {}}
    drawn: set[tuple[Any, ...]] = set()
    most = math.prod(len(axis.choices) or MOST_POINTS for axis in axes)
    for point in _points(len(axes), derive(0, "search", arm.method)):
        if len(seen) >= trials or len(drawn) >= most:
            break
        values = tuple(axis.at(place) for axis, place in zip(axes, point, strict=True))
        if values not in drawn:
            drawn.add(values)
            setting = dict(zip((axis.name for axis in axes), values, strict=True))
            seen.setdefault(_identity(arm, setting), setting)
    return list(seen.values())[:trials]


def _identity(arm: Arm, setting: Mapping[str, Any]) -> str:
    return canonical(build(arm.method, {**arm.params, **setting}).params())


def _points(dimensions: int, seed: int) -> Iterator[Sequence[float]]:
    from scipy.stats import qmc

    sequence = qmc.Sobol(dimensions, scramble=True, rng=seed)
    drawn = 0
    while drawn < MOST_POINTS:
        block = sequence.random(max(8, drawn))  # 8, 8, 16, 32, ...: the sequence stays balanced, and is the same however far it is read
        drawn += len(block)
        yield from block.tolist()
