"""Texts to padded token ids, through the `tokenizers` library alone (transformers' tokenizers cost seconds of import)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

Encoding = tuple[list[int], list[int]]  # token ids and segment ids


@dataclass(frozen=True)
class Tokens:
    """A padded batch.

    Args:
        ids: int64 [B, T] token ids, padded on the right.
        mask: int64 [B, T], 1 where there is a token.
        types: int64 [B, T] segment ids, or None for encoders that know one segment only.
        indices: int64 [N], where the tokens lie in the flattened mask; None: not looked up yet.
    """

    ids: Tensor
    mask: Tensor
    types: Tensor | None = None
    indices: Tensor | None = None

    def to(self, device: torch.device) -> Tokens:
        """These tokens on another device, with their indices: to look these up there, the host would have to wait for it."""
        if device.type == "cpu":
            return self
        found = token_indices(self.mask)
        moved = [None if t is None else t.to(device, non_blocking=True) for t in (self.ids, self.mask, self.types, found)]
        return Tokens(moved[0], moved[1], moved[2], moved[3])  # type: ignore[arg-type]


def token_indices(mask: Tensor) -> Tensor:
    """int64 [N], row by row: where a mask [B, T], flattened, has a token."""
    return mask.flatten().nonzero().squeeze(1)


class Vocabulary(Protocol):
    """How one text, or a pair, becomes ids; special tokens included, cut to the encoder's length."""

    pad: int
    mask: int | None  # the token that stands for a hidden one, where there is such a token
    special: frozenset[int]  # tokens that are no part of a text
    max_length: int

    def set_max_length(self, max_length: int) -> None:
        """Cut texts to this many tokens from now on."""

    def encode(self, text: str, second: str | None) -> Encoding:
        """Token ids and segment ids."""

    def is_cut(self, text: str, second: str | None) -> bool:
        """Whether `encode` leaves tokens out."""


class Tokenizer:
    """A vocabulary with a memory: the short runs of a grid see the same texts hundreds of times.

    Args:
        segments: whether the encoder knows two segments (BERT) or one (RoBERTa).
    """

    def __init__(self, vocabulary: Vocabulary, segments: bool) -> None:
        self.vocabulary, self.segments = vocabulary, segments
        self._memory: dict[tuple[str, str | None], Encoding] = {}

    def encodings(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> list[Encoding]:
        """Unpadded ids of each text (pair)."""
        pairs = [(text, None) for text in texts] if seconds is None else list(zip(texts, seconds, strict=True))
        return [self._remember(text, second) for text, second in pairs]

    def set_max_length(self, max_length: int) -> None:
        """Cut texts (pairs) to this many tokens, special ones included."""
        if max_length != self.vocabulary.max_length:
            self.vocabulary.set_max_length(max_length)
            self._memory.clear()

    def n_cut(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> int:
        """How many of the texts (pairs) lose tokens to the length cap."""
        pairs = zip(texts, [None] * len(texts) if seconds is None else seconds, self.encodings(texts, seconds), strict=True)
        full = self.vocabulary.max_length
        return sum(len(ids) == full and self.vocabulary.is_cut(text, second) for text, second, (ids, _) in pairs)

    def __call__(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> Tokens:
        """Padded to the longest text of this call, on the CPU."""
        rows = self.encodings(texts, seconds)
        lengths = [len(ids) for ids, _ in rows]
        missing = [max(lengths) - length for length in lengths]
        ids = torch.tensor([ids + [self.vocabulary.pad] * gap for (ids, _), gap in zip(rows, missing, strict=True)])
        mask = (torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)).long()
        types = torch.tensor([segments + [0] * gap for (_, segments), gap in zip(rows, missing, strict=True)]) if self.segments else None
        return Tokens(ids, mask, types)

    def _remember(self, text: str, second: str | None) -> Encoding:
        if (text, second) not in self._memory:
            if len(self._memory) > 200_000:  # a bound on memory, not a policy
                self._memory.clear()
            self._memory[text, second] = self.vocabulary.encode(text, second)
        return self._memory[text, second]


class FileVocabulary:
    """The `tokenizer.json` of an encoder folder."""

    def __init__(self, file: Path, max_length: int, pad: int) -> None:
        from tokenizers import Tokenizer as Fast

        self.pad = pad
        self._fast = Fast.from_file(str(file))
        self.mask = next((i for name in ("[MASK]", "<mask>") if (i := self._fast.token_to_id(name)) is not None), None)
        self.special = frozenset(i for i, token in self._fast.get_added_tokens_decoder().items() if token.special)
        self._fast.no_padding()
        self.set_max_length(max_length)

    def set_max_length(self, max_length: int) -> None:
        """Cut texts to this many tokens from now on; of a pair the longer text loses the first ones."""
        self.max_length = max_length
        self._fast.enable_truncation(max_length)

    def encode(self, text: str, second: str | None) -> Encoding:
        """Through the library, special tokens included."""
        encoding = self._fast.encode(text) if second is None else self._fast.encode(text, second)
        return list(encoding.ids), list(encoding.type_ids)

    def is_cut(self, text: str, second: str | None) -> bool:
        """Whether the library has tokens left over."""
        return bool((self._fast.encode(text) if second is None else self._fast.encode(text, second)).overflowing)


class HashVocabulary:
    """Words hashed to ids: the vocabulary of the random encoders, which were never trained on any other."""

    pad, start, end = 0, 1, 2
    mask: int | None = end  # an id of its own would move those of the words
    special = frozenset({pad, start, end})

    def __init__(self, size: int, max_length: int) -> None:
        self.size, self.max_length = size, max_length

    def set_max_length(self, max_length: int) -> None:
        """Cut texts to this many tokens from now on."""
        self.max_length = max_length

    def encode(self, text: str, second: str | None) -> Encoding:
        """[start] words [end] (words [end]), cut to `max_length`."""
        ids, types = self._whole(text, second)
        return ids[: self.max_length], types[: self.max_length]

    def is_cut(self, text: str, second: str | None) -> bool:
        """Whether there are more tokens than `max_length`."""
        return len(self._whole(text, second)[0]) > self.max_length

    def _whole(self, text: str, second: str | None) -> Encoding:
        first = [self.start, *self._words(text), self.end]
        rest = [] if second is None else [*self._words(second), self.end]
        return first + rest, [0] * len(first) + [1] * len(rest)

    def _words(self, text: str) -> list[int]:
        return [3 + zlib.crc32(word.encode()) % (self.size - 3) for word in text.lower().split()]
