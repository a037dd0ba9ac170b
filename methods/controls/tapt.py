"""Task-adaptive pre-training (Gururangan et al., ACL 2020): masked language modelling on the task's texts, then fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmark import Family, LossPart, Method, Phase, Pretrain, Schedule, TaskInfo, bounded, methods, searchable
from methods.batches.noised_texts import Texts
from methods.losses.masked_lm import MaskedLanguageModel
from methods.parts.imbalance import PROTOCOLS
from methods.parts.phase_recipes import EPOCHS, fine_tune

PASSES_OF_DENOISING = 2  # encoder and decoder: what a pass over the texts costs in the denoising phase, and twice what it costs here


@dataclass(frozen=True)
class _Adaptation(Method):
    """The parameters of both forms.

    Args:
        epochs_dae: passes over the texts of the denoising phase that this one matches in example passes; it makes twice as many itself.
        lr: learning rate (1e-4 in the paper).
        rate: share of masked words (0.15).
        freeze_encoder, protocol: of the last phase, as in `dae-ft`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")
    epochs_dae: float = searchable(4, choices=EPOCHS, low=0.01)
    lr: float = searchable(1e-4, choices=(1e-5, 5e-5, 1e-4, 2e-4), low=1e-9)
    rate: float = bounded(0.15, low=0.01, high=0.99)
    freeze_encoder: bool = searchable(False, choices=(False, True))
    protocol: str = bounded("suite", among=PROTOCOLS)

    def _phases(self, new_head: bool) -> Sequence[Phase]:
        epochs = PASSES_OF_DENOISING * self.epochs_dae
        schedule = Schedule(epochs=epochs, lr=self.lr, warmup=0.06, weight_decay=0.01, epsilon=1e-6, betas=(0.9, 0.98))
        part = LossPart(MaskedLanguageModel(self.rate, new_head), feed=Texts())
        adapt = Pretrain("tapt", (part,), schedule, inputs=frozenset({"texts", "unlabelled"}))
        return [adapt, fine_tune(self.freeze_encoder, self.protocol)]


@methods.register("tapt")
@dataclass(frozen=True)
class TaskAdaptivePretraining(_Adaptation):
    """Masked language modelling on training and unlabelled texts with the encoder's own head, then fine-tuning (Gururangan et al. 2020).

    Needs an encoder with a language-model head; all-MiniLM was published without one and is refused (`tapt-newhead` draws a new one).
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")
    backbone: ClassVar[Literal["encoder", "masked-lm"]] = "masked-lm"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Masked words, fine-tune."""
        return self._phases(new_head=False)


@methods.register("tapt-newhead")
@dataclass(frozen=True)
class NewHeadPretraining(_Adaptation):
    """`tapt` with a language-model head of random weights: for encoders that were published without one.

    Its first steps teach the head rather than the encoder, so it is a weaker rival than `tapt`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Masked words, fine-tune."""
        return self._phases(new_head=True)
