"""Fine-tuning: a classification head on the pooled vector, trained with the encoder (or on top of a frozen one)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from torch import nn

from benchmark.learning.contract import TaskShape
from benchmark.learning.objective import Objective
from benchmark.learning.phases.gradient import GradientPhase, Part, Schedule
from benchmark.learning.scoring import HeadPredictor
from benchmark.streams import Streams

if TYPE_CHECKING:
    from benchmark.learning.state import State


@dataclass(frozen=True)
class FineTune(GradientPhase):
    """The final phase of most methods. Its name is the same for all of them, and so are its streams: arms are paired.

    Args:
        objective: what is minimised on the labelled batches.
        head: `linear` (dropout 0.1, H -> K), which every arm shares, or `two-layer`, the head of Lopez-Avila and
            Suarez-Paniagua 2023 as released: dropout 0.3, H -> 100, dropout 0.3, 100 -> K, no activation between.
        freeze_encoder: train the head alone.
    """

    objective: Objective
    head: Literal["linear", "two-layer"] = "linear"
    freeze_encoder: bool = False
    schedule: Schedule = Schedule()
    augment: Any = None
    name: ClassVar[str] = "fine-tune"
    reads: ClassVar[frozenset[str]] = frozenset({"texts", "labels", "dev"})
    has_head: ClassVar[bool] = True

    @property
    def parts(self) -> tuple[Part, ...]:  # type: ignore[override]
        """One part: the objective on the labelled feed."""
        return (Part(self.objective),)

    def build(self, state: State, task: TaskShape, streams: Streams) -> None:
        """The head, then the modules that the objective declares; the predictor is the head on the pooled vector."""
        hidden, classes = state.backbone.hidden, task.n_classes
        factory = {"linear": lambda: linear_head(hidden, classes), "two-layer": lambda: two_layer_head(hidden, classes)}[self.head]
        state.add("head", factory, streams)
        super().build(state, task, streams)
        state.predictor = HeadPredictor(state)


def linear_head(hidden: int, classes: int) -> nn.Module:
    """Dropout 0.1, then H -> K."""
    return nn.Sequential(nn.Dropout(0.1), nn.Linear(hidden, classes))


def two_layer_head(hidden: int, classes: int) -> nn.Module:
    """Dropout 0.3, H -> 100, dropout 0.3, 100 -> K, no activation between (docs/methods.md, as released)."""
    return nn.Sequential(nn.Dropout(0.3), nn.Linear(hidden, 100), nn.Dropout(0.3), nn.Linear(100, classes))
