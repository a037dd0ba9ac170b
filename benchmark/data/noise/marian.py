"""Translation by sampling with the hub's Marian models, there and back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.errors import UserError
from benchmark.streams import derive

EN_DE, DE_EN = "Helsinki-NLP/opus-mt-en-de", "Helsinki-NLP/opus-mt-de-en"
LONGEST = 512  # what the models were built to read and to write, in tokens
CONFIGURATION = ("config.json", "generation_config.json", "tokenizer_config.json", "source.spm", "target.spm", "vocab.json")
WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # the first that is there; the second is read with weights_only


@dataclass(frozen=True)
class Sampled:
    """A sampled translation. `truncated`: the model did not read, or did not write, the whole text."""

    text: str
    truncated: bool


@dataclass(frozen=True)
class Leg:
    """One direction: a Marian model (or another that generates text from text) with its tokenizer, on the CPU in fp32."""

    model: Any
    tokenizer: Any
    longest: int = LONGEST

    def sample(self, text: str, temperature: float, seed: int) -> Sampled:
        """One sampled translation, a function of the arguments alone.

        Texts are translated one at a time: in a batch, padding and the shared generator would let the other texts have a say. The
        sampling is from the whole distribution: one beam (the models' own setting is a beam search), and neither of the two cuts
        (top k, top p). The state of the global generator is put back.
        """
        import torch

        inputs = self.tokenizer([text], return_tensors="pt", truncation=True, max_length=self.longest)
        tokens = inputs["input_ids"].shape[1]
        whole = len(self.tokenizer([text])["input_ids"][0]) <= self.longest
        room = min(self.longest - 1, 2 * tokens + 16)  # a bound for a translation that finds no end
        with torch.inference_mode(), torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            output = self.model.eval().generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                do_sample=True,
                temperature=temperature,
                num_beams=1,
                top_k=0,
                top_p=1.0,
                max_new_tokens=room,
            )[0]
        ended = len(output) - 1 < room  # position 0 starts the decoder; the models force an end where the room ends
        return Sampled(self.tokenizer.decode(output, skip_special_tokens=True).strip(), not (whole and ended))


@dataclass(frozen=True)
class RoundTrip:
    """There and back with two given legs; both sample, so that copies differ in the pivot language too."""

    there: Leg
    back: Leg
    identity: str

    def __call__(self, text: str, temperature: float, seed: int) -> Sampled:
        """The text there and back."""
        pivot = self.there.sample(text, temperature, derive(seed, "there"))
        result = self.back.sample(pivot.text, temperature, derive(seed, "back"))
        return Sampled(result.text, pivot.truncated or result.truncated)


@dataclass(frozen=True)
class HubRoundTrip:
    """There and back with models of the hub that were fetched before (`fetch`), or with two folders of that form.

    The models are looked for when the first text comes and loaded when the first text is not in the cache.
    """

    names: tuple[str, str] = (EN_DE, DE_EN)

    @cached_property
    def folders(self) -> tuple[Path, Path]:
        """Where the two models are on this machine. UserError where they are not."""
        return _local(self.names[0]), _local(self.names[1])

    @cached_property
    def identity(self) -> str:
        """SHA-256 over the files of both models: what they are called does not matter, nor where they lie."""
        return hashlib.sha256("".join(_hash(folder) for folder in self.folders).encode()).hexdigest()

    @cached_property
    def _trip(self) -> RoundTrip:
        return RoundTrip(load_leg(self.folders[0]), load_leg(self.folders[1]), self.identity)

    def __call__(self, text: str, temperature: float, seed: int) -> Sampled:
        """The text there and back."""
        return self._trip(text, temperature, seed)


def load_leg(folder: Path) -> Leg:
    """A model and its tokenizer from a folder, without the network."""
    try:
        import torch
        from transformers import MarianMTModel, MarianTokenizer

        tokenizer = MarianTokenizer.from_pretrained(folder, local_files_only=True)
        with torch.random.fork_rng(devices=[]):  # building the modules draws numbers
            model: Any = MarianMTModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    except ImportError as error:
        raise UserError(
            f"Back-translation cannot start: {error}.", "It needs sentencepiece.", "Run `pip install sentencepiece`."
        ) from error
    return Leg(model.eval(), tokenizer, int(getattr(model.config, "max_position_embeddings", LONGEST)))


def fetch(names: tuple[str, str] = (EN_DE, DE_EN)) -> tuple[Path, Path]:
    """Fetch both models from the hub (about 300 MB each) and return their folders: what `prepare` calls. Uses the network."""
    from huggingface_hub import list_repo_files, snapshot_download

    def one(name: str) -> Path:
        weights = next(file for file in WEIGHTS if file in set(list_repo_files(name)))
        return Path(snapshot_download(name, allow_patterns=[*CONFIGURATION, weights]))

    return one(names[0]), one(names[1])


def _local(name: str) -> Path:
    """The folder of a model that is on this machine, complete."""
    folder = Path(name) if Path(name).is_dir() else _snapshot(name)
    if folder is None or not (folder / "config.json").is_file() or not any((folder / file).is_file() for file in WEIGHTS):
        raise UserError(
            f"Back-translation needs the translation model {name}, which is not on this machine.",
            "Both models (English-German and German-English, about 300 MB each) must be in the hub's cache.",
            "Where there is a network, run `python -m benchmark prepare --suite glue-noise --profile PROFILE` with this run's "
            "profile, or leave back-translation out with --noise.",
        )
    return folder


def _snapshot(name: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def _hash(folder: Path) -> str:
    weights = next(file for file in WEIGHTS if (folder / file).is_file())
    digest = hashlib.sha256()
    for name in (*CONFIGURATION, weights):
        if (folder / name).is_file():
            digest.update(f"{name} {hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
