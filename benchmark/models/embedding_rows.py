"""Training with the word-embedding rows of the tokens that occur, and no others.

A short run meets some hundred of the vocabulary's tens of thousands of tokens. All other rows have no gradient, but clearing, clipping
and stepping them costs as much as the rows that have one. Here the occurring rows stand in for the matrix while a phase trains, and go
back into it at the end. A row that never occurred changes through weight decay alone, which is one factor for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn

from benchmark.data.examples import Examples
from benchmark.models import bert

if TYPE_CHECKING:
    from benchmark.models.backbone import Backbone

WORTH_IT = 0.5  # of the vocabulary: with more of it in use there is little to leave out


class RowOptimizer(Protocol):
    """What the rows need of the optimizer that trains them."""

    def decay_factor(self, parameter: nn.Parameter) -> float:
        """What one step at the present rate multiplies a parameter by for its weight decay."""

    def lengthen(self, old: nn.Parameter, new: nn.Parameter) -> None:
        """Continue with `new`, which is `old` with further rows behind it."""


class EmbeddingRows:
    """The occurring rows of a backbone's word-embedding matrix [V, H], as a parameter [R, H] in its place.

    A token that turns up later gets its row then (`ensure_rows`), with the moments of a row that never had a gradient: none. That must
    happen between two steps; inside one, the graph would hold the shorter matrix.

    Attributes:
        row_of: int64 [V] on the backbone's device: the row of each token id, -1 for those that have none.
        weight: the parameter [R, H] that is trained; another one after a row was added.
    """

    def __init__(self, backbone: Backbone, ids: Tensor) -> None:
        self.module, self.whole = backbone.model.get_input_embeddings(), backbone.word_embeddings  # type: ignore[operator]
        self.ids, self.weight = ids, nn.Parameter(self.whole.detach()[ids])
        self._row_of = torch.full((len(self.whole),), -1, dtype=torch.long)
        self.row_of = self._row_of
        self._number(ids, 0)
        self.optimizer: RowOptimizer | None = None
        self._decay = 1.0

    def ensure_rows(self, ids: Tensor) -> None:
        """Give every token id of a batch (int64, any shape, on the CPU) a row."""
        missing = ids[self._row_of[ids] < 0].unique()
        if len(missing):
            self._grow(missing)

    @torch.no_grad()
    def _grow(self, ids: Tensor) -> None:
        self._number(ids, len(self.ids))
        self.ids = torch.cat([self.ids, ids])
        longer = nn.Parameter(torch.cat([self.weight, self.whole[ids] * self._decay]))
        if self.optimizer is not None:
            self.optimizer.lengthen(self.weight, longer)
        self.weight = self.module.weight = longer

    def _number(self, ids: Tensor, first: int) -> None:
        self._row_of[ids] = torch.arange(first, first + len(ids))
        self.row_of = self._row_of.to(self.whole.device)

    def after_step(self) -> None:
        """After each optimizer step: what weight decay did to the rows that are not here."""
        assert self.optimizer is not None
        self._decay *= self.optimizer.decay_factor(self.weight)

    @torch.no_grad()
    def give_back(self) -> None:
        """Write the trained rows into the whole matrix, and the decay into the others."""
        self.whole.mul_(self._decay)
        self.whole[self.ids] = self.weight.detach()


@contextmanager
def trimmed(backbone: Backbone, texts: list[Examples], wanted: bool) -> Iterator[None]:
    """Train on the occurring rows inside this context (`backbone.rows`), where `wanted`, where the encoder's forward pass can look rows up,
    and where the tokens of `texts` leave most of the vocabulary out. Else changes nothing."""
    rows = _rows(backbone, texts) if wanted and bert.supports(backbone.model) else None
    if rows is None:
        yield
        return
    backbone.rows, rows.module.weight = rows, rows.weight
    try:
        yield
    finally:
        backbone.rows, rows.module.weight = None, rows.whole
        rows.give_back()


def _rows(backbone: Backbone, texts: list[Examples]) -> EmbeddingRows | None:
    encodings = [encoding for examples in texts for encoding in backbone.tokenizer.encodings(examples.texts, examples.second_texts)]
    occurring = {token for ids, _ in encodings for token in ids} | {backbone.tokenizer.vocabulary.pad}
    if len(occurring) > WORTH_IT * len(backbone.word_embeddings):
        return None
    return EmbeddingRows(backbone, torch.tensor(sorted(occurring)))
