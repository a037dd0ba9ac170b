"""A forward pass without padding, for encoders of the BERT family.

Texts of a batch differ in length, and a padded batch spends matrix products on padding. Here the tokens of a batch lie one behind the
other in [N, H], N = tokens in all; only attention, a small part of the work, unfolds them. It uses the live modules
of the model (`learning/bert.py`, or transformers' own) and gives what transformers' forward gives (a test holds them together).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark.models.dropout import dropout
from benchmark.models.tokenizer import Tokens
from benchmark.models.unpadding import Unpadding

FIRST_POSITION = {"bert": 0, "roberta": 1, "xlm-roberta": 1}  # positions begin at 0, or behind the padding index


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Where the vectors of the words come from.

    Args:
        matrix: in place of the model's word-embedding matrix; gradients flow into it.
        place: int64 [V], the row of each token id in the matrix; None: the ids themselves.
        offset: float32 [B, T, H], added to the word vector of each token.
    """

    matrix: Tensor | None = None
    place: Tensor | None = None
    offset: Tensor | None = None


OWN_WORDS = WordVectors()


def supports(model: nn.Module) -> bool:
    """Whether this pass knows the model's modules; others go through their own padded forward."""
    config = getattr(model, "config", None)
    return getattr(config, "model_type", "") in FIRST_POSITION and getattr(config, "position_embedding_type", "absolute") == "absolute"


def encode(model: Any, tokens: Tokens, words: WordVectors = OWN_WORDS) -> tuple[Tensor, Unpadding]:
    """Last hidden states [N, H] of the tokens of a batch, and where they lie."""
    unpadding = Unpadding.of(tokens.mask, tokens.indices)
    for states in layer_states(model, tokens, unpadding, words):
        last = states
    return last, unpadding


def layer_states(model: Any, tokens: Tokens, unpadding: Unpadding, words: WordVectors = OWN_WORDS) -> Iterator[Tensor]:
    """Hidden states [N, H]: those of the embeddings, then those of each layer."""
    states = embed(model, tokens, unpadding, words)
    yield states
    for layer in model.encoder.layer:
        states = attend(layer.attention, states, unpadding, model.training)
        states = feed_forward(layer, states, model.training)
        yield states


def embed(model: Any, tokens: Tokens, unpadding: Unpadding, words: WordVectors = OWN_WORDS) -> Tensor:
    """Words + positions + segments, LayerNorm, dropout: [N, H]."""
    embeddings, config = model.embeddings, model.config
    ids = tokens.ids.flatten()[unpadding.indices]
    looked_up = F.embedding(
        ids if words.place is None else words.place[ids], embeddings.word_embeddings.weight if words.matrix is None else words.matrix
    )
    if words.offset is not None:
        looked_up = looked_up + words.offset.flatten(0, 1)[unpadding.indices]
    segments = torch.zeros_like(ids) if tokens.types is None else tokens.types.flatten()[unpadding.indices]
    first = (config.pad_token_id + 1) * FIRST_POSITION[config.model_type]
    states = looked_up + embeddings.token_type_embeddings(segments) + embeddings.position_embeddings(unpadding.column + first)
    return dropout(embeddings.LayerNorm(states), embeddings.dropout.p, embeddings.training)


def attend(block: Any, states: Tensor, unpadding: Unpadding, training: bool, causal: bool = False) -> Tensor:
    """Multi-head self-attention within each row (`causal`: to earlier tokens), with its output map, residual and LayerNorm: [N, H]."""
    own, after = block.self, block.output
    narrow = to_autocast_dtype(states)
    query, key, value = (unpadding.unfold(part(narrow), own.num_attention_heads) for part in (own.query, own.key, own.value))
    mixed = unpadding.fold(attention(query, key, value, unpadding, own.dropout.p if training else 0.0, causal))
    return after.LayerNorm(dropout(after.dense(mixed), after.dropout.p, training) + states)  # type: ignore[no-any-return]


def feed_forward(layer: Any, states: Tensor, training: bool) -> Tensor:
    """The feed-forward part of a layer, with residual and LayerNorm: [N, H]."""
    after = layer.output
    inner = layer.intermediate(to_autocast_dtype(states))
    return after.LayerNorm(dropout(after.dense(inner), after.dropout.p, training) + states)  # type: ignore[no-any-return]


def to_autocast_dtype(states: Tensor) -> Tensor:
    """In the precision of the products that follow: cast once here, not once in each of them."""
    kind = states.device.type
    return states.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else states


def attention(query: Tensor, key: Tensor, value: Tensor, unpadding: Unpadding, rate: float, causal: bool) -> Tensor:
    """Attention over query, key and value, [B, heads, T, D] each and as a result, with dropout of the given rate on its weights."""
    if query.device.type != "cpu":
        seen = {"is_causal": True} if causal else {"attn_mask": unpadding.mask}
        return F.scaled_dot_product_attention(query, key, value, dropout_p=rate, **seen)
    rows, count, width, size = query.shape
    blocked = unpadding.later(query) if causal else unpadding.padding(query, count)
    scores = torch.baddbmm(blocked, query.flatten(0, 1), key.flatten(0, 1).transpose(1, 2), alpha=size**-0.5)
    weights = dropout(scores.softmax(-1, dtype=torch.float32), rate, rate > 0)  # in bf16 the softmax alone takes three times as long
    return torch.bmm(weights.to(query.dtype), value.flatten(0, 1)).view(rows, count, width, size)


def pool(states: Tensor, unpadding: Unpadding, how: str) -> Tensor:
    """[N, H] -> [B, H]: the mean over a row's tokens, or its first token."""
    lengths = unpadding.lengths
    if how == "cls":
        return states.index_select(0, lengths.cumsum(0) - lengths)
    sums = states.new_zeros(unpadding.rows, states.shape[1]).index_add(0, unpadding.row, states)
    return sums / lengths.unsqueeze(1).to(states.dtype)
