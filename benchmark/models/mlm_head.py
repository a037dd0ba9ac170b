"""The language-model head of an encoder: from token states to scores over its vocabulary, as masked-word training left it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark.errors import UserError
from benchmark.models.bert import OLD_NAMES, BertConfig

BERT = ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions")
ROBERTA = ("lm_head.dense", "lm_head.layer_norm", "lm_head")
STORED = {"bert": BERT, "roberta": ROBERTA, "xlm-roberta": ROBERTA}  # where the weights of dense, normalisation and bias stand
WITH_HEAD = ("bert-base-uncased", "roberta-base", "roberta-large")


class VocabularyHead(nn.Module):
    """H -> H, GELU, LayerNorm, then the product with the live word embeddings and a bias: the head of BERT and RoBERTa.

    The word embeddings are handed in with each pass, so that the tie between both ends of the model cannot break.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, states: Tensor, words: Tensor) -> Tensor:
        """Scores [M, V] of states [M, H] under the word embeddings [V, H]."""
        scores: Tensor = self.norm(F.gelu(self.dense(states))) @ words.T
        return scores + self.bias


def random_head(config: BertConfig) -> VocabularyHead:
    """A head for a random encoder: as random as the encoder, and always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return VocabularyHead(config)


def stored_head(name: str, config: BertConfig, folder: Path) -> VocabularyHead:
    """The head that lies beside the encoder in its model.safetensors. UserError where there is none.

    Args:
        name: of the encoder, for messages.
        config: the fields of its config.json.
    """
    from safetensors.torch import load_file

    if config.model_type not in STORED or config.hidden_act != "gelu" or not getattr(config, "tie_word_embeddings", True):
        raise _without(name, f"is of another type ({config.model_type}, {config.hidden_act}) or not tied to its word embeddings")
    try:
        tensors = _named(load_file(folder / "model.safetensors"), *STORED[config.model_type])
    except KeyError as missing:
        raise _without(name, f"was saved without a language-model head: it has no {missing.args[0]!r}") from None
    head = VocabularyHead(config)
    head.load_state_dict(tensors)
    return head.float()


def _named(stored: Mapping[str, Tensor], dense: str, norm: str, top: str) -> dict[str, Tensor]:
    """The stored tensors under the names of `VocabularyHead`; a KeyError with the name of the first that is not there."""
    wanted: dict[str, tuple[str, ...]] = {f"dense.{part}": (f"{dense}.{part}",) for part in ("weight", "bias")}
    wanted |= {f"norm.{part}": (f"{norm}.{part}", f"{norm}.{old}") for part, old in OLD_NAMES.items()}
    wanted["bias"] = (f"{top}.bias", f"{top}.decoder.bias")
    return {own: _first(stored, names) for own, names in wanted.items()}


def _first(stored: Mapping[str, Tensor], names: tuple[str, ...]) -> Tensor:
    found = next((stored[name] for name in names if name in stored), None)
    if found is None:
        raise KeyError(names[0])
    return found


def _without(name: str, reason: str) -> UserError:
    return UserError(
        f'A method with backbone = "masked-lm" was given the encoder {name!r}, which {reason}.',
        f"Encoders with a language-model head: {', '.join(WITH_HEAD)}, the random ones, and BERT or RoBERTa folders saved with one.",
        "Choose one of them with --encoder or a profile that uses it.",
    )
