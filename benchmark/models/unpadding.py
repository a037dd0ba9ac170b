"""Where the tokens of a batch without padding lie, and how they move into the padded grid of attention and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from benchmark.models.tokenizer import token_indices


@dataclass(frozen=True)
class Unpadding:
    """Where the tokens of a batch lie.

    Args:
        rows, width: B and T of the padded batch.
        indices: int64 [N], the position of each token in the flattened padded batch, row by row.
        row: int64 [N], the row of each token.
        column: int64 [N], its position in the row.
        mask: bool [B, 1, 1, T], True where there is a token.
    """

    rows: int
    width: int
    indices: Tensor
    row: Tensor
    column: Tensor
    mask: Tensor
    _gathers: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)  # heads -> what `moves` gives

    @classmethod
    def of(cls, mask: Tensor, found: Tensor | None = None) -> Unpadding:
        """From an attention mask [B, T]; `found`: its places, where they are known already."""
        rows, width = mask.shape
        where = token_indices(mask) if found is None else found
        return cls(rows, width, where, where // width, where % width, mask.bool()[:, None, None, :])

    @property
    def lengths(self) -> Tensor:
        """int64 [B], the tokens of each row."""
        return self.mask.sum((1, 2, 3))

    def unfold(self, flat: Tensor, heads: int) -> Tensor:
        """[N, H] -> [B, heads, T, H / heads]. What stands in place of padding is the value of some token: attention hides it."""
        there, back = self.gathers(heads)
        grid: Tensor = Unfold.apply(flat.reshape(len(back), -1), there, back)  # type: ignore[no-untyped-call]
        return grid.view(self.rows, heads, self.width, -1)

    def fold(self, grid: Tensor) -> Tensor:
        """[B, heads, T, D] -> [N, heads D]; what stands in place of padding is left out."""
        heads = grid.shape[1]
        flat: Tensor = Fold.apply(grid.reshape(-1, grid.shape[-1]), self.gathers(heads)[1])  # type: ignore[no-untyped-call]
        return flat.view(len(self.indices), -1)

    def gathers(self, heads: int) -> tuple[Tensor, Tensor]:
        """How the pieces of D = H / heads numbers move: for each position of [B, heads, T] the piece of [N, heads] that belongs there
        (padding: the first one), and for each piece its position. int64 [B heads T] and [N heads]."""
        if heads not in self._gathers:
            head = torch.arange(heads, device=self.row.device)
            back = ((self.row[:, None] * heads + head) * self.width + self.column[:, None]).flatten()
            there = back.new_zeros(self.rows * heads * self.width)
            self._gathers[heads] = there.index_copy_(0, back, torch.arange(len(back), device=back.device)), back
        return self._gathers[heads]

    def padding(self, like: Tensor, heads: int) -> Tensor:
        """What hides padding when it is added to attention scores: [B heads, 1, T]. Padding stands behind a row's tokens."""
        hidden = torch.zeros(self.mask.shape, dtype=like.dtype, device=like.device).masked_fill_(~self.mask, -torch.inf)
        return hidden.expand(self.rows, heads, 1, self.width).reshape(self.rows * heads, 1, self.width)

    def later(self, like: Tensor) -> Tensor:
        """What hides later tokens, padding among them: [1, T, T]."""
        return torch.full((1, self.width, self.width), -torch.inf, dtype=like.dtype, device=like.device).triu_(1)


class Unfold(torch.autograd.Function):
    """Pieces [N heads, D] to their positions in the grid. Autograd would add gradients up; here each piece has one position."""

    @staticmethod
    def forward(ctx: Any, pieces: Tensor, there: Tensor, back: Tensor) -> Tensor:
        """[N heads, D] -> [B heads T, D]."""
        ctx.save_for_backward(back)
        return pieces.index_select(0, there)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """The gradient of each piece is that of its position; those of padding are zero, because attention hides it."""
        return gradients[0].index_select(0, ctx.saved_tensors[0]), None, None


class Fold(torch.autograd.Function):
    """Pieces from the places of the grid."""

    @staticmethod
    def forward(ctx: Any, grid: Tensor, back: Tensor) -> Tensor:
        """[B heads T, D] -> [N heads, D]."""
        ctx.save_for_backward(back)
        ctx.places = len(grid)
        return grid.index_select(0, back)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Each piece's gradient at its position, zeros for padding."""
        (gradient,), (back,) = gradients, ctx.saved_tensors
        return gradient.new_zeros(ctx.places, gradient.shape[1]).index_copy_(0, back, gradient), None
