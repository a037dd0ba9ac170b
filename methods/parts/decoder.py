"""A decoder that rebuilds a text from one vector. Wired here, in plain torch, for encoders of the BERT family.

Its layers are the encoder's own, with causal self-attention and an added cross-attention that sees the pooled vector and nothing
else. Words come in and go out through the encoder's live word-embedding matrix.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark import FIRST_POSITION, Unpadding, UserError, attend, dropout, feed_forward


def check_supported(model: nn.Module) -> None:
    """UserError for an encoder whose layers this decoder cannot take over."""
    model_type = getattr(getattr(model, "config", None), "model_type", type(model).__name__)
    if model_type not in FIRST_POSITION:
        raise UserError(
            f"The denoising objective was asked to rebuild text with an encoder of the type {model_type!r}.",
            f"Supported: {', '.join(FIRST_POSITION)} (MiniLM encoders are of the type bert).",
            "Use a supported encoder, or a method without a denoising phase (cl-ft, for one).",
        )


class DecoderLayers(nn.Module):
    """What the decoder takes from an encoder: position and segment embeddings, their LayerNorm, and transformer layers.

    The names are those of the encoder's embedding module, so that live and copied parts are used alike.
    """

    def __init__(self, model: Any, count: int) -> None:
        super().__init__()
        embeddings = model.embeddings
        self.position_embeddings, self.token_type_embeddings = embeddings.position_embeddings, embeddings.token_type_embeddings
        self.LayerNorm = embeddings.LayerNorm
        self.layer = nn.ModuleList(model.encoder.layer[:count])


class CrossAttention(nn.Module):
    """Attention over a memory of one vector, with residual and LayerNorm, newly initialised.

    Over a single key the softmax is 1 whatever query and key are: only the value and output maps are left, and only they are here.
    """

    def __init__(self, hidden: int, std: float, eps: float) -> None:
        super().__init__()
        self.value, self.output, self.norm = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.LayerNorm(hidden, eps)
        for linear in (self.value, self.output):
            nn.init.normal_(linear.weight, std=std)
            nn.init.zeros_(linear.bias)

    def forward(self, states: Tensor, memory: Tensor, row: Tensor, rate: float) -> Tensor:
        """states [N, H], memory [B, H], and the row 0..B-1 of each state, int64 [N] -> [N, H]."""
        seen = self.output(self.value(memory)).index_select(0, row)
        return self.norm(states + dropout(seen, rate, self.training))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """Predicts each token of a text from the tokens before it and one vector.

    Args:
        model: the encoder; its values are copied, and no reference to it is stored.
        layers: how many decoder layers, taken from the encoder's first ones; None: as many as the encoder has.
        tied: True: `forward` is given the encoder and uses its live layers; False: it has copies of its own, trained apart.
    """

    def __init__(self, model: Any, layers: int | None = None, tied: bool = True) -> None:
        super().__init__()
        check_supported(model)
        config = model.config
        self.count = config.num_hidden_layers if layers is None else min(layers, config.num_hidden_layers)
        self.dropout = config.hidden_dropout_prob
        self.first_position = (config.pad_token_id + 1) * FIRST_POSITION[config.model_type]
        self.copied = None if tied else copy.deepcopy(DecoderLayers(model, self.count))
        self.cross = nn.ModuleList(
            CrossAttention(config.hidden_size, config.initializer_range, config.layer_norm_eps) for _ in range(self.count)
        )
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(
        self, memory: Tensor, ids: Tensor, mask: Tensor, types: Tensor | None, words: Tensor, model: Any = None
    ) -> tuple[Tensor, Tensor]:
        """Teacher forcing: position t is given tokens 0..t and has to say token t + 1.

        Args:
            memory: [B, H], the pooled vector.
            ids, mask, types: int64 [B, T]: the text to rebuild, padded on the right; its first token starts the decoder.
            words: the word-embedding matrix [V, H].
            model: the live encoder, for a tied decoder.

        Returns:
            logits [M, V] and targets int64 [M] of the M positions whose target is a token, not padding.
        """
        unpadding = Unpadding.of(mask[:, 1:])  # the positions that have a token behind them
        states = self._run(memory, ids[:, :-1], None if types is None else types[:, :-1], words, self._source(model), unpadding)
        return F.linear(states, words, self.bias), ids[:, 1:][mask[:, 1:].bool()]

    def states(self, memory: Tensor, ids: Tensor, types: Tensor | None, words: Tensor, model: Any = None) -> Tensor:
        """Last decoder states [B, T, H] of input tokens int64 [B, T]. Causal: state t depends on tokens 0..t."""
        unpadding = Unpadding.of(torch.ones_like(ids))
        return self._run(memory, ids, types, words, self._source(model), unpadding).view(*ids.shape, -1)

    def _run(self, memory: Tensor, ids: Tensor, types: Tensor | None, words: Tensor, source: Any, unpadding: Unpadding) -> Tensor:
        """Last decoder states [N, H] of the N input tokens, without padding between them."""
        states = self._embed(source, ids, types, words, unpadding)
        for layer, cross in zip(source.layer, self.cross, strict=True):
            states = attend(layer.attention, states, unpadding, self.training, causal=True)
            states = cross(states, memory, unpadding.row, self.dropout)
            states = feed_forward(layer, states, self.training)
        return states

    def _embed(self, source: Any, ids: Tensor, types: Tensor | None, words: Tensor, unpadding: Unpadding) -> Tensor:
        """Input states [N, H], with the encoder's own position numbers: equal tokens begin as they do in the encoder."""
        tokens = ids.flatten()[unpadding.indices]
        segments = torch.zeros_like(tokens) if types is None else types.flatten()[unpadding.indices]
        positions = source.position_embeddings(unpadding.column + self.first_position)
        states = F.embedding(tokens, words) + positions + source.token_type_embeddings(segments)
        return dropout(source.LayerNorm(states), self.dropout, self.training)

    def _source(self, model: Any) -> Any:
        if self.copied is not None:
            return self.copied
        if model is None:
            raise ValueError("a tied decoder needs the live encoder")
        return DecoderLayers(model, self.count)
