"""Contrastive adversarial training (Pan et al. 2022): an attack on the word-embedding matrix, and three losses on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark import INERT_ATTACK, ModuleFactory, Objective, Step, TaskInfo, Term, UserError
from methods.losses.infonce import infonce

Norm = Literal["l2", "sign"]
Direction = Literal["ascend", "descend", "random"]
INERT_BELOW = 0.01  # of the clean cross-entropy


@dataclass(frozen=True)
class ContrastiveAdversarial(Objective):
    """(1 - w)/2 (CE + CE') + w InfoNCE, where CE' is taken with the word-embedding matrix V replaced by V + r.

    r is one ascending gradient step of the clean cross-entropy. It is a constant: no gradient flows through it, and V itself
    is never written to. Clean and perturbed pass draw independent dropout masks; all three losses share one backward.

    Args:
        weight: w in [0, 1].
        temperature: tau of InfoNCE.
        norm: see `perturbation`.
        epsilon: the size of the step, 0 or larger; its scale differs between the norms.
        width: outputs of the projection hidden -> hidden -> width with a ReLU between.
        direction: `ascend`, the attack; for its controls `descend`, the same step backwards, and `random`, see `random_step`.
        same_masks: whether the perturbed pass repeats the dropout masks of the clean one: then r is their only difference.
    """

    weight: float
    temperature: float
    norm: Norm
    epsilon: float
    width: int = 128
    direction: Direction = "ascend"
    same_masks: bool = False

    def __post_init__(self) -> None:
        if self.direction not in ("ascend", "descend", "random"):
            raise UserError(
                f"direction = {self.direction!r}.", "It is 'ascend', 'descend' or 'random'.", "The attack of the paper ascends."
            )
        if self.norm not in ("l2", "sign"):
            raise UserError(f"norm = {self.norm!r}.", "It is 'l2' or 'sign'.", "Each has an epsilon of its own.")
        if not (self.temperature > 0 and self.epsilon >= 0 and 0 <= self.weight <= 1):
            raise UserError(
                f"weight = {self.weight}, temperature = {self.temperature}, epsilon = {self.epsilon}.",
                "The weight lies in [0, 1]; the temperature is larger than 0, epsilon 0 or larger.",
                "The method's docstring names the defaults.",
            )

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The projection, which the shared head does not see; none at weight 0, where nothing would train it."""
        if not self.weight:
            return {}
        return {"projection": lambda: nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, self.width))}

    def terms(self, step: Step) -> dict[str, Term]:
        """Terms `ce`, `ce_adversarial` (means over N examples) and, unless its weight is 0, `contrast` (mean over 2N views)."""
        assert step.labels is not None
        n, half = len(step.labels), (1 - self.weight) / 2
        clean = step.encode()
        ce = _cross_entropy(step, clean)
        adversarial = step.encode(embeddings=self._perturbed(step, ce), same_masks=self.same_masks)
        ce_adversarial = _cross_entropy(step, adversarial, self.same_masks)
        terms = {"ce": Term(ce, half, n), "ce_adversarial": Term(ce_adversarial, half, n)}
        if self.weight:
            views = [step.apply("projection", view).float() for view in (clean, adversarial)]
            terms["contrast"] = Term(infonce(views[0], views[1], self.temperature), self.weight, 2 * n)
        return terms

    def diagnose(self, step: Step) -> dict[str, float]:
        """CE, CE' and CE' - CE in nats, with the same dropout masks in both passes: what the attack alone does."""
        with torch.enable_grad():
            ce = _cross_entropy(step, step.encode())
            matrix = self._perturbed(step, ce)
        with torch.no_grad():
            perturbed = float(_cross_entropy(step, step.encode(embeddings=matrix)))
        return {"attack_ce": ce.item(), "attack_ce_adversarial": perturbed, "attack_gain": perturbed - ce.item()}

    def alarms(self, measured: Mapping[str, list[float]]) -> list[str]:
        """*attack inert* when the mean of CE' - CE is at or below zero, under 1 % of the mean CE, or not a number. Only a step that
        ascends is meant to raise CE; for the other directions the gain is recorded and raises no alarm."""
        if not measured.get("attack_gain") or self.direction != "ascend":
            return []
        gain, ce = fmean(measured["attack_gain"]), fmean(measured["attack_ce"])
        return [] if gain > 0 and gain >= INERT_BELOW * ce else [INERT_ATTACK]

    def cost(self) -> tuple[float, float]:
        """Two forward passes; three backward: the attack's, and one through each view."""
        return (2.0, 3.0)

    def _perturbed(self, step: Step, ce: Tensor) -> Tensor:
        """The matrix V + r of the second pass."""
        matrix = step.word_rows()
        attack = perturbation(step.grad(ce, matrix), self.norm, self.epsilon)
        if self.direction == "random":
            return matrix + random_step(attack, step.generator("random direction"))
        return matrix + attack if self.direction == "ascend" else matrix - attack


def perturbation(gradient: Tensor, norm: Norm, epsilon: float) -> Tensor:
    """The ascending step for a gradient [V, H]; zero where the gradient is zero, so words outside the batch stay.

    `l2`: epsilon g / ||g||_F, one step of length epsilon for the whole matrix. The gradient is divided by its largest entry before
    its norm is taken: the squares of entries below 1e-23 vanish in float32. `sign`: epsilon sign(g) (FGSM), a step of epsilon in each
    coordinate of each word of the batch.
    """
    if norm == "sign":
        return gradient.sign() * epsilon
    largest = gradient.abs().amax()
    scaled = gradient / torch.where(largest > 0, largest, torch.ones_like(largest))
    length: Tensor = torch.linalg.vector_norm(scaled)
    return scaled * (epsilon / length.clamp(min=1.0))


def random_step(attack: Tensor, generator: torch.Generator) -> Tensor:
    """A step as long as the attack [V, H] (Frobenius norm), in a direction drawn from N(0, I) over the rows that the attack moves."""
    moved = attack.any(1).nonzero().squeeze(1)
    drawn = torch.randn(len(moved), attack.shape[1], generator=generator).to(attack)
    length = torch.linalg.vector_norm(attack) / torch.linalg.vector_norm(drawn).clamp(min=torch.finfo(drawn.dtype).tiny)
    return torch.zeros_like(attack).index_copy(0, moved, drawn * length)


def _cross_entropy(step: Step, representation: Tensor, same_masks: bool = False) -> Tensor:
    assert step.labels is not None
    return F.cross_entropy(step.logits(representation, same_masks=same_masks).float(), step.labels)
