"""Noise kind `back-translation`: English to German and back by sampling; the hotter, the noisier (Gunel et al. 2021, section 4)."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmark.data.noise.kind import Draw, Edited, NoiseKind, Tools, Translation, Translator
from benchmark.data.noise.marian import HubRoundTrip, Sampled


@dataclass(frozen=True)
class BackTranslation:
    """Replaces a text by its sampled translation there and back.

    The level is the sampling temperature of both legs: the paper samples at decoding, and both legs decode. The seed of a text does not
    depend on the temperature. A text that comes back empty stays as it was and is counted (`came back empty`), and so is one that is too
    long for the models (`truncated`). The realised rate is the share of words that changed, by the alignment of `words_changed`.

    Args:
        translator: does the translation.
        cache: folder for the results, one file per (text, models, temperature, seed); None: no cache.
    """

    translator: Translator
    cache: Path | None = None

    def __call__(self, text: str, temperature: float, draw: Draw) -> Edited:
        """The text after the round trip."""
        translation = self._cached(text, temperature, draw.seed("translate"))
        edits = {"truncated": 1} if translation.truncated else {}
        words = len(text.split())
        if not translation.text:
            return Edited(text, words, 0, edits | {"came back empty": 1})
        changed = words_changed(text, translation.text)
        return Edited(translation.text, words, changed, edits | ({"words changed": changed} if changed else {}))

    def _cached(self, text: str, temperature: float, seed: int) -> Translation:
        if self.cache is None:
            return self.translator(text, temperature, seed)
        asked = {"text": text, "models": self.translator.identity, "temperature": temperature, "seed": seed}
        name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        path = self.cache / name[:2] / f"{name}.json"
        kept = _read(path, asked)
        if kept is None:
            made = self.translator(text, temperature, seed)
            kept = Sampled(made.text, made.truncated)
            _write(path, {"asked": asked, "answer": asdict(kept)})
        return kept


def words_changed(before: str, after: str) -> int:
    """How many words of `before` were replaced or deleted, or the words put in where those are more: 0 for equal word sequences.

    Summed over the stretches in which an alignment (difflib, longest common blocks first) finds the two different; at most the number
    of words of `before`, so that a rate over it stays a share.
    """
    words = before.split()
    blocks = difflib.SequenceMatcher(None, words, after.split(), autojunk=False).get_opcodes()
    return min(len(words), sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in blocks if tag != "equal"))


def _read(path: Path, asked: dict[str, object]) -> Sampled | None:
    """A kept answer; None where there is none or where the file is damaged, so that it is made again."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Sampled(**kept["answer"]) if kept["asked"] == asked else None
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, entry: dict[str, object]) -> None:
    """Write whole or not at all: other workers may write the same entry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    os.replace(part, path)


def _editor(tools: Tools) -> BackTranslation:
    return BackTranslation(tools.translator or HubRoundTrip(), tools.cache)


KIND = NoiseKind(
    name="back-translation",
    description="English-German-English by sampling; level = temperature; size replace or add:N",
    unit="words",
    lowest=0.3,
    highest=0.9,
    defined=BackTranslation,
    editor=_editor,
    adds=True,
)
