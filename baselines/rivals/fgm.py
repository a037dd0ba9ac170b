"""FGM: adversarial training with one gradient step on the word vectors (Miyato, Dai and Goodfellow, ICLR 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.embedding_attack import OneStepAttack
from benchmark import Family, FineTune, Method, Phase, TaskInfo, methods, searchable


@methods.register("fgm")
@dataclass(frozen=True)
class FastGradientTraining(Method):
    """Fine-tuning on CE + CE', CE' with each text's word vectors moved one l2 step along its gradient (Miyato et al. 2017).

    Args:
        epsilon: l2 length of the step of one text.
    """

    family: ClassVar[Family] = "rival"
    epsilon: float = searchable(1.0, choices=(0.1, 0.25, 0.5, 1.0, 2.0), low=1e-8)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with the attack."""
        return [FineTune(OneStepAttack(self.epsilon))]
