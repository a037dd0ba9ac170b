"""Masked language modelling (Devlin et al. 2019): say which words of a text were hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark import ModuleFactory, Objective, Step, TaskInfo, Term, UserError, VocabularyHead

MASKED, RANDOM = 0.8, 0.1  # of the chosen words: shown as the mask token, and as a random word; the others are shown as they are


@dataclass(frozen=True)
class MaskedLanguageModel(Objective):
    """Mean cross-entropy of the chosen words. Of each text's words `rate` are chosen; 80 % of these are shown to the encoder as the mask
    token, 10 % as a random token of the vocabulary, 10 % as they are. At least one word of a batch is chosen.

    Args:
        rate: the share of words that are chosen.
        new_head: a head with random weights from the run's init stream, in place of the one that the encoder was trained with.
    """

    whole_vocabulary: ClassVar[bool] = True
    rate: float = 0.15
    new_head: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.rate < 1:
            raise UserError(f"rate = {self.rate}.", "It lies between 0 and 1.", "0.15 is the usual value.")

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The new head, where one is asked for."""
        config: Any = backbone.config
        return {"vocabulary_head": lambda: VocabularyHead(config)} if self.new_head else {}

    def terms(self, step: Step) -> dict[str, Term]:
        """One term, `masked_lm`, averaged over the chosen words."""
        ids, where = step.tokens().ids, chosen(step.uniforms(), step.words(), self.rate)
        size = len(step.word_embeddings())
        shown = corrupted(ids[where], step.uniforms()[where], (step.uniforms()[where] * size).long(), step.mask_token)
        logits = step.vocabulary_logits(where, shown=shown, head="vocabulary_head" if self.new_head else "")
        targets = ids[where]
        value = F.cross_entropy(logits, targets) if len(targets) else logits.sum()
        return {"masked_lm": Term(value, count=len(targets))}


def chosen(numbers: Tensor, words: Tensor, rate: float) -> Tensor:
    """bool [B, T]: those of the words (bool [B, T]) whose number in [0, 1) lies below the rate, and the one with the smallest number."""
    smallest = numbers.masked_fill(~words, 2.0)
    return words & ((numbers < rate) | (smallest == smallest.amin()))


def corrupted(ids: Tensor, numbers: Tensor, random: Tensor, mask: int) -> Tensor:
    """What the encoder sees of the chosen words, int64 [M]: by number in [0, 1) the mask token, a random word, or the word itself."""
    kept_or_random = torch.where(numbers < MASKED + RANDOM, random, ids)
    return torch.where(numbers < MASKED, torch.full_like(ids, mask), kept_or_random)
