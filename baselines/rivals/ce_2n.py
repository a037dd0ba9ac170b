"""Fine-tuning on training and development labels together: what the labels spent on development would have bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from benchmark import (
    Context,
    CrossEntropy,
    Examples,
    Family,
    FineTune,
    Method,
    Phase,
    State,
    Streams,
    TaskInfo,
    TrainingData,
    UserError,
    methods,
)


@dataclass(frozen=True)
class WithDevelopment:
    """A change of a phase's training set: the development examples join it, and none are left to select by."""

    def apply(self, data: TrainingData, streams: Streams) -> TrainingData:
        """Training examples, then development examples; draws nothing."""
        return TrainingData(joined(data.train, data.dev), data.dev.take([]), data.unlabelled)

    def notes(self, data: TrainingData) -> dict[str, Any]:
        """How many examples each side brings."""
        return {"train": len(data.train), "development": len(data.dev)}


@dataclass(frozen=True)
class WholeFineTune(FineTune):
    """Fine-tuning that refuses to select a checkpoint by development score: it has trained on those labels."""

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Raises:
        UserError: the budget selects by development score.
        """
        if context.budget.selection != "last":
            raise UserError(
                f"ce-2n was to select its checkpoint by {context.budget.selection!r}.",
                "Allowed: last. It trains on the development labels, which can then select nothing.",
                "Leave ce-2n out, or select the last checkpoint.",
            )
        super().fit(state, data, context)


@methods.register("ce-2n")
@dataclass(frozen=True)
class TwiceTheLabels(Method):
    """`ce` on training and development labels, with the steps of `ce`: no label more than other arms have been given."""

    family: ClassVar[Family] = "rival"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase on the longer training set."""
        return [WholeFineTune(CrossEntropy(), augment=WithDevelopment())]


def joined(first: Examples, second: Examples) -> Examples:
    """Both, one behind the other, with their labels."""
    assert first.labels is not None
    assert second.labels is not None
    seconds = None if first.second_texts is None or second.second_texts is None else first.second_texts + second.second_texts
    labels = np.concatenate([first.labels, second.labels])
    return Examples(np.concatenate([first.ids, second.ids]), first.texts + second.texts, seconds, labels)
