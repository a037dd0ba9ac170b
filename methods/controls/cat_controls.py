"""Controls of CAT, with its passes and its cost: no step, a random step, the step backwards, no contrast, and equal dropout masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import INERT_ATTACK, Family, FineTune, Method, Phase, TaskInfo, bounded, methods, searchable
from methods.losses.adversarial import ContrastiveAdversarial, Direction, Norm


@dataclass(frozen=True)
class _CATControl(Method):
    """The parameters of `cat` that all of its controls have.

    Args:
        weight, temperature, norm, epsilon_sign, epsilon_l2, width: as in `cat`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("cat",)
    weight: float = searchable(0.3, choices=(0.1, 0.2, 0.3, 0.4, 0.5), low=0.0, high=1.0)
    temperature: float = searchable(0.07, choices=(0.05, 0.06, 0.07, 0.08, 0.09, 0.10), low=1e-3)
    norm: Norm = bounded("sign", among=("sign", "l2"))
    epsilon_sign: float = searchable(0.005, choices=(0.0001, 0.001, 0.005, 0.02), low=0.0)
    epsilon_l2: float = searchable(0.5, choices=(0.1, 0.25, 0.5, 1.0), low=0.0)
    width: int = bounded(128, low=1)

    def _phases(self, direction: Direction = "ascend", same_masks: bool = False) -> Sequence[Phase]:
        epsilon = self.epsilon_l2 if self.norm == "l2" else self.epsilon_sign
        objective = ContrastiveAdversarial(self.weight, self.temperature, self.norm, epsilon, self.width, direction, same_masks)
        return [FineTune(objective)]


@methods.register("cat-clean")
@dataclass(frozen=True)
class CleanViews(Method):
    """`cat` without a step: r = 0. The gradient is computed and thrown away, and the views differ in their dropout masks alone.

    Args:
        weight, temperature, width: as in `cat`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("cat",)
    expected_alarms: ClassVar[tuple[str, ...]] = (INERT_ATTACK,)
    weight: float = searchable(0.3, choices=(0.1, 0.2, 0.3, 0.4, 0.5), low=0.0, high=1.0)
    temperature: float = searchable(0.07, choices=(0.05, 0.06, 0.07, 0.08, 0.09, 0.10), low=1e-3)
    width: int = bounded(128, low=1)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return [FineTune(ContrastiveAdversarial(self.weight, self.temperature, "sign", 0.0, self.width))]


@methods.register("cat-random")
@dataclass(frozen=True)
class RandomDirection(_CATControl):
    """`cat` with a step of the attack's length in a random direction over the words of the batch."""

    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return self._phases("random")


@methods.register("cat-descend")
@dataclass(frozen=True)
class DescendingStep(_CATControl):
    """`cat` with the step backwards, -r, which lowers the loss: what a public re-implementation does by mistake."""

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return self._phases("descend")


@methods.register("cat-at")
@dataclass(frozen=True)
class AdversarialTraining(Method):
    """`cat` without its contrastive term, w = 0: the mean of clean and adversarial cross-entropy.

    Args:
        norm, epsilon_sign, epsilon_l2: as in `cat`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("cat",)
    norm: Norm = bounded("sign", among=("sign", "l2"))
    epsilon_sign: float = searchable(0.005, choices=(0.0001, 0.001, 0.005, 0.02), low=0.0)
    epsilon_l2: float = searchable(0.5, choices=(0.1, 0.25, 0.5, 1.0), low=0.0)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        epsilon = self.epsilon_l2 if self.norm == "l2" else self.epsilon_sign
        return [FineTune(ContrastiveAdversarial(0.0, 1.0, self.norm, epsilon))]


@methods.register("cat-masks")
@dataclass(frozen=True)
class EqualMasks(_CATControl):
    """`cat` whose two passes share their dropout masks: the attack is their only difference."""

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase."""
        return self._phases(same_masks=True)
