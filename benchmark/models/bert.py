"""The modules of a BERT or RoBERTa encoder, named as transformers names them, without its two seconds of import.

Only the parameters and what `learning/flat.py` reads are here: no forward pass, no head, no pooler. A test holds tensors and results to
those of transformers. Any other architecture is loaded through transformers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from benchmark.errors import UserError
from benchmark.models.bert_forward import FIRST_POSITION

OLD_NAMES = {"weight": "gamma", "bias": "beta"}  # of a LayerNorm's tensors in checkpoints converted from TensorFlow


class UninitializedLinear(nn.Linear):
    """A linear map whose weights are loaded: drawing first ones would take longer."""

    def reset_parameters(self) -> None:
        """Nothing."""


class UninitializedEmbedding(nn.Embedding):
    """An embedding whose rows are loaded."""

    def reset_parameters(self) -> None:
        """Nothing."""


class Embeddings(nn.Module):
    """Words, positions, segments."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = UninitializedEmbedding(config.vocab_size, width)
        self.position_embeddings = UninitializedEmbedding(config.max_position_embeddings, width)
        self.token_type_embeddings = UninitializedEmbedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


class SelfAttention(nn.Module):
    """The maps to query, key and value."""

    def __init__(self, config: Any) -> None:
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

    def __init__(self, config: Any, inputs: int) -> None:
        super().__init__()
        self.dense = UninitializedLinear(inputs, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)


class Attention(nn.Module):
    """Self-attention and its output."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.self, self.output = SelfAttention(config), Output(config, config.hidden_size)


class Intermediate(nn.Module):
    """The wide map, with GELU."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.dense = UninitializedLinear(config.hidden_size, config.intermediate_size)

    def forward(self, states: Tensor) -> Tensor:
        """[N, H] -> [N, intermediate]."""
        return nn.functional.gelu(self.dense(states))


class Layer(nn.Module):
    """Attention and feed-forward part."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.attention, self.intermediate = Attention(config), Intermediate(config)
        self.output = Output(config, config.intermediate_size)


class EncoderLayers(nn.Module):
    """All layers, under the name that transformers gives them."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))


class Bert(nn.Module):
    """An encoder whose forward pass is `flat.encode`.

    Attributes:
        config: the fields of its config.json.
    """

    def __init__(self, config: Any) -> None:
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
    defaults = {
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "type_vocab_size": 2,
    }
    model = Bert(SimpleNamespace(**(defaults | given)))
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


def _own_name(name: str, kind: str) -> str:
    """A checkpoint's name of a tensor without the prefix that models with a head have."""
    bare = name.removeprefix(f"{'roberta' if kind == 'xlm-roberta' else kind}.")
    for new, old in OLD_NAMES.items():
        bare = bare.replace(f"LayerNorm.{old}", f"LayerNorm.{new}")
    return bare
