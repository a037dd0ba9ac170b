"""Phases that follow a gradient: a list of (objective, weight, feed), a schedule, and what is trained. One loop runs them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from benchmark.contract.encoder_variant import SECOND_ENCODER
from benchmark.contract.feed import Feed
from benchmark.contract.objective import Objective
from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.records.spec import Budget
from benchmark.streams import Streams
from benchmark.training.labelled_feed import Labelled
from benchmark.training.schedule import ResolvedSchedule, Schedule

if TYPE_CHECKING:
    from benchmark.contract.state import State


class Augment(Protocol):
    """A change of the training data for one phase (imbalance correction, oversampling). A frozen dataclass."""

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """The changed data. All draws come from the stream `augment`."""


@dataclass(frozen=True)
class LossPart:
    """One objective of a phase, its weight, and where its batches come from."""

    objective: Objective
    weight: float = 1.0
    feed: Feed = field(default_factory=Labelled)


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

    parts: tuple[LossPart, ...]
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

    def build(self, state: State, task: TaskInfo, streams: Streams) -> None:
        """The modules that the objectives declare, each from its own init stream, and the second encoder where one is declared."""
        if self.needs("second_network"):
            state.add(SECOND_ENCODER, state.backbone.clone, streams)
        for part in self.parts:
            for name, factory in part.objective.modules(state.backbone.hidden, state.backbone.model, task).items():
                state.add(name, factory, streams)

    def needs(self, declared: Literal["whole_vocabulary", "hidden_layers", "second_network"]) -> bool:
        """Whether one of the objectives declares this need."""
        return any(getattr(part.objective, declared) for part in self.parts)

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Run the one training loop."""
        from benchmark.training.loop import train

        train(self, state, data, context)

    def plan(self, task: TaskInfo, budget: Budget) -> ResolvedSchedule:
        """The schedule with every number filled in."""
        first = self.parts[0]
        return self.schedule.resolve(task, budget, first.feed, first.objective.cost())

    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """Example passes over all steps: each part's cost per row times the rows of its feed's batches."""
        plan = self.plan(task, budget)
        forward = backward = 0.0
        for part in self.parts:
            rows = plan.steps * part.feed.batch(plan.batch, task)
            per_row = part.objective.cost()
            forward, backward = forward + rows * per_row[0], backward + rows * per_row[1] * (not self.freeze_encoder)
        return Cost(round(forward), round(backward))


@dataclass(frozen=True)
class Pretrain(GradientPhase):
    """A gradient phase without a head: pre-training on the task's own texts or pairs."""

    name: str  # type: ignore[misc]
    parts: tuple[LossPart, ...]
    schedule: Schedule = Schedule()
    augment: Any = None
    freeze_encoder: bool = False
    balance: Literal["none", "norm"] = "none"
    inputs: frozenset[str] = frozenset({"texts", "labels"})  # type: ignore[misc]
