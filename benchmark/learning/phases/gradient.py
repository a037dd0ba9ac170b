"""Phases that follow a gradient: a list of (objective, weight, feed), a schedule, and what is trained. One loop runs them all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from benchmark.learning.contract import Context, Cost, Phase, TaskShape, TrainingData
from benchmark.learning.feeds import Feed, Labelled
from benchmark.learning.objective import Objective
from benchmark.records.spec import Budget
from benchmark.streams import Streams

if TYPE_CHECKING:
    from benchmark.learning.state import State


class Augment(Protocol):
    """A change of the training data for one phase (imbalance correction, oversampling). A frozen dataclass."""

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The changed data. All draws come from the stream `augment`."""


@dataclass(frozen=True)
class Part:
    """One objective of a phase, its weight, and where its batches come from."""

    objective: Objective
    weight: float = 1.0
    feed: Feed = field(default_factory=Labelled)


@dataclass(frozen=True)
class Plan:
    """A schedule with every number filled in."""

    steps: int
    batch: int
    lr_encoder: float
    lr_head: float
    warmup: float
    weight_decay: float


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. What is None comes from the cell's budget, which all arms share.

    Args:
        steps: optimizer steps.
        epochs: passes over the first part's feed, instead of steps.
        lr: learning rate of everything trained, instead of the budget's two.
        warmup: share of the steps in which the rate rises; it falls linearly to 0 afterwards.
        matched: take as many steps as `TaskShape.matched` pays for (`ce-matched`).
    """

    steps: int | None = None
    epochs: float | None = None
    lr: float | None = None
    batch: int | None = None
    warmup: float | None = None
    weight_decay: float | None = None
    matched: bool = False

    def resolve(self, task: TaskShape, budget: Budget, feed: Feed, per_row: tuple[float, float]) -> Plan:
        """Fill in the budget's numbers. `per_row` is the objective's (forward, backward) cost of a row of the batch."""
        batch = feed.batch(self.batch or budget.batch, task)
        steps = self.steps or budget.steps
        if self.epochs is not None:
            steps = math.ceil(self.epochs * feed.size(task) / batch)
        if self.matched:
            if task.matched is None:
                raise ValueError("a matched schedule needs TaskShape.matched: does the method say what it is matched to?")
            steps = round((task.matched.forward + task.matched.backward) / (sum(per_row) * batch))
        return Plan(
            max(1, steps),
            batch,
            self.lr or budget.lr_encoder,
            self.lr or budget.lr_head,
            budget.warmup if self.warmup is None else self.warmup,
            budget.weight_decay if self.weight_decay is None else self.weight_decay,
        )


class GradientPhase(Phase):
    """The base of all phases that follow a gradient. Subclasses are frozen dataclasses with these attributes.

    Attributes:
        parts: what is minimised, summed.
        schedule: how long and how fast.
        augment: the change of the training data that holds for this phase, or None.
        freeze_encoder: leave the backbone's tensors as they are (and in eval mode).
        balance: `norm` rescales the parts' gradients to equal norm over the backbone at each step.
        has_head: whether the classification head exists and is trained here.
    """

    parts: tuple[Part, ...]
    schedule: Schedule
    augment: Augment | None = None
    freeze_encoder: bool = False
    balance: Literal["none", "norm"] = "none"
    has_head: ClassVar[bool] = False

    def data(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The augmented data, or the data as they are."""
        return data if self.augment is None else self.augment.apply(data, streams)

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """What the augmentation does to these data."""
        notes = getattr(self.augment, "notes", None)
        return {} if notes is None else {"augment": notes(data)}

    def build(self, state: State, task: TaskShape, streams: Streams) -> None:
        """The modules that the objectives declare, each from its own init stream."""
        for part in self.parts:
            for name, factory in part.objective.modules(state.backbone.hidden, state.backbone.model, task).items():
                state.add(name, factory, streams)

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Run the one training loop."""
        from benchmark.learning.training import train

        train(self, state, data, context)

    def plan(self, task: TaskShape, budget: Budget) -> Plan:
        """The schedule with every number filled in."""
        first = self.parts[0]
        return self.schedule.resolve(task, budget, first.feed, first.objective.cost())

    def cost(self, task: TaskShape, budget: Budget) -> Cost:
        """Example passes over all steps: each part's cost per row times the rows of its feed's batches."""
        plan = self.plan(task, budget)
        forward = backward = 0.0
        for part in self.parts:
            rows = plan.steps * part.feed.batch(plan.batch, task)
            per_row = part.objective.cost()
            forward, backward = forward + rows * per_row[0], backward + rows * per_row[1] * (not self.freeze_encoder)
        return Cost(round(forward), round(backward))


@dataclass(frozen=True)
class Train(GradientPhase):
    """A gradient phase without a head: pre-training on the task's own texts or pairs."""

    name: str  # type: ignore[misc]
    parts: tuple[Part, ...]
    schedule: Schedule = Schedule()
    augment: Any = None
    freeze_encoder: bool = False
    balance: Literal["none", "norm"] = "none"
    reads: frozenset[str] = frozenset({"texts", "labels"})  # type: ignore[misc]
