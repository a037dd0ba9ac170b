"""The learning-rate schedule of a gradient phase: how long, how fast, with which warm-up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmark.contract.feed import Feed
from benchmark.contract.task_info import TaskInfo
from benchmark.records.spec import Budget


@dataclass(frozen=True)
class ResolvedSchedule:
    """A schedule with every number filled in."""

    steps: int
    batch: int
    lr_encoder: float
    lr_head: float
    warmup: float
    weight_decay: float
    clip: float = 1.0
    epsilon: float = 1e-8
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. What is None comes from the cell's budget, which all arms share.

    Args:
        steps: optimizer steps.
        epochs: passes over the first part's feed, instead of steps.
        lr: learning rate of everything trained, instead of the budget's two.
        warmup: share of the steps in which the rate rises; it falls linearly to 0 afterwards.
        encoder_rate: factor of the encoder's learning rate.
        clip: largest norm of the gradient; 0: no clipping.
        epsilon, betas: of AdamW.
        matched: take as many steps as `TaskInfo.matched` pays for (`ce-matched`).
    """

    steps: int | None = None
    epochs: float | None = None
    lr: float | None = None
    batch: int | None = None
    warmup: float | None = None
    weight_decay: float | None = None
    encoder_rate: float = 1.0
    clip: float | None = None
    epsilon: float | None = None
    betas: tuple[float, float] | None = None
    matched: bool = False

    def resolve(self, task: TaskInfo, budget: Budget, feed: Feed, per_row: tuple[float, float]) -> ResolvedSchedule:
        """Fill in the budget's numbers. `per_row` is the objective's (forward, backward) cost of a row of the batch."""
        batch = feed.batch(self.batch or budget.batch, task)
        steps = self.steps or budget.steps
        if self.epochs is not None:
            steps = math.ceil(self.epochs * feed.size(task) / batch)
        if self.matched:
            if task.matched is None:
                raise ValueError("a matched schedule needs TaskInfo.matched: does the method say what it is matched to?")
            steps = round((task.matched.forward + task.matched.backward) / (sum(per_row) * batch))
        return ResolvedSchedule(
            max(1, steps),
            batch,
            (self.lr or budget.lr_encoder) * self.encoder_rate,
            self.lr or budget.lr_head,
            budget.warmup if self.warmup is None else self.warmup,
            budget.weight_decay if self.weight_decay is None else self.weight_decay,
            budget.clip if self.clip is None else self.clip,
            self.epsilon or budget.epsilon,
            self.betas or budget.betas,
        )


def rate_factor(index: int, plan: ResolvedSchedule) -> float:
    """Linear warm-up, then linear decay to zero: the share of the peak rate at a step."""
    rising = math.ceil(plan.warmup * plan.steps)
    return (index + 1) / rising if index < rising else (plan.steps - index) / max(1, plan.steps - rising)
