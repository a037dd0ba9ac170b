"""A phase: one stage of training. It may change the training data (`data`), the structure (`build`) and the tensors (`fit`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples
from benchmark.records.spec import Budget
from benchmark.streams import Streams

if TYPE_CHECKING:
    from benchmark.contract.state import State


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
        trace: called after each step of a gradient phase with its number and what was measured in it, by name; None: no trace is wanted.
    """

    task: TaskInfo
    budget: Budget
    sampler: str
    streams: Streams
    passes: Passes
    log: dict[str, Any] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    progress: Callable[[int, int], None] = lambda done, planned: None
    trace: Callable[[int, Mapping[str, float]], None] | None = None


class Phase(ABC):
    """One stage of training. Subclasses are frozen dataclasses: class, fields and code are the phase's identity."""

    name: ClassVar[str]
    inputs: ClassVar[frozenset[str]] = frozenset({"texts", "labels"})  # of: texts, labels, dev, unlabelled
    random_streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout"})  # the streams it draws from

    def data(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The only place where training data changes (imbalance augmentation). The change holds for this phase alone."""
        return data

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """What the record should say of the change that `data` makes, from the data before it."""
        return {}

    def build(self, state: State, task: TaskInfo, streams: Streams) -> None:
        """Change structure without data: add modules, each from its own init stream. Replayed when a cached state is loaded."""

    @abstractmethod
    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Change tensors, or set `state.predictor`."""

    @abstractmethod
    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """What `fit` will pass through the backbone, exactly, as far as names and sizes tell."""
