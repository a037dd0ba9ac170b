"""LP-FT: a linear probe first, fine-tuning from its weights (Kumar et al., ICLR 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import nn

from benchmark import (
    Budget,
    Context,
    Cost,
    CrossEntropy,
    Family,
    FineTune,
    Method,
    Phase,
    State,
    TaskInfo,
    TrainingData,
    UserError,
    methods,
    represent,
    searchable,
)

ABSENT = -20.0  # bias of a class without training examples


@dataclass(frozen=True)
class ProbedFineTune(FineTune):
    """Fine-tuning whose linear head starts from a logistic regression on the frozen encoder's pooled vectors.

    Args:
        C: inverse strength of the L2 penalty of the regression.
    """

    C: float = 1.0

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Fit the regression on one pass over the training texts, copy it into the head, then fine-tune.

        Raises:
            UserError: the training examples hold a single class.
        """
        assert data.train.labels is not None
        if len(np.unique(data.train.labels)) < 2:
            raise UserError("The training examples hold one class.", "Logistic regression needs two.", "Draw more shots.")
        context.passes.forward += len(data.train)
        probe = LogisticRegression(C=self.C, max_iter=2000).fit(represent(state.backbone, data.train), data.train.labels)
        weight, bias = head_of(probe, context.task.n_classes)
        copy_into(state.modules["head"], weight, bias)
        super().fit(state, data, context)

    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """One forward pass per training text, and what fine-tuning costs."""
        return super().cost(task, budget) + Cost(forward=task.n_train)


@methods.register("lp-ft")
@dataclass(frozen=True)
class ProbeThenFineTune(Method):
    """Logistic regression on the frozen encoder, then fine-tuning of encoder and head from there (Kumar et al. 2022).

    Args:
        C: inverse strength of the L2 penalty of the regression.
    """

    family: ClassVar[Family] = "rival"
    C: float = searchable(1.0, low=1e-3, high=1e3, log=True)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase from the probe's weights."""
        return [ProbedFineTune(CrossEntropy(), C=self.C)]


def head_of(probe: LogisticRegression, n_classes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights [K, H] and biases [K] whose softmax is the probe's prediction.

    Of two classes the probe has one row w: the head has -w/2 and +w/2. A class without training examples gets weights of zero
    and a bias far below the others.
    """
    rows, offsets = probe.coef_, probe.intercept_
    if len(probe.classes_) == 2:
        rows, offsets = np.concatenate([-rows, rows]) / 2, np.concatenate([-offsets, offsets]) / 2
    weight = np.zeros((n_classes, rows.shape[1]), dtype=np.float32)
    bias = np.full(n_classes, ABSENT, dtype=np.float32)
    weight[probe.classes_], bias[probe.classes_] = rows, offsets
    return weight, bias


@torch.no_grad()
def copy_into(head: nn.Module, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Overwrite the one linear layer of a head."""
    (linear,) = [module for module in head.modules() if isinstance(module, nn.Linear)]
    linear.weight.copy_(torch.from_numpy(weight))
    linear.bias.copy_(torch.from_numpy(bias))
