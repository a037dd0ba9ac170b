"""What a kind of noise is: a rule that changes labels, or a rule that edits one text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples
from benchmark.streams import Streams, uniforms


@dataclass(frozen=True)
class Draw:
    """The random numbers of one text: a named stream per (kind, side of the pair, example id, copy).

    They depend on neither the row order, nor the other texts, nor the level: what a low level touches, a higher level touches too.
    """

    streams: Streams
    names: tuple[str | int, ...]

    def seed(self, what: str) -> int:
        """A 63-bit seed for one named draw of this text."""
        return self.streams.seed_of("noise", *self.names, what)

    def uniforms(self, what: str, n: int) -> NDArray[np.float64]:
        """One number in [0, 1) per position of this text. [n]"""
        return uniforms(np.arange(n, dtype=np.uint64), self.seed(what))


@dataclass(frozen=True)
class Edited:
    """One text after noise.

    Args:
        text: the text as it is now; the very same string where nothing was changed.
        units: how many units (letters or words, as the kind says) the text had.
        changed: how many of them were changed.
        edits: how often each edit was made, by name.
    """

    text: str
    units: int
    changed: int
    edits: dict[str, int] = field(default_factory=dict)


class Translation(Protocol):
    """A text there and back."""

    @property
    def text(self) -> str:
        """What came back."""

    @property
    def truncated(self) -> bool:
        """Whether the text, or its translation, was too long for the model."""


class Translator(Protocol):
    """Translates a text there and back by sampling."""

    @property
    def identity(self) -> str:
        """What the result depends on beyond the arguments: a hash of models and tokenizers."""

    def __call__(self, text: str, temperature: float, seed: int) -> Translation:
        """Translate there and back."""


@dataclass(frozen=True)
class Tools:
    """What an editor may need beyond the text: a folder for costly results, and a translator in place of the hub's models."""

    cache: Path | None = None
    translator: Translator | None = None


Relabel = Callable[[Examples, float, Streams, int], NDArray[np.int64]]
TextEdit = Callable[[str, float, Draw], Edited]


@dataclass(frozen=True)
class NoiseKind:
    """A kind of noise, as `list noise` shows it and as `apply_noise` uses it.

    Args:
        name: as in `--noise NAME:LEVEL`.
        description: one line.
        unit: what the realised rate counts: `labels`, `letters` or `words`.
        lowest, highest: the allowed levels, both included.
        defined: the function or class that does it; gives the origin.
        relabel: (examples, level, streams, K) -> new labels int64 [n]; for label noise.
        editor: tools -> (text, level, draw) -> Edited; for text noise.
        adds: whether `size = add:N` is allowed.
    """

    name: str
    description: str
    unit: Literal["labels", "letters", "words"]
    lowest: float
    highest: float
    defined: Callable[..., object]
    relabel: Relabel | None = None
    editor: Callable[[Tools], TextEdit] | None = None
    adds: bool = False

    @property
    def touches(self) -> Literal["labels", "texts"]:
        """Whether labels or texts are changed."""
        return "texts" if self.relabel is None else "labels"

    @property
    def module(self) -> str:
        """The module that defines it."""
        return self.defined.__module__

    @property
    def origin(self) -> str:
        """Where it is defined: path:line, the path relative to the folder that holds the package."""
        import inspect

        return f"{self.module.replace('.', '/')}.py:{inspect.getsourcelines(self.defined)[1]}"

    def allows(self, level: float) -> bool:
        """Whether the level is in the allowed range (a NaN is not)."""
        return self.lowest <= level <= self.highest
