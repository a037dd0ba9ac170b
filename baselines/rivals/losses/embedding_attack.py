"""Adversarial training on word vectors: one step against the gradient's sign (FGM), or several ascents from a random start (FreeLB)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark import INERT_ATTACK, EncoderVariant, Objective, Step, Term, UserError

INERT_BELOW = 0.01  # share of the clean cross-entropy that the attack must add to it


class WordVectorAttack(Objective):
    """What both attacks share: an offset to the word vectors [B, T, H] that is to raise cross-entropy, and the check that it does."""

    def attacked(self, step: Step) -> Tensor:
        """Offsets [B, T, H] of a batch, constants; zero on padding."""
        raise NotImplementedError

    def diagnose(self, step: Step) -> dict[str, float]:
        """CE, CE' and CE' - CE in nats with equal dropout masks in all passes: what the offset alone does."""
        with torch.enable_grad():
            offset = self.attacked(step)
        with torch.no_grad():
            clean = cross_entropy(step, EncoderVariant(torch.zeros_like(offset))).item()
            moved = cross_entropy(step, EncoderVariant(offset)).item()
        return {"attack_ce": clean, "attack_ce_adversarial": moved, "attack_gain": moved - clean}

    def alarms(self, measured: Mapping[str, list[float]]) -> list[str]:
        """*attack inert* when the mean of CE' - CE is at or below zero, under 1 % of the mean CE, or not a number."""
        if not measured.get("attack_gain"):
            return []
        gain, ce = fmean(measured["attack_gain"]), fmean(measured["attack_ce"])
        return [] if gain > 0 and gain >= INERT_BELOW * ce else [INERT_ATTACK]


@dataclass(frozen=True)
class OneStepAttack(WordVectorAttack):
    """CE + CE', where CE' is taken with each text's word vectors moved by epsilon along the gradient of its own CE.

    Both passes draw independent dropout masks. The offset is a constant: no gradient flows through it.

    Args:
        epsilon: the l2 length of a text's offset over all of its tokens, > 0.
    """

    epsilon: float

    def __post_init__(self) -> None:
        if not self.epsilon > 0:
            raise UserError(f"epsilon = {self.epsilon}.", "It is larger than 0.", "The method's docstring names the default.")

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce` and `ce_adversarial`, means over the B examples."""
        n = len(step.tokens().ids)
        ce, offset = self._clean(step)
        return {"ce": Term(ce, count=n), "ce_adversarial": Term(cross_entropy(step, EncoderVariant(offset)), count=n)}

    def attacked(self, step: Step) -> Tensor:
        return self._clean(step)[1]

    def cost(self) -> tuple[float, float]:
        """Two forward passes; three backward: the attack's, and one through each view."""
        return (2.0, 3.0)

    def _clean(self, step: Step) -> tuple[Tensor, Tensor]:
        still = no_offset(step).requires_grad_()
        ce = cross_entropy(step, EncoderVariant(still))
        return ce, per_text(step.grad(ce, still), self.epsilon)


@dataclass(frozen=True)
class AscentAttack(WordVectorAttack):
    """The mean of the K + 1 cross-entropies at a random offset and after each of K ascending steps from it (FreeLB).

    All passes of a step share their dropout masks, as in the authors' code.

    Args:
        rate: l2 length of an ascending step, for each text.
        ascents: K, at least 1.
        start: size of the random start: uniform on [-1, 1] for each coordinate, times start / sqrt(tokens x H), so that the
            length of a text's offset is about start / sqrt(3).
        bound: largest l2 length of a text's offset after a step; 0: no bound.
    """

    rate: float
    ascents: int
    start: float
    bound: float

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.ascents >= 1 and self.start >= 0 and self.bound >= 0):
            raise UserError(
                f"rate = {self.rate}, ascents = {self.ascents}, start = {self.start}, bound = {self.bound}.",
                "The rate is larger than 0, ascents 1 or more, start and bound 0 or larger.",
                "The method's docstring names the defaults.",
            )

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce_0` (at the random start) to `ce_K`, each of weight 1 / (K + 1)."""
        values = self._ascend(step)[0]
        n = len(step.tokens().ids)
        return {f"ce_{number}": Term(value, 1 / len(values), n) for number, value in enumerate(values)}

    def attacked(self, step: Step) -> Tensor:
        return self._ascend(step)[1]

    def cost(self) -> tuple[float, float]:
        """K + 1 forward passes; a backward through each, and one for each ascent."""
        return (self.ascents + 1.0, 2.0 * self.ascents + 1.0)

    def _ascend(self, step: Step) -> tuple[list[Tensor], Tensor]:
        """The K + 1 cross-entropies, and the last offset."""
        offset = random_start(step, self.start)
        values: list[Tensor] = []
        while True:
            leaf = offset.detach().requires_grad_()
            values.append(cross_entropy(step, EncoderVariant(leaf), same_masks=bool(values)))
            if len(values) > self.ascents:
                return values, leaf.detach()
            offset = within(leaf.detach() + per_text(step.grad(values[-1], leaf), self.rate), self.bound)


def no_offset(step: Step) -> Tensor:
    """Zeros [B, T, H]."""
    return torch.zeros(*step.tokens().ids.shape, step.word_rows().shape[1], device=step.device)


def random_start(step: Step, size: float) -> Tensor:
    """Uniform on [-1, 1], times size / sqrt(n_i H) for a text of n_i tokens; zero on padding. From the stream `augment`."""
    mask = step.tokens().mask.unsqueeze(-1)
    shape = (*step.tokens().ids.shape, step.word_rows().shape[1])
    draw = torch.rand(shape, generator=step.generator("start")).to(step.device)
    start: Tensor = (2 * draw - 1) * mask * size / (mask.sum(1, keepdim=True) * shape[-1]).sqrt()
    return start


def per_text(gradient: Tensor, length: float) -> Tensor:
    """Each text's gradient [T, H] of a batch [B, T, H], rescaled to an l2 length; zero where the gradient is zero.

    Divided by its largest entry before its norm is taken: squares of very small entries vanish in float32.
    """
    largest = gradient.abs().amax((1, 2), keepdim=True)
    scaled = gradient / torch.where(largest > 0, largest, 1.0)
    return scaled * (length / _norms(scaled).clamp(min=1.0))


def within(offset: Tensor, bound: float) -> Tensor:
    """Offsets [B, T, H] with each text's one shortened to the l2 length `bound` where it is longer; a bound of 0 leaves all."""
    return offset * (bound / _norms(offset).clamp(min=bound)) if bound else offset


def cross_entropy(step: Step, variant: EncoderVariant, *, same_masks: bool = False) -> Tensor:
    """Mean cross-entropy of a batch under a variant of the pass, float32."""
    assert step.labels is not None
    pooled = step.encode(variant=variant, same_masks=same_masks)
    return F.cross_entropy(step.logits(pooled, same_masks=same_masks).float(), step.labels)


def _norms(offset: Tensor) -> Tensor:
    """l2 lengths [B, 1, 1]."""
    lengths: Tensor = torch.linalg.vector_norm(offset, dim=(1, 2), keepdim=True)
    return lengths
