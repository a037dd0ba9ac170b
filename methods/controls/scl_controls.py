"""Controls of SCL: contrast towards wrong classes, without a gradient, without labels, and with a second view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchmark import INERT_TERM, CrossEntropy, Family, FineTune, Method, Objective, Phase, TaskInfo, Weighted, bounded, methods, searchable
from methods.losses.simcse import SimCSE
from methods.losses.supcon import DetachedSupCon, MultiViewSupCon, PermutedSupCon, Reduction

WEIGHTS = (0.1, 0.3, 0.5, 0.7, 0.9)
TEMPERATURES = (0.1, 0.3, 0.5, 0.7)


def _beside_cross_entropy(weight: float, contrast: Objective) -> list[Phase]:
    """(1 - w) CE + w contrast, as in `scl`."""
    return [FineTune(Weighted((1 - weight, CrossEntropy()), (weight, contrast)))]


@methods.register("scl-placebo")
@dataclass(frozen=True)
class PlaceboContrast(Method):
    """`scl` with the labels of the contrastive term permuted: (1 - w) CE(y) + w SCL(permuted y).

    It pulls against the classes, so it is read together with `scl-simcse`, whose contrast knows no classes.

    Args:
        weight, temperature, reduction: as in `scl`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("scl",)
    streams: ClassVar[frozenset[str]] = frozenset({"init", "order", "dropout", "augment"})
    weight: float = searchable(0.9, choices=WEIGHTS, low=0.0, high=1.0)
    temperature: float = searchable(0.3, choices=TEMPERATURES, low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; both terms share one forward pass."""
        return _beside_cross_entropy(self.weight, PermutedSupCon(self.temperature, self.reduction))


@methods.register("scl-off")
@dataclass(frozen=True)
class DetachedContrast(Method):
    """`scl` with its contrastive term cut off from the encoder: the passes of `scl`, and (1 - w) CE.

    What it gains over `ce` comes from a cross-entropy scaled by 1 - w. Its inert term is declared.

    Args:
        weight, temperature, reduction: as in `scl`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("scl",)
    expected_alarms: ClassVar[tuple[str, ...]] = (f"{INERT_TERM}: supcon",)
    weight: float = searchable(0.9, choices=WEIGHTS, low=0.0, high=1.0)
    temperature: float = searchable(0.3, choices=TEMPERATURES, low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase; both terms share one forward pass."""
        return _beside_cross_entropy(self.weight, DetachedSupCon(self.temperature, self.reduction))


@methods.register("scl-simcse")
@dataclass(frozen=True)
class UnsupervisedContrast(Method):
    """Cross-entropy plus contrast without labels: (1 - w) CE + w SimCSE (Gao, Yao and Chen 2021).

    Args:
        weight: as in `scl`.
        temperature: tau of SimCSE; 0.05 in that paper.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("scl", "cat")
    weight: float = searchable(0.9, choices=WEIGHTS, low=0.0, high=1.0)
    temperature: float = searchable(0.05, choices=(0.01, 0.05, 0.1, 0.3), low=1e-3)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with two passes a step."""
        return _beside_cross_entropy(self.weight, SimCSE(self.temperature))


@methods.register("scl-views")
@dataclass(frozen=True)
class TwoViewContrast(Method):
    """`scl` over two dropout views of each text: 2B anchors, each with a positive (Khosla et al. 2020, L_out).

    Args:
        weight, temperature, reduction: as in `scl`.
    """

    family: ClassVar[Family] = "control"
    controls: ClassVar[tuple[str, ...]] = ("scl",)
    weight: float = searchable(0.9, choices=WEIGHTS, low=0.0, high=1.0)
    temperature: float = searchable(0.3, choices=TEMPERATURES, low=1e-3)
    reduction: Reduction = bounded("mean", among=("mean", "sum"))

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One fine-tuning phase with two passes a step."""
        return _beside_cross_entropy(self.weight, MultiViewSupCon(self.temperature, self.reduction))
