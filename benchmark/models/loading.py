"""Loading an encoder: safetensors only, files checked by hash, no remote code; and resetting it between runs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from benchmark.config.encoder import EncoderConfig
from benchmark.models import bert
from benchmark.models.backbone import Backbone
from benchmark.models.encoder_files import RANDOM_POSITIONS, files_hash, locate
from benchmark.models.mlm_head import VocabularyHead, random_head, stored_head
from benchmark.models.tokenizer import FileVocabulary, HashVocabulary, Tokenizer


class LoadedEncoder:
    """One loaded encoder that a process keeps for all its runs.

    Each run gets the same module with its tensors set back to the pristine ones: cheaper than loading, and no run sees what an
    earlier one did to it.

    Attributes:
        files: the hash of the files that were loaded (`files_hash`).
    """

    def __init__(self, config: EncoderConfig, folder: Path | None, device: str, precision: str) -> None:
        self.files = files_hash(config, folder)
        model, tokenizer = _random(config) if folder is None else _load(config, folder)
        self.backbone = Backbone(model.to(device), tokenizer, config.pooling, precision)
        self._config, self._folder = config, folder
        self._head: VocabularyHead | None = None
        self._pristine = _copies(self.backbone)

    @property
    def pristine(self) -> dict[str, torch.Tensor]:
        """The tensors as loaded, by name."""
        return self._pristine

    @torch.no_grad()
    def fresh(self, kind: str = "encoder", max_length: int | None = None) -> Backbone:
        """The backbone with its pristine tensors, everything trainable, no gradients left.

        Args:
            kind: `masked-lm` adds its language-model head (a UserError where it has none); `encoder` leaves it out.
            max_length: texts are cut to this many tokens; None: to the encoder's default.
        """
        self.backbone.tokenizer.set_max_length(max_length or self._config.max_length)
        self.backbone.vocabulary = self._loaded_head() if kind == "masked-lm" else None
        for name, tensor in self.backbone.tensors().items():
            tensor.copy_(self._pristine[name])
        self.backbone.start = self._pristine
        self.backbone.requires_grad_(True)
        for parameter in self.backbone.parameters():
            parameter.grad = None
        return self.backbone

    def _loaded_head(self) -> VocabularyHead:
        if self._head is None:
            shape: Any = self.backbone.model.config
            found = random_head(shape) if self._folder is None else stored_head(self._config.name, shape, self._folder)
            self._head = self.backbone.vocabulary = found.to(self.backbone.device)
            self._pristine = _copies(self.backbone) | self._pristine
        return self._head


def _copies(backbone: Backbone) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in backbone.tensors().items()}


def _load(config: EncoderConfig, folder: Path) -> tuple[Any, Tokenizer]:
    model = bert.load(folder) or _through_transformers(folder)
    vocabulary = FileVocabulary(folder / "tokenizer.json", config.max_length, pad=model.config.pad_token_id or 0)
    return model, Tokenizer(vocabulary, segments=getattr(model.config, "type_vocab_size", 1) > 1)


def _through_transformers(folder: Path) -> Any:
    """A model of any other architecture."""
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    architecture = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    return AutoModel.from_pretrained(
        folder,
        config=architecture,
        use_safetensors=True,
        trust_remote_code=False,
        dtype=torch.float32,
        **_without_pooler(architecture.model_type),
    )


def _without_pooler(model_type: str) -> dict[str, bool]:
    """The tanh pooler is never used here; left in, it would be a trained module that never moves."""
    return {"add_pooling_layer": False} if model_type in ("bert", "roberta", "xlm-roberta", "camembert", "mpnet") else {}


def _random(config: EncoderConfig) -> tuple[Any, Tokenizer]:
    shape = config.random
    assert shape is not None
    architecture = bert.BertConfig(
        vocab_size=shape.vocab,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=RANDOM_POSITIONS,
        pad_token_id=HashVocabulary.pad,
    )
    model = bert.random_bert(architecture)
    return model, Tokenizer(HashVocabulary(shape.vocab, config.max_length), segments=True)


def kept_encoder(config: EncoderConfig, device: str, precision: str) -> LoadedEncoder:
    """A loaded encoder, kept for the process's next runs; loaded again where its files have changed."""
    return _encoder(config.model_dump_json(), files_hash(config, locate(config)), device, precision)


@lru_cache(maxsize=2)
def _encoder(described: str, files: str, device: str, precision: str) -> LoadedEncoder:
    """`files` is there for the cache."""
    config = EncoderConfig.model_validate_json(described)
    return LoadedEncoder(config, locate(config), device, precision)
