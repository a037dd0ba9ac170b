"""BERT and RoBERTa encoders: modules named as transformers names them, and a forward pass without padding.

Importing transformers takes two seconds, and a padded batch spends matrix products on padding. Here the tokens of a batch lie one behind
the other in [N, H], N = tokens in all; only attention, a small part of the work, unfolds them. A test compares tensors and results with
those of transformers, whose own modules the pass takes as well. Any other architecture goes through transformers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeGuard, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark.errors import UserError
from benchmark.models.dropout import dropout
from benchmark.models.tokenizer import Tokens
from benchmark.models.unpadding import Unpadding

FIRST_POSITION = {"bert": 0, "roberta": 1, "xlm-roberta": 1}  # positions begin at 0, or behind the padding index
OLD_NAMES = {"weight": "gamma", "bias": "beta"}  # of a LayerNorm's tensors in checkpoints converted from TensorFlow


@dataclass(frozen=True)
class BertConfig:
    """The fields of a config.json that say how a BERT or RoBERTa encoder is built, with transformers' defaults."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    model_type: str = "bert"
    type_vocab_size: int = 2
    pad_token_id: int = 0
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    initializer_range: float = 0.02
    hidden_act: str = "gelu"
    position_embedding_type: str = "absolute"
    tie_word_embeddings: bool = True

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> BertConfig:
        """From a config.json; fields that no encoder of ours reads are left out."""
        return cls(**{field.name: given[field.name] for field in fields(cls) if given.get(field.name) is not None})


class UninitializedLinear(nn.Linear):
    """A linear map whose weights are loaded: drawing first ones would take longer."""

    def reset_parameters(self) -> None:
        """Draws nothing: the weights are loaded or drawn later."""


class UninitializedEmbedding(nn.Embedding):
    """An embedding whose rows are loaded."""

    def reset_parameters(self) -> None:
        """Draws nothing: the weights are loaded or drawn later."""


class Embeddings(nn.Module):
    """Words, positions, segments."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = UninitializedEmbedding(config.vocab_size, width)
        self.position_embeddings = UninitializedEmbedding(config.max_position_embeddings, width)
        self.token_type_embeddings = UninitializedEmbedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


class SelfAttention(nn.Module):
    """The maps to query, key and value."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.num_attention_heads, self.attention_head_size = config.num_attention_heads, width // config.num_attention_heads
        self.query, self.key, self.value = (
            UninitializedLinear(width, width),
            UninitializedLinear(width, width),
            UninitializedLinear(width, width),
        )
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)


