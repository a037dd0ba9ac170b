"""CAT: contrastive adversarial training (Pan, Hang, Sil and Potdar, AAAI 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark import FineTune, Method, Phase, TaskInfo, bounded, methods, searchable
from methods.losses.adversarial import ContrastiveAdversarial, Norm


@methods.register("cat")
@dataclass(frozen=True)
class ContrastiveAdversarialTraining(Method):
    """Fine-tuning on clean and adversarial views with a contrastive term between them: (1-w)/2 (CE + CE') + w InfoNCE.

    The paper's best values are not known to us. The grid that re-implementations quote for epsilon (0.0001 to 0.02) does not say
    for which norm. Measured with all-MiniLM-L6-v2 on one batch of 16 training texts of sst2, qnli and trec before any training, where
    CE is 0.70, 0.68 and 1.83, the rise CE' - CE in nats is:

        l2    0.02:  0.006, 0.003, 0.008 (under 1 % of CE: inert)    0.5:   0.14, 0.09, 0.19
        sign  0.001: 0.04, 0.04, 0.05                                0.005: 0.19, 0.18, 0.25

    So the grid fits `sign`, and `l2` needs more. In one run of 50 steps on 100 sst2 texts the mean rise was 0.18 (0.06 to 0.27) with
    l2 at 0.5 and 0.20 (0.04 to 0.36) with sign at 0.005, at a mean CE of 0.20: the attack raises the loss and does not dominate it.
    Another encoder has another scale; the alarm *attack inert* reports an attack that is too small for it.

    Args:
        weight: w in [0, 1]; the middle of the known grid.
        temperature: tau of InfoNCE; from the middle of the known grid.
        norm: `sign`, epsilon in each coordinate: the Fast Gradient Sign Method that the paper's figure 1 names; `l2`, one step of length
            epsilon for the whole embedding matrix (Miyato et al. 2017).
        epsilon_sign: size of the `sign` step; at 0 the second view differs by its dropout masks alone.
        epsilon_l2: size of the `l2` step.
        width: outputs of the projection.
    """

    weight: float = searchable(0.3, choices=(0.1, 0.2, 0.3, 0.4, 0.5), low=0.0, high=1.0)
    temperature: float = searchable(0.07, choices=(0.05, 0.06, 0.07, 0.08, 0.09, 0.10), low=1e-3)
    norm: Norm = bounded("sign", among=("sign", "l2"))
    epsilon_sign: float = searchable(0.005, choices=(0.0001, 0.001, 0.005, 0.02), low=0.0)
    epsilon_l2: float = searchable(0.5, choices=(0.1, 0.25, 0.5, 1.0), low=0.0)
    width: int = bounded(128, low=1)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with the epsilon of the chosen norm."""
        epsilon = self.epsilon_l2 if self.norm == "l2" else self.epsilon_sign
        return [FineTune(ContrastiveAdversarial(self.weight, self.temperature, self.norm, epsilon, self.width))]
