"""Recipe: adversarial training with one gradient step on the word embeddings (FGM: Miyato et al., ICLR 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import FineTune, Method, Objective, Phase, Step, TaskInfo, Term, methods, searchable


@dataclass(frozen=True)
class AdversarialCrossEntropy(Objective):
    """Cross-entropy of the clean texts, plus that of the same texts under perturbed word embeddings."""

    epsilon: float

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce` and `ce_adversarial`."""
        clean = self._cross_entropy(step, step.encode())
        words = step.word_rows()
        gradient = step.grad(clean, words)  # touches no `.grad`, so that nothing has to be restored
        perturbed = words + self.epsilon * gradient / torch.linalg.vector_norm(gradient).clamp(min=1e-12)
        adversarial = self._cross_entropy(step, step.encode(embeddings=perturbed))
        count = len(step.ids)
        return {"ce": Term(clean, count=count), "ce_adversarial": Term(adversarial, count=count)}

    def cost(self) -> tuple[float, float]:
        """Two forward passes; three backward passes, one of them for the attack."""
        return (2.0, 3.0)

    def _cross_entropy(self, step: Step, representation: Tensor) -> Tensor:
        assert step.labels is not None
        return F.cross_entropy(step.logits(representation).float(), step.labels)


@methods.register("recipe-fgm")
@dataclass(frozen=True)
class AdversarialFineTuning(Method):
    """Fine-tuning on clean texts and on texts with perturbed word embeddings.

    Args:
        epsilon: length of the step over the whole matrix.
    """

    family = "rival"
    epsilon: float = searchable(0.5, choices=(0.1, 0.5, 1.0), low=1e-6)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(AdversarialCrossEntropy(self.epsilon))]
