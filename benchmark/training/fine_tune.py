"""Fine-tuning: a classification head on the pooled vector, trained with the encoder (or on top of a frozen one)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from torch import nn

from benchmark.contract.encoder_variant import SECOND_HEAD
from benchmark.contract.feed import Feed
from benchmark.contract.objective import Objective
from benchmark.contract.task_info import TaskInfo
from benchmark.streams import Streams
from benchmark.training.gradient_phase import GradientPhase, LossPart
from benchmark.training.labelled_feed import Labelled
from benchmark.training.prediction import HeadPredictor
from benchmark.training.schedule import Schedule

if TYPE_CHECKING:
    from benchmark.contract.state import State


@dataclass(frozen=True)
class FineTune(GradientPhase):
    """The final phase of most methods. Its name is the same for all of them, and so are its streams: arms are paired.

    Args:
        objective: what is minimised on the labelled batches.
        head: `linear` (dropout 0.1, H -> K), which every arm shares, or `two-layer`, the head of Lopez-Avila and
            Suarez-Paniagua 2023 as released: dropout 0.3, H -> 100, dropout 0.3, 100 -> K, no activation between.
        freeze_encoder: train the head alone.
        feed: where the labelled batches come from.
    """

    objective: Objective
    head: Literal["linear", "two-layer"] = "linear"
    freeze_encoder: bool = False
    schedule: Schedule = Schedule()
    augment: Any = None
    feed: Feed = field(default_factory=Labelled)
    name: ClassVar[str] = "fine-tune"
    inputs: ClassVar[frozenset[str]] = frozenset({"texts", "labels", "dev"})
    has_head: ClassVar[bool] = True

    @property
    def parts(self) -> tuple[LossPart, ...]:  # type: ignore[override]
        """One part: the objective on the feed."""
        return (LossPart(self.objective, feed=self.feed),)

    def build(self, state: State, task: TaskInfo, streams: Streams) -> None:
        """The head, then the modules that the objective declares; the predictor is the head on the pooled vector."""
        hidden, classes = state.backbone.hidden, task.n_classes
        factory = {"linear": lambda: linear_head(hidden, classes), "two-layer": lambda: two_layer_head(hidden, classes)}[self.head]
        state.add("head", factory, streams)
        if self.needs("second_network"):
            state.add(SECOND_HEAD, factory, streams)
        super().build(state, task, streams)
        state.predictor = HeadPredictor(state)


def linear_head(hidden: int, classes: int) -> nn.Module:
    """Dropout 0.1, then H -> K."""
    return nn.Sequential(nn.Dropout(0.1), nn.Linear(hidden, classes))


def two_layer_head(hidden: int, classes: int) -> nn.Module:
    """Dropout 0.3, H -> 100, dropout 0.3, 100 -> K, no activation between (docs/methods.md, as released)."""
    return nn.Sequential(nn.Dropout(0.3), nn.Linear(hidden, 100), nn.Dropout(0.3), nn.Linear(100, classes))
