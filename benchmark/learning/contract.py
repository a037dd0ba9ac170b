"""The contract of a method (docs/extending.md): `Method` -> `Phase`s -> a predictor. Nothing here knows a particular method.

A method is a frozen dataclass of hyper-parameters whose `phases(task)` returns its phases. A phase may change the training data
(`data`), the structure (`build`) and the tensors (`fit`), in this order, and nothing but the state carries over to the next one.
Importing this module does not import torch: the planner asks methods for their phases without it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples
from benchmark.records.spec import Budget
from benchmark.streams import Streams

if TYPE_CHECKING:
    from benchmark.learning.state import State

Scores = NDArray[np.float32]
Predictor = Callable[[Examples], Scores]  # texts (labels never looked at) -> float32 [n, K], larger is likelier


@dataclass(frozen=True)
class Cost:
    """Example passes: one example through the backbone (or a module of its size) once."""

    forward: int = 0
    backward: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.forward + other.forward, self.backward + other.backward)


@dataclass(frozen=True)
class TaskShape:
    """What a method may know of a task when it lays out its phases: names and sizes, never data.

    Args:
        n_train, n_dev, n_unlabelled: example counts of the drawn split.
        matched: the declared cost of the method that this one is to match (`ce-matched`), else None.
    """

    name: str
    label_names: tuple[str, ...]
    pair: bool
    n_train: int
    n_dev: int
    n_unlabelled: int
    matched: Cost | None = None

    @property
    def n_classes(self) -> int:
        """K."""
        return len(self.label_names)


@dataclass(frozen=True)
class TrainingData:
    """All that a phase is given: training and development examples, and unlabelled text from the training pool."""

    train: Examples
    dev: Examples
    unlabelled: Examples


class Passes(Protocol):
    """Counts example passes while a phase runs."""

    forward: int
    backward: int


@dataclass
class Context:
    """What a phase runs under, beside data and state.

    Args:
        streams: the phase's own streams (already `at` its name).
        sampler: `natural` or `pk:P,K`; the same for every arm of the cell.
        passes: the counter that ends up in the record.
        log: what the phase wants to record: JSON-able values by name (term sizes, gradient norms, counts).
        alarms: words from `benchmark.records.alarms`, recorded and printed.
        progress: called with (done, planned) steps.
    """

    task: TaskShape
    budget: Budget
    sampler: str
    streams: Streams
    passes: Passes
    log: dict[str, Any] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    progress: Callable[[int, int], None] = lambda done, planned: None


class Phase(ABC):
    """One stage of training. Subclasses are frozen dataclasses: class, fields and code are the phase's identity."""

    name: ClassVar[str]
    reads: ClassVar[frozenset[str]] = frozenset({"texts", "labels"})  # of: texts, labels, dev, unlabelled
    uses: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout"})  # the streams it draws from

    def data(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The only place where training data changes (imbalance augmentation). The change holds for this phase alone."""
        return data

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """What the record should say of the change that `data` makes, from the data before it."""
        return {}

    def build(self, state: State, task: TaskShape, streams: Streams) -> None:
        """Change structure without data: add modules, each from its own init stream. Replayed when a cached state is loaded."""

    @abstractmethod
    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Change tensors, or set `state.predictor`."""

    @abstractmethod
    def cost(self, task: TaskShape, budget: Budget) -> Cost:
        """What `fit` will pass through the backbone, exactly, as far as names and sizes tell."""


class Method(ABC):
    """A way of training a classifier. Subclasses are frozen dataclasses of hyper-parameters; fields come from `searchable` or
    plain defaults, each with the paper's value."""

    needs_encoder: ClassVar[bool] = True
    backbone: ClassVar[Literal["encoder", "masked-lm"]] = "encoder"
    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "paper"
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout"})
    salt: ClassVar[str] = ""  # an arm that declares a salt breaks the pairing of init, order and dropout (ce-null)

    @abstractmethod
    def phases(self, task: TaskShape) -> Sequence[Phase]:
        """The phases in order. The last one leaves a predictor in the state."""

    def matched_to(self) -> str | None:
        """The method whose declared cost this one is to be given as `TaskShape.matched`, or None."""
        return None

    def params(self) -> dict[str, Any]:
        """All hyper-parameters with their values."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]


def searchable(
    default: Any, *, choices: Sequence[Any] | None = None, low: float | None = None, high: float | None = None, log: bool = False
) -> Any:
    """A hyper-parameter: the paper's default and its search space (choices, or a range, drawn on a log scale if `log`).

    `low` and `high` are also what a value given by hand must lie between; `choices` are only what a search draws from.
    """
    return field(default=default, metadata={"choices": choices, "low": low, "high": high, "log": log})


def bounded(default: Any, *, low: float | None = None, high: float | None = None, among: Sequence[Any] | None = None) -> Any:
    """A parameter that no search varies, with the values it allows (a range, or a closed list)."""
    return field(default=default, metadata={"low": low, "high": high, "among": among})
