"""The denoising auto-encoder: rebuild a text from the pooled vector of its noised form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark import ModuleFactory, Objective, TaskInfo, Term, UserError
from methods.parts.decoder import Decoder, check_supported

if TYPE_CHECKING:
    from benchmark import Step


@dataclass(frozen=True)
class DenoisingLoss(Objective):
    """Cross-entropy of rebuilding `original` from one vector, the pooled representation of `noised`: mean over tokens.

    For the feed `Denoising`. Phase 1 of Lopez-Avila and Suarez-Paniagua 2023, after TSDAE (Wang et al. 2021).

    Args:
        tied: the decoder uses the encoder's live layers, as the released code does (and TSDAE); False: copies of its own. The
            paper's text says only that both come from the base model. A tied decoder also keeps states and memory small.
        decoder_layers: how many, from the encoder's first ones; None: as many as the encoder has, as in the paper.
    """

    whole_vocabulary: ClassVar[bool] = True  # a softmax over it
    tied: bool = True
    decoder_layers: int | None = None

    def __post_init__(self) -> None:
        if self.decoder_layers is not None and self.decoder_layers < 1:
            raise UserError(f"{self.decoder_layers} decoder layers were given.", "Allowed: 1 or more, or none given for all.")

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The decoder."""
        check_supported(backbone)
        return {"decoder": lambda: Decoder(backbone, self.decoder_layers, self.tied)}

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `denoising`."""
        memory = self.memory(step)
        text = step.tokens("original")
        model = step.live_encoder() if self.tied else None
        with step.autocast():
            logits, targets = step.apply(
                "decoder", memory, text.ids, text.mask, text.types, step.word_embeddings(), model, counted=len(text.ids)
            )
        return {"denoising": Term(F.cross_entropy(logits.float(), targets), count=len(targets))}

    def memory(self, step: Step) -> Tensor:
        """What the decoder is given of the noised text, [B, H]."""
        return step.encode("noised")

    def cost(self) -> tuple[float, float]:
        """The encoder on the noised text and the decoder on the original, each counted as a pass."""
        return (2.0, 2.0)


@dataclass(frozen=True)
class BlindDenoisingLoss(DenoisingLoss):
    """`DenoisingLoss` whose decoder is given z = 0: a language model of the texts, which trains the encoder's layers where it is tied."""

    def memory(self, step: Step) -> Tensor:
        """Zeros, with a graph: the encoder's pass is made, and its gradient is zero."""
        return step.encode("noised") * 0.0


@dataclass(frozen=True)
class DetachedDenoisingLoss(DenoisingLoss):
    """`DenoisingLoss` without a gradient through z: the decoder learns to read the vector, and the vector does not learn to be read."""

    def memory(self, step: Step) -> Tensor:
        """The pooled vector of the noised text, without a graph."""
        with torch.no_grad():
            return step.encode("noised")

    def cost(self) -> tuple[float, float]:
        """No backward pass through the encoder on the noised text."""
        return (2.0, 1.0)
