"""Recipe: a memory bank. Each text is compared with the last known representation of every training text, not only with its batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import CrossEntropy, FineTune, Method, Objective, Phase, Step, TaskInfo, Term, Weighted, methods, searchable


@dataclass
class Bank:
    """Unit vectors float32 [n, H] and labels int64 [n] of the training rows; -1 for a row that was in no batch yet."""

    vectors: Tensor
    labels: Tensor


def empty_bank(rows: int, like: Tensor) -> Bank:
    """A bank of so many rows, with vectors of the width and device of `like`."""
    return Bank(like.new_zeros(rows, like.shape[1]), torch.full((rows,), -1, device=like.device))


@dataclass(frozen=True)
class BankContrast(Objective):
    """Supervised contrastive loss of the batch against the bank: mean over anchors of -log of the share of their own class.

    An objective is frozen and has no state. What it keeps from step to step lives in `step.memory`, for one phase.
    """

    temperature: float

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `bank`."""
        assert step.labels is not None
        unit = F.normalize(step.encode().float(), dim=1)
        bank = step.memory("bank", lambda: empty_bank(step.n_rows, unit))
        known = bank.labels >= 0
        others = known[None, :] & (torch.arange(step.n_rows, device=unit.device)[None, :] != step.rows[:, None])
        same = others & (bank.labels[None, :] == step.labels[:, None])
        scores = (unit @ bank.vectors.T.clone() / self.temperature).masked_fill(~others, -torch.inf)
        anchors = same.any(1)
        bank.vectors[step.rows], bank.labels[step.rows] = unit.detach(), step.labels  # detached: no graph outlives its step
        if not bool(anchors.any()):
            return {"bank": Term(unit.sum() * 0.0, skipped=len(unit))}
        own_class = scores.masked_fill(~same, -torch.inf)[anchors].logsumexp(1)
        value = (scores[anchors].logsumexp(1) - own_class).mean()
        return {"bank": Term(value, count=int(anchors.sum()), skipped=int((~anchors).sum()))}


@methods.register("recipe-memory-bank")
@dataclass(frozen=True)
class BankFineTuning(Method):
    """Cross-entropy plus a contrastive term against a memory bank of the training texts.

    Args:
        weight: share of the contrastive term.
        temperature: of its softmax.
    """

    family = "rival"
    weight: float = searchable(0.5, choices=(0.1, 0.5, 0.9), low=0.0, high=1.0)
    temperature: float = searchable(0.3, choices=(0.1, 0.3), low=1e-3)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; both terms share one pass."""
        return [FineTune(Weighted((1 - self.weight, CrossEntropy()), (self.weight, BankContrast(self.temperature))))]
