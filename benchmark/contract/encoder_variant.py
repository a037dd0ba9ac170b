"""What differs in one pass through the encoder from the plain pass: other tensors, no dropout, another network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

SECOND_ENCODER, SECOND_HEAD = "second_encoder", "second_head"


@dataclass(frozen=True, eq=False)
class EncoderVariant:
    """Changes that hold for one pass: `step.encode(variant=EncoderVariant(...))`. Gradients flow into every tensor given here.

    Two equal variants are two passes: what a step has encoded under a variant is remembered for that very object.

    Args:
        offset: float32 [B, T, H], added to the word vector of each token of the padded view (FreeLB).
        parameters: tensors that stand in for parameters of the encoder, by their names in `step.parameters()` (mixout).
        dropout: False: no dropout in this pass; a number: that rate in place of the encoder's own.
        network: `second_encoder` for an objective that declares `second_network`; "" is the first.
    """

    offset: Tensor | None = None
    parameters: Mapping[str, Tensor] | None = None
    dropout: bool | float = True
    network: str = ""
