"""A forward pass without padding, for encoders of the BERT family.

Texts of a batch differ in length, and a padded batch spends matrix products on padding. Here the tokens of a batch lie one behind the
other in [N, H], N = tokens in all; only attention, a small part of the work, unfolds them. It uses the live modules
of the transformers model and gives what its own forward gives (a test holds them together).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark.learning.tokens import Tokens

FIRST_POSITION = {"bert": 0, "roberta": 1, "xlm-roberta": 1}  # positions begin at 0, or behind the padding index


def supports(model: nn.Module) -> bool:
    """Whether this pass knows the model's modules; others go through their own padded forward."""
    config = getattr(model, "config", None)
    return getattr(config, "model_type", "") in FIRST_POSITION and getattr(config, "position_embedding_type", "absolute") == "absolute"


@dataclass(frozen=True)
class Layout:
    """Where the tokens of a batch lie.

    Args:
        rows, width: B and T of the padded batch.
        places: int64 [N], the place of each token in the padded batch, row by row.
        row: int64 [N], the row of each token.
        column: int64 [N], its position in the row.
        mask: bool [B, 1, 1, T], True where there is a token.
    """

    rows: int
    width: int
    places: Tensor
    row: Tensor
    column: Tensor
    mask: Tensor

    @classmethod
    def of(cls, mask: Tensor) -> Layout:
        """From an attention mask [B, T]."""
        rows, width = mask.shape
        places = mask.flatten().nonzero().squeeze(1)
        return cls(rows, width, places, places // width, places % width, mask.bool()[:, None, None, :])

    def unfold(self, flat: Tensor) -> Tensor:
        """[N, H] -> [B, T, H], zeros for padding."""
        padded = flat.new_zeros(self.rows * self.width, flat.shape[1]).index_copy(0, self.places, flat)
        return padded.view(self.rows, self.width, -1)

    def fold(self, padded: Tensor) -> Tensor:
        """[B, T, H] -> [N, H]."""
        return padded.reshape(self.rows * self.width, -1).index_select(0, self.places)


def encode(model: Any, tokens: Tokens, words: Tensor | None = None) -> tuple[Tensor, Layout]:
    """Last hidden states [N, H] of the tokens of a batch, and where they lie.

    Args:
        words: a word-embedding matrix [V, H] in place of the model's; gradients flow into it.
    """
    layout = Layout.of(tokens.mask)
    states = embed(model, tokens, layout, words)
    for layer in model.encoder.layer:
        states = attend(layer.attention, states, layout)
        states = layer.output(layer.intermediate(states), states)
    return states, layout


def embed(model: Any, tokens: Tokens, layout: Layout, words: Tensor | None) -> Tensor:
    """Words + positions + segments, LayerNorm, dropout: [N, H]."""
    embeddings, config = model.embeddings, model.config
    ids = tokens.ids.flatten()[layout.places]
    looked_up = F.embedding(ids, embeddings.word_embeddings.weight if words is None else words)
    segments = torch.zeros_like(ids) if tokens.types is None else tokens.types.flatten()[layout.places]
    first = (config.pad_token_id + 1) * FIRST_POSITION[config.model_type]
    states = looked_up + embeddings.token_type_embeddings(segments) + embeddings.position_embeddings(layout.column + first)
    return embeddings.dropout(embeddings.LayerNorm(states))  # type: ignore[no-any-return]


def attend(attention: Any, states: Tensor, layout: Layout) -> Tensor:
    """Multi-head self-attention within each row, with its output map, residual and LayerNorm: [N, H]."""
    own = attention.self
    query, key, value = (_heads(layout.unfold(part(states)), own) for part in (own.query, own.key, own.value))
    dropout = own.dropout.p if own.training else 0.0
    mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=layout.mask, dropout_p=dropout)
    return attention.output(layout.fold(mixed.transpose(1, 2)), states)  # type: ignore[no-any-return]


def _heads(padded: Tensor, own: Any) -> Tensor:
    rows, width, _ = padded.shape
    return padded.view(rows, width, own.num_attention_heads, own.attention_head_size).transpose(1, 2)


def pool(states: Tensor, layout: Layout, how: str) -> Tensor:
    """[N, H] -> [B, H]: the mean over a row's tokens, or its first token."""
    if how == "cls":
        return states[layout.column == 0]
    sums = states.new_zeros(layout.rows, states.shape[1]).index_add(0, layout.row, states)
    return sums / torch.bincount(layout.row, minlength=layout.rows).unsqueeze(1).to(states.dtype)
