"""Cross-entropy under mixout: weights replaced at random by the ones from before fine-tuning (Lee, Cho and Kang 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import EncoderVariant, Objective, Step, Term, UserError


@dataclass(frozen=True)
class MixedWeights(Objective):
    """Cross-entropy of a pass whose linear weights in the encoder are mixed with those that the phase began with; no encoder dropout.

    Args:
        p: in [0, 1), the probability that the weights of an input neuron are the ones from the beginning.
    """

    p: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.p < 1:
            raise UserError(f"p = {self.p}.", "It lies in [0, 1).", "0.9 is the value of the authors for small tasks.")

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `ce`."""
        assert step.labels is not None
        weights = linear_weights(step)
        first = step.memory("mixout", lambda: {name: weight.detach().clone() for name, weight in weights.items()})
        draw = step.generator("mixout")
        mixed = {name: mixout(weight, first[name], keep_columns(weight, self.p, draw), self.p) for name, weight in weights.items()}
        scores = step.logits(step.encode(variant=EncoderVariant(parameters=mixed, dropout=False)))
        return {"ce": Term(F.cross_entropy(scores.float(), step.labels), count=len(step.labels))}


def linear_weights(step: Step) -> dict[str, Tensor]:
    """The weight matrices of the encoder's linear maps, by name: all matrices but those of its embeddings."""
    return {name: value for name, value in step.parameters().items() if value.ndim == 2 and "embeddings" not in name}


def keep_columns(weight: Tensor, p: float, generator: torch.Generator) -> Tensor:
    """M [1, in] for a weight [out, in]: 1 with probability 1 - p, one draw per input neuron."""
    return (torch.rand(1, weight.shape[1], generator=generator) >= p).to(weight.device, weight.dtype)


def mixout(weight: Tensor, first: Tensor, keep: Tensor, p: float) -> Tensor:
    """((1 - M) W_0 + M W - p W_0) / (1 - p), whose mean over M is W; the gradient into W is M / (1 - p)."""
    return ((1 - keep) * first + keep * weight - p * first) / (1 - p)
