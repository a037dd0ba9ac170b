"""The contrastive loss over two views of each example (van den Oord et al. 2018; the 2N-view form of Chen et al. 2020)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def infonce(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Mean over all 2N views of -log( exp(s_ip / tau) / sum_{k != i} exp(s_ik / tau) ), p: the other view of the same example.

    Args:
        first, second: representations [N, D], row n of both belonging to example n; normalised here, so that s is the cosine.
        temperature: tau > 0.

    The other 2N - 2 views are the negatives. With N = 1 there is none, and the loss is a zero that keeps its graph.
    """
    n = len(first)
    views = F.normalize(torch.cat([first, second]), dim=1)
    itself = torch.eye(2 * n, dtype=torch.bool, device=views.device)
    similarity = (views @ views.T / temperature).masked_fill(itself, -torch.inf)
    partner = torch.arange(2 * n, device=views.device).roll(n)
    return F.cross_entropy(similarity, partner)