class Output(nn.Module):
    """A map back to the width, with what follows it."""

    def __init__(self, config: BertConfig, inputs: int) -> None:
        super().__init__()
        self.dense = UninitializedLinear(inputs, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


class Attention(nn.Module):
    """Self-attention and its output."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.self, self.output = SelfAttention(config), Output(config, config.hidden_size)


class Intermediate(nn.Module):
    """The wide map, with GELU."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = UninitializedLinear(config.hidden_size, config.intermediate_size)

    def forward(self, states: Tensor) -> Tensor:
        """[N, H] -> [N, intermediate]."""
        return nn.functional.gelu(self.dense(states))


class Layer(nn.Module):
    """Attention and feed-forward part."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.attention, self.intermediate = Attention(config), Intermediate(config)
        self.output = Output(config, config.intermediate_size)


class EncoderLayers(nn.Module):
    """All layers, under the name that transformers gives them."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))


class Bert(nn.Module):
    """An encoder; `encode` is its forward pass.

    Attributes:
        config: the fields of its config.json.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config, self.embeddings, self.encoder = config, Embeddings(config), EncoderLayers(config)

    def get_input_embeddings(self) -> nn.Embedding:
        """The word embeddings, as transformers models give them."""
        return self.embeddings.word_embeddings


def known(config: Mapping[str, Any]) -> bool:
    """Whether these modules are those of a config.json: a BERT or RoBERTa encoder with GELU and absolute positions."""
    plain = config.get("hidden_act") == "gelu" and config.get("position_embedding_type", "absolute") == "absolute"
    return config.get("model_type") in FIRST_POSITION and plain and not config.get("is_decoder", False)


def load(folder: Path) -> Bert | None:
    """The encoder in a folder, in float32; None where its architecture is another one.

    Raises:
        UserError: weights that lack a tensor, or have one of another shape.
    """
    from safetensors.torch import load_file

    given = json.loads((folder / "config.json").read_text())
    if not known(given):
        return None
    model = Bert(BertConfig.of(given))
    tensors = {_own_name(name, given["model_type"]): tensor for name, tensor in load_file(folder / "model.safetensors").items()}
    wanted = model.state_dict()
    wrong = [name for name, tensor in wanted.items() if name not in tensors or tensors[name].shape != tensor.shape]
    if wrong:
        raise UserError(
            f"model.safetensors of the encoder folder {folder.name!r} does not fit its config.json: {', '.join(wrong[:3])}.",
            f"Each of the {len(wanted)} tensors of such an encoder, in the shape that config.json says.",
            "Give weights and config.json of one model.",
        )
    model.load_state_dict({name: tensors[name].to(torch.float32, copy=True) for name in wanted}, assign=True)
    return model.eval()


def random_bert(config: BertConfig) -> Bert:
    """An encoder with the weights that transformers' `BertModel(config)` draws after `torch.manual_seed(0)`, bit for bit: each module draws
    its own default first, and all of them from N(0, initializer_range) afterwards. Torch's generator is left as it was."""
    model = Bert(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for module in model.modules():
            if isinstance(module, nn.Linear):
                nn.Linear(module.in_features, module.out_features)
            elif isinstance(module, nn.Embedding):
                nn.Embedding(module.num_embeddings, module.embedding_dim)
        for module in model.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, 0.0, config.initializer_range)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight[config.pad_token_id].zero_()
    return model


def _own_name(name: str, kind: str) -> str:
    """A checkpoint's name of a tensor without the prefix that models with a head have."""
    bare = name.removeprefix(f"{'roberta' if kind == 'xlm-roberta' else kind}.")
    for new, old in OLD_NAMES.items():
        bare = bare.replace(f"LayerNorm.{old}", f"LayerNorm.{new}")
    return bare


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Where the vectors of the words come from.

    Args:
        matrix: in place of the model's word-embedding matrix; gradients flow into it.
        row_of: int64 [V], the row of each token id in the matrix; None: the ids themselves.
        offset: float32 [B, T, H], added to the word vector of each token.
    """

    matrix: Tensor | None = None
    row_of: Tensor | None = None
    offset: Tensor | None = None


OWN_WORDS = WordVectors()


def supports(model: nn.Module) -> TypeGuard[Bert]:
    """Whether this pass knows the model's modules; others go through their own padded forward."""
    config = getattr(model, "config", None)
    return getattr(config, "model_type", "") in FIRST_POSITION and getattr(config, "position_embedding_type", "absolute") == "absolute"


def encode(model: Bert, tokens: Tokens, words: WordVectors = OWN_WORDS) -> tuple[Tensor, Unpadding]:
    """Last hidden states [N, H] of the tokens of a batch, and where they lie."""
    unpadding = Unpadding.of(tokens.mask, tokens.indices)
    for states in layer_states(model, tokens, unpadding, words):
        last = states
    return last, unpadding


def layer_states(model: Bert, tokens: Tokens, unpadding: Unpadding, words: WordVectors = OWN_WORDS) -> Iterator[Tensor]:
    """Hidden states [N, H]: those of the embeddings, then those of each layer."""
    states = embed(model, tokens, unpadding, words)
    yield states
    for layer in cast("list[Layer]", list(model.encoder.layer)):
        states = attend(layer.attention, states, unpadding, model.training)
        states = feed_forward(layer, states, model.training)
        yield states


def embed(model: Bert, tokens: Tokens, unpadding: Unpadding, words: WordVectors = OWN_WORDS) -> Tensor:
    """Words + positions + segments, LayerNorm, dropout: [N, H]."""
    embeddings, config = model.embeddings, model.config
    ids = tokens.ids.flatten()[unpadding.indices]
    looked_up = F.embedding(
        ids if words.row_of is None else words.row_of[ids], embeddings.word_embeddings.weight if words.matrix is None else words.matrix
    )
    if words.offset is not None:
        looked_up = looked_up + words.offset.flatten(0, 1)[unpadding.indices]
    segments = torch.zeros_like(ids) if tokens.types is None else tokens.types.flatten()[unpadding.indices]
    first = (config.pad_token_id + 1) * FIRST_POSITION[config.model_type]
    states = looked_up + embeddings.token_type_embeddings(segments) + embeddings.position_embeddings(unpadding.column + first)
    return dropout(embeddings.LayerNorm(states), embeddings.dropout.p, embeddings.training)


def attend(block: Attention, states: Tensor, unpadding: Unpadding, training: bool, causal: bool = False) -> Tensor:
    """Multi-head self-attention within each row (`causal`: to earlier tokens), with its output map, residual and LayerNorm: [N, H]."""
    own, after = block.self, block.output
    narrow = to_autocast_dtype(states)
    query, key, value = (unpadding.unfold(part(narrow), own.num_attention_heads) for part in (own.query, own.key, own.value))
    mixed = unpadding.fold(attention(query, key, value, unpadding, own.dropout.p if training else 0.0, causal))
    return after.LayerNorm(dropout(after.dense(mixed), after.dropout.p, training) + states)  # type: ignore[no-any-return]


def feed_forward(layer: Layer, states: Tensor, training: bool) -> Tensor:
    """The feed-forward part of a layer, with residual and LayerNorm: [N, H]."""
    after = layer.output
    inner = layer.intermediate(to_autocast_dtype(states))
    return after.LayerNorm(dropout(after.dense(inner), after.dropout.p, training) + states)  # type: ignore[no-any-return]


def to_autocast_dtype(states: Tensor) -> Tensor:
    """In the precision of the products that follow: cast once here, not once in each of them."""
    device = states.device.type
    return states.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else states


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
