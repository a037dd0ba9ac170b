"""Three phases: denoising auto-encoder, contrastive pairs, fine-tuning; and its ablations with a phase left out.

Lopez-Avila and Suarez-Paniagua, EMNLP 2023. Defaults are the most frequent best values of its table 5 for MiniLM; the files of the
larger encoders set those for RoBERTa (docs/methods.md). For what the text leaves open they are those of the released code. "Extra
imbalance" of table 4 is `max_ratio=20`, "no imbalance" `imbalance="off"`; the released code never trains the encoder in the last phase:
`freeze_encoder=True`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark import Method, Phase, TaskInfo, bounded, methods, searchable
from methods.batches.noised_texts import Denoising
from methods.batches.pairs import Pairs
from methods.losses.denoising import DenoisingLoss
from methods.parts.imbalance import PROTOCOLS, ImbalanceCorrected
from methods.parts.phase_recipes import CONTRASTIVE_RATES, DELETIONS, DENOISING_RATES, EPOCHS, contrast, denoise, fine_tune

ALL_STREAMS = frozenset({"init", "order", "dropout", "augment"})


@dataclass(frozen=True)
class _Contrasting(ImbalanceCorrected):
    """The parameters of the contrastive phase, for the methods that have one; those of `ImbalanceCorrected`, and:

    Args:
        lr_cl: its learning rate (table 5).
        copies: the pair multiplier that table 5 lists as "epochs CL".
        unique_pairs: pairs as the paper's text says (each once) instead of as the released code makes them.
        freeze_encoder: fine-tune the head alone (table 5: best for one data set of six).
    """

    lr_cl: float = searchable(5e-5, choices=CONTRASTIVE_RATES, low=1e-9)
    copies: int = searchable(12, choices=EPOCHS, low=1)
    unique_pairs: bool = False
    freeze_encoder: bool = searchable(False, choices=(False, True))

    streams = ALL_STREAMS

    def _contrast(self) -> Phase:
        return contrast(self.lr_cl, self._pairs(), self.correction(), self.protocol)

    def _pairs(self) -> Pairs:
        return Pairs(self.copies, self.unique_pairs)

    def _fine_tune(self) -> Phase:
        return fine_tune(self.freeze_encoder, self.protocol)


@methods.register("three-phase")
@dataclass(frozen=True)
class ThreePhase(_Contrasting):
    """Denoising auto-encoder, then contrastive pairs, then fine-tuning (Lopez-Avila and Suarez-Paniagua 2023).

    Args:
        lr_dae, epochs_dae, deletion: phase 1 (table 5).
        tied, decoder_layers: its decoder, see `DenoisingLoss`.
    """

    lr_dae: float = searchable(5e-5, choices=DENOISING_RATES, low=1e-9)
    epochs_dae: float = searchable(4, choices=EPOCHS, low=0.01)
    deletion: float = searchable(0.6, choices=DELETIONS, low=0.0, high=0.99)
    tied: bool = True
    decoder_layers: int | None = None

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE, contrast, fine-tune."""
        objective, feed = DenoisingLoss(self.tied, self.decoder_layers), Denoising(self.deletion)
        return [denoise(self.lr_dae, self.epochs_dae, objective, feed, self.protocol), self._contrast(), self._fine_tune()]


@methods.register("cl-ft")
@dataclass(frozen=True)
class ContrastThenFineTune(_Contrasting):
    """Contrastive pairs, then fine-tuning: three-phase without its denoising phase (table 4, CL+FT)."""

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Contrast, fine-tune."""
        return [self._contrast(), self._fine_tune()]


@methods.register("dae-ft")
@dataclass(frozen=True)
class DenoiseThenFineTune(Method):
    """Denoising auto-encoder, then fine-tuning: three-phase without its contrastive phase (table 4, DAE+FT)."""

    lr_dae: float = searchable(5e-5, choices=DENOISING_RATES, low=1e-9)
    epochs_dae: float = searchable(4, choices=EPOCHS, low=0.01)
    deletion: float = searchable(0.6, choices=DELETIONS, low=0.0, high=0.99)
    tied: bool = True
    decoder_layers: int | None = None
    freeze_encoder: bool = searchable(False, choices=(False, True))
    protocol: str = bounded("suite", among=PROTOCOLS)

    streams = ALL_STREAMS

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE, fine-tune."""
        return self._with(DenoisingLoss(self.tied, self.decoder_layers), Denoising(self.deletion))

    def _with(self, objective: DenoisingLoss, feed: Denoising) -> Sequence[Phase]:
        """Both phases, for any form of the denoising loss and any texts."""
        first = denoise(self.lr_dae, self.epochs_dae, objective, feed, self.protocol)
        return [first, fine_tune(self.freeze_encoder, self.protocol)]


@methods.register("ft")
@dataclass(frozen=True)
class HeadAndSchedule(Method):
    """The head and schedule of three-phase alone, with cross-entropy (table 4, FT)."""

    freeze_encoder: bool = searchable(False, choices=(False, True))
    protocol: str = bounded("suite", among=PROTOCOLS)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """Fine-tune."""
        return [fine_tune(self.freeze_encoder, self.protocol)]
