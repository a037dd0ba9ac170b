"""SetFit: contrastive pairs of training texts, then logistic regression on the encoder (Tunstall et al. 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.pair_cosine import PairCosine
from baselines.rivals.sampled_pairs import SampledPairs
from benchmark import Family, LinearProbe, LossPart, Method, Phase, Pretrain, Schedule, TaskInfo, bounded, methods, searchable


@methods.register("setfit")
@dataclass(frozen=True)
class SetFit(Method):
    """One pass over sampled text pairs with a cosine loss on the encoder, then logistic regression on its vectors (Tunstall et al. 2022).

    A text pair of a task is one sequence, as in fine-tuning. Features are scaled to unit length before the regression.

    Args:
        iterations: R, same-class and different-class pairs per training example.
        lr: learning rate of the encoder in the pair phase; warm-up over a tenth of its steps.
        batch: pairs per step.
        C: inverse strength of the L2 penalty of the regression.
    """

    family: ClassVar[Family] = "rival"
    streams: ClassVar[frozenset[str]] = frozenset({"dropout", "augment"})
    iterations: int = searchable(20, choices=(5, 10, 20), low=1)
    lr: float = searchable(2e-5, choices=(1e-5, 2e-5, 5e-5, 1e-4), low=1e-9)
    batch: int = bounded(16, low=1)
    C: float = searchable(1.0, low=1e-3, high=1e3, log=True)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """The pair phase, then the regression on the trained encoder."""
        part = LossPart(PairCosine(), feed=SampledPairs(self.iterations))
        schedule = Schedule(epochs=1, lr=self.lr, batch=self.batch, warmup=0.1)
        return [Pretrain("pairs", (part,), schedule), LinearProbe(C=self.C, pair_features="sequence")]
