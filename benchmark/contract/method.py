"""The contract of a method (docs/extending.md): `Method` -> `Phase`s -> a predictor. Nothing here knows a particular method.

A method is a frozen dataclass of hyper-parameters whose `phases(task)` returns its phases. A phase may change the training data
(`data`), the structure (`build`) and the tensors (`fit`), in this order, and nothing but the state carries over to the next one.
Importing this module does not import torch: the planner asks methods for their phases without it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import field
from typing import Any, ClassVar, Literal

from benchmark.contract.phase import Phase
from benchmark.contract.task_info import TaskInfo

Family = Literal["baseline", "null", "matched", "paper", "control", "rival"]


class Method(ABC):
    """A way of training a classifier. Subclasses are frozen dataclasses of hyper-parameters; fields come from `searchable` or
    plain defaults, each with the paper's value.

    Attributes:
        needs_encoder: whether its phases use the encoder.
        backbone: `masked-lm` where it needs the encoder's language-model head.
        family: what the arm is for, which `list methods` groups by and `--methods` accepts: `baseline` (what any method must beat), `null`
            (the noise floor), `matched` (equal compute), `paper` (a claim under test), `control` (a method without its mechanism),
            `rival` (another way to the same end). A literal: it is read without importing the file.
        controls: the registered names of the methods that it is a control of (`--methods controls-of:scl`). Literals.
        streams: the axes of random numbers that its phases draw from.
        salt: an arm that declares one breaks the pairing of init, order and dropout (`ce-null`).
        expected_alarms: alarms of its phases that follow from what the method is (a control with a detached term: `inert term: supcon`).
            A record notes them as expected, and the conformance suite fails where one of them does not occur.
    """

    needs_encoder: ClassVar[bool] = True
    backbone: ClassVar[Literal["encoder", "masked-lm"]] = "encoder"
    family: ClassVar[Family] = "paper"
    controls: ClassVar[tuple[str, ...]] = ()
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout"})
    salt: ClassVar[str] = ""
    expected_alarms: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """The phases in order. The last one leaves a predictor in the state."""

    def matched_to(self) -> str | None:
        """The method whose declared cost this one is to be given as `TaskInfo.matched`, or None."""
        return None

    def params(self) -> dict[str, Any]:
        """All hyper-parameters with their values."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]


def searchable(
    default: Any, *, choices: Sequence[Any] | None = None, low: float | None = None, high: float | None = None, log: bool = False
) -> Any:
    """A hyper-parameter: the paper's default and its search space (choices, or a range, drawn on a log scale if `log`).

    `low` and `high` are also the bounds of a value that a user sets; `choices` are only what a search draws from.
    """
    return field(default=default, metadata={"choices": choices, "low": low, "high": high, "log": log})


def bounded(default: Any, *, low: float | None = None, high: float | None = None, among: Sequence[Any] | None = None) -> Any:
    """A parameter that no search varies, with the values it allows (a range, or a closed list)."""
    return field(default=default, metadata={"low": low, "high": high, "among": among})
