"""Fine-tuning with the encoder's top layers drawn again (Zhang et al., ICLR 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import (
    Context,
    CrossEntropy,
    Family,
    FineTune,
    Method,
    Phase,
    State,
    TaskInfo,
    TrainingData,
    methods,
    reinitialise_top_layers,
    searchable,
)


@dataclass(frozen=True)
class ReinitialisedFineTune(FineTune):
    """Fine-tuning that begins with new random weights in the encoder's top layers.

    Args:
        layers: how many.
    """

    layers: int = 1

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Draw the layers from the stream `init`, then fine-tune.

        Raises:
            UserError: the encoder has fewer layers.
        """
        reinitialise_top_layers(state.backbone, self.layers, context.streams)
        super().fit(state, data, context)


@methods.register("ce-reinit")
@dataclass(frozen=True)
class ReinitialisedFineTuning(Method):
    """`ce` with the top layers of the encoder drawn again before training (Zhang et al. 2021).

    Args:
        layers: how many, from the top.
    """

    family: ClassVar[Family] = "rival"
    layers: int = searchable(1, choices=(1, 2), low=1)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [ReinitialisedFineTune(CrossEntropy(), layers=self.layers)]
