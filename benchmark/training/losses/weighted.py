"""A weighted sum of objectives over one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from torch import nn

from benchmark.contract.objective import ModuleFactory, Objective, Term
from benchmark.contract.step import Step
from benchmark.contract.task_info import TaskInfo

T = TypeVar("T")


@dataclass(frozen=True, init=False)
class Weighted(Objective):
    """`Weighted((w1, objective1), (w2, objective2), ...)`: sum of w_i times objective i.

    All parts see the same step, so a representation that several of them ask for is passed once. A part of weight 0 is still
    evaluated and recorded: it keeps the code path of the arm it is compared with.

    Raises:
        ValueError: two parts name a term alike (while training) or declare a module alike.
    """

    parts: tuple[tuple[float, Objective], ...]

    def __init__(self, *parts: tuple[float, Objective]) -> None:
        object.__setattr__(self, "parts", tuple((float(weight), objective) for weight, objective in parts))
        for declared in ("whole_vocabulary", "hidden_layers", "second_network"):
            object.__setattr__(self, declared, any(getattr(objective, declared) for _, objective in parts))

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The modules of all parts."""
        return _merge("module", [objective.modules(hidden, backbone, task) for _, objective in self.parts])

    def terms(self, step: Step) -> dict[str, Term]:
        """The terms of all parts, their weights multiplied."""
        scaled = [
            {name: replace(term, weight=weight * term.weight) for name, term in objective.terms(step).items()}
            for weight, objective in self.parts
        ]
        return _merge("term", scaled)

    def diagnose(self, step: Step) -> dict[str, float]:
        """The measurements of all parts."""
        return _merge("measurement", [objective.diagnose(step) for _, objective in self.parts])

    def alarms(self, measured: Mapping[str, list[float]]) -> list[str]:
        """The alarms of all parts."""
        return [alarm for _, objective in self.parts for alarm in objective.alarms(measured)]

    def cost(self) -> tuple[float, float]:
        """One shared pass, and what each part needs beyond it."""
        costs = [objective.cost() for _, objective in self.parts]
        return 1.0 + sum(forward - 1.0 for forward, _ in costs), 1.0 + sum(backward - 1.0 for _, backward in costs)


def _merge(what: str, named: Sequence[Mapping[str, T]]) -> dict[str, T]:
    merged: dict[str, T] = {}
    for part in named:
        clash = merged.keys() & part.keys()
        if clash:
            raise ValueError(f"two parts of a weighted objective share the {what} name {sorted(clash)[0]!r}")
        merged.update(part)
    return merged
