"""FreeLB: adversarial training with several ascents on the word vectors (Zhu et al., ICLR 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.rivals.losses.embedding_attack import AscentAttack
from benchmark import Family, FineTune, Method, Phase, TaskInfo, bounded, methods, searchable


@methods.register("freelb")
@dataclass(frozen=True)
class FreeLargeBatch(Method):
    """Fine-tuning on the mean cross-entropy along K ascents from a random offset of the word vectors (Zhu et al. 2020).

    Args:
        rate: l2 length of an ascent, for each text.
        ascents: K.
        start: size of the random start.
        bound: largest l2 length of a text's offset after an ascent; 0 is none.
    """

    family: ClassVar[Family] = "rival"
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})
    rate: float = searchable(0.1, choices=(0.03, 0.1, 0.2), low=1e-8)
    ascents: int = searchable(2, choices=(2, 3), low=1)
    start: float = bounded(1.0, low=0.0)
    bound: float = bounded(0.6, low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with the ascents."""
        return [FineTune(AscentAttack(self.rate, self.ascents, self.start, self.bound))]
