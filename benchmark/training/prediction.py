"""Prediction: from texts to scores, in length-sorted batches of a fixed size, so that the numbers do not depend on the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.contract.predictor import Scores
from benchmark.data.examples import Examples

if TYPE_CHECKING:
    from benchmark.contract.state import State
    from benchmark.models.backbone import Backbone

SCORING_BATCH = 64  # part of the numbers (padding decides which kernels run), so a constant and not an option


def represent(backbone: Backbone, examples: Examples) -> NDArray[np.float32]:
    """Pooled representations float32 [n, H], encoder in eval mode."""
    return _in_batches(backbone, examples, lambda pooled: pooled)


class HeadPredictor:
    """The head on the pooled vector: texts -> float32 [n, K]."""

    def __init__(self, state: State) -> None:
        self.state = state

    def __call__(self, examples: Examples) -> Scores:
        """Class scores; backbone and head temporarily in eval mode."""
        head = self.state.modules["head"].eval()
        return _in_batches(self.state.backbone, examples, head)


@torch.inference_mode()
def _in_batches(backbone: Backbone, examples: Examples, then: Callable[[torch.Tensor], torch.Tensor]) -> NDArray[np.float32]:
    backbone.eval()
    lengths = [len(ids) for ids, _ in backbone.tokenizer.encodings(examples.texts, examples.second_texts)]
    order = np.argsort(lengths, kind="stable")
    rows = [order[start : start + SCORING_BATCH] for start in range(0, len(order), SCORING_BATCH)]
    with backbone.autocast():  # around all batches, so that the weights are cast once
        pooled = [backbone(backbone.tokenize(examples.take(chosen))) for chosen in rows]
    scored = [then(vectors).float() for vectors in pooled]
    result = torch.cat(scored).cpu().numpy()
    restored = np.empty_like(result)
    restored[order] = result
    return restored
