"""Controls of the three phases: a decoder without a representation, foreign texts, and pairs with wrong targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import Family, Phase, TaskInfo, embedded_data, methods
from methods.batches.noised_texts import Denoising, ForeignDenoising
from methods.batches.pairs import PermutedPairs
from methods.losses.denoising import BlindDenoisingLoss, DenoisingLoss, DetachedDenoisingLoss
from methods.three_phase import ContrastThenFineTune, DenoiseThenFineTune


@methods.register("dae-blind")
@dataclass(frozen=True)
class BlindDecoder(DenoiseThenFineTune):
    """`dae-ft` whose decoder sees z = 0: language modelling of the texts without a representation to rebuild them from.

    A tied decoder still trains the encoder's layers. Parameters are those of `dae-ft`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE without a memory, fine-tune."""
        return self._with(BlindDenoisingLoss(self.tied, self.decoder_layers), Denoising(self.deletion))


@methods.register("dae-detached")
@dataclass(frozen=True)
class DetachedDecoder(DenoiseThenFineTune):
    """`dae-ft` without a gradient through the pooled vector: the representation itself is not trained to rebuild texts.

    Parameters are those of `dae-ft`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE with a detached memory, fine-tune."""
        return self._with(DetachedDenoisingLoss(self.tied, self.decoder_layers), Denoising(self.deletion))


@methods.register("dae-foreign")
@dataclass(frozen=True)
class ForeignTexts(DenoiseThenFineTune):
    """`dae-ft` whose first phase reads as many texts of another task: what denoising does that has nothing to do with the task's texts.

    The texts are sentences of the embedded grammar for mnli, or for qnli where the task is mnli. Parameters are those of `dae-ft`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("dae-ft", "three-phase")

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """DAE on foreign texts, fine-tune."""
        foreign = embedded_data("qnli" if task.name == "mnli" else "mnli")
        feed = ForeignDenoising(self.deletion, foreign.task, foreign.hash, task.pair)
        return self._with(DenoisingLoss(self.tied, self.decoder_layers), feed)


@methods.register("cl-permuted")
@dataclass(frozen=True)
class PermutedTargets(ContrastThenFineTune):
    """`cl-ft` with its pair targets permuted: half of the pairs are pulled together, half apart, whatever their classes.

    Parameters are those of `cl-ft`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("cl-ft", "three-phase")

    def _pairs(self) -> PermutedPairs:
        return PermutedPairs(self.copies, self.unique_pairs)
