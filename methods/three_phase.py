"""Three phases: denoising auto-encoder, contrastive pairs, fine-tuning; and its ablations with a phase left out.

Lopez-Avila and Suarez-Paniagua, EMNLP 2023. Defaults are the most frequent best values of its table 5, and for what the text
leaves open those of the released code. "Extra imbalance" of table 4 is `max_ratio=20`, "no imbalance" `imbalance="off"`; the
released code never trains the encoder in the last phase: `freeze_encoder=True`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark import Method, Phase, TaskInfo, bounded, methods, searchable
from methods.parts.imbalance import RULES, Repeat, repeats
from methods.parts.phase_recipes import DELETIONS, EPOCHS, LEARNING_RATES, contrast, denoise, fine_tune

ALL_STREAMS = frozenset({"init", "order", "dropout", "augment"})


@dataclass(frozen=True)
class _Contrasting(Method):
    """The parameters of the contrastive phase, for the methods that have one.

    Args:
        lr_cl: its learning rate (table 5).
        copies: the pair multiplier that table 5 lists as "epochs CL".
        unique_pairs: pairs as the paper's text says (each once) instead of as the released code makes them.
        imbalance: how small classes are repeated before pairs are made (eq. 5): `code`, `eq5a`, `text` or `off`.
        min_ratio, max_ratio: its two constants (1.5 and 4; "extra imbalance" is 20).
        copy_noise: `stop-words` deletes stop words from the repeats of long texts; `off` is what the code does with MiniLM.
        freeze_encoder: fine-tune the head alone (table 5: best for one data set of six).
    """

    lr_cl: float = searchable(5e-5, choices=LEARNING_RATES, low=1e-9)
    copies: int = searchable(12, choices=EPOCHS, low=1)
    unique_pairs: bool = False
    imbalance: str = bounded("code", among=RULES)
    min_ratio: float = bounded(1.5, low=0.0)
    max_ratio: float = bounded(4.0, low=0.01)
    copy_noise: str = bounded("off", among=("off", "stop-words"))
    freeze_encoder: bool = searchable(False, choices=(False, True))

    streams = ALL_STREAMS

    def repeats_for(self, counts: Sequence[int]) -> list[int]:
        """How often the imbalance correction puts each class into the pair phase; all 1 where it is inert."""
        return repeats(counts, self.min_ratio, self.max_ratio, self.imbalance)

    def _contrast(self) -> Phase:
        off = self.imbalance == "off"
        augment = None if off else Repeat(self.min_ratio, self.max_ratio, self.imbalance, self.copy_noise)
        return contrast(self.lr_cl, self.copies, self.unique_pairs, augment)


@methods.register("three-phase")
@dataclass(frozen=True)
class ThreePhase(_Contrasting):
    """Denoising auto-encoder, then contrastive pairs, then fine-tuning (Lopez-Avila and Suarez-Paniagua 2023).

    Args:
        lr_dae, epochs_dae, deletion: phase 1 (table 5).
        tied, decoder_layers: its decoder, see `DenoisingLoss`.
    """

    lr_dae: float = searchable(5e-5, choices=LEARNING_RATES, low=1e-9)
    epochs_dae: float = searchable(4, choices=EPOCHS, low=0.01)
    deletion: float = searchable(0.6, choices=DELETIONS, low=0.0, high=0.99)
    tied: bool = True
    decoder_layers: int | None = None

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE, contrast, fine-tune."""
        first = denoise(self.lr_dae, self.epochs_dae, self.deletion, self.tied, self.decoder_layers)
        return [first, self._contrast(), fine_tune(self.freeze_encoder)]


@methods.register("cl-ft")
@dataclass(frozen=True)
class ContrastThenFineTune(_Contrasting):
    """Contrastive pairs, then fine-tuning: three-phase without its denoising phase (table 4, CL+FT)."""

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Contrast, fine-tune."""
        return [self._contrast(), fine_tune(self.freeze_encoder)]


@methods.register("dae-ft")
@dataclass(frozen=True)
class DenoiseThenFineTune(Method):
    """Denoising auto-encoder, then fine-tuning: three-phase without its contrastive phase (table 4, DAE+FT)."""

    lr_dae: float = searchable(5e-5, choices=LEARNING_RATES, low=1e-9)
    epochs_dae: float = searchable(4, choices=EPOCHS, low=0.01)
    deletion: float = searchable(0.6, choices=DELETIONS, low=0.0, high=0.99)
    tied: bool = True
    decoder_layers: int | None = None
    freeze_encoder: bool = searchable(False, choices=(False, True))

    streams = ALL_STREAMS

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE, fine-tune."""
        first = denoise(self.lr_dae, self.epochs_dae, self.deletion, self.tied, self.decoder_layers)
        return [first, fine_tune(self.freeze_encoder)]


@methods.register("ft")
@dataclass(frozen=True)
class HeadAndSchedule(Method):
    """The head and schedule of three-phase alone, with cross-entropy (table 4, FT)."""

    freeze_encoder: bool = searchable(False, choices=(False, True))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Fine-tune."""
        return [fine_tune(self.freeze_encoder)]
