"""Unsupervised SimCSE (Gao, Yao and Chen, EMNLP 2021): the two dropout views of a text attract each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark import ModuleFactory, Objective, Step, TaskInfo, Term, UserError


@dataclass(frozen=True)
class SimCSE(Objective):
    """The contrastive loss over two passes with independent dropout masks, through the paper's head (dense, tanh), which is used in
    training only.

    Args:
        temperature: tau > 0; 0.05 in the paper.
    """

    temperature: float = 0.05

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise UserError(f"temperature = {self.temperature}.", "It is larger than 0.", "0.05 is the value of the paper.")

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The head H -> H with tanh, which the classifier does not see."""
        return {"simcse_head": lambda: nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh())}

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `simcse`, averaged over the examples."""
        first, second = (step.apply("simcse_head", view).float() for view in (step.encode(), step.encode(fresh=True)))
        return {"simcse": Term(simcse(first, second, self.temperature), count=len(first))}

    def cost(self) -> tuple[float, float]:
        """Two passes."""
        return (2.0, 2.0)


def simcse(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Mean over i of -log( exp(cos(h_i, h'_i) / tau) / sum_j exp(cos(h_i, h'_j) / tau) ) for views h, h' [B, D]; j runs over all texts.

    One direction and B - 1 negatives, as in princeton-nlp/SimCSE, simcse/models.py. With B = 1 it is a zero that keeps its graph.
    """
    similarity = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T / temperature
    return F.cross_entropy(similarity, torch.arange(len(first), device=first.device))
