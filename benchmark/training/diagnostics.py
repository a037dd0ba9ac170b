"""Diagnostics of a gradient phase: what each loss term does to the encoder, how far the encoder has moved, how often gradients are clipped.

They are measured at a few of the logging steps, from the graph that the step has anyway, and change neither gradients nor random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from benchmark.contract.objective import Term

if TYPE_CHECKING:
    from benchmark.models.backbone import Backbone

REFERENCE = "ce"  # the term that the others' gradients are compared with
STEPS_PER_MEASUREMENT = 20  # a measurement costs up to a backward pass for each term: one in 20 steps keeps it under 5 % of a run

Gradients = Sequence[Tensor | None]  # one for each parameter of the encoder; None: no gradient


@dataclass(frozen=True)
class PartTerms:
    """The terms of one part of a phase in one step.

    Args:
        weight: the part's own, which multiplies those of its terms.
        total: the weighted sum, a scalar.
    """

    terms: Mapping[str, Term]
    weight: float
    total: Tensor

    def weighted(self) -> dict[str, tuple[Tensor, float]]:
        """Term -> value and whole weight, of the terms that train something."""
        whole = {name: (term.value, self.weight * term.weight) for name, term in self.terms.items()}
        return {name: (value, weight) for name, (value, weight) in whole.items() if weight and value.requires_grad}


def measuring_steps(log_steps: set[int], steps: int) -> set[int]:
    """The logging steps at which terms are measured: evenly spread, the last among them, at most one in `STEPS_PER_MEASUREMENT` steps
    (but two in the shortest phases)."""
    ordered, wanted = sorted(log_steps), max(2, steps // STEPS_PER_MEASUREMENT)
    if wanted >= len(ordered):
        return set(ordered)
    return {ordered[(number + 1) * len(ordered) // wanted - 1] for number in range(wanted)}


@dataclass
class PhaseDiagnostics:
    """Collects the measurements of one phase.

    Args:
        backbone: the encoder under training.
        steps: where to measure.
    """

    backbone: Backbone
    steps: set[int]
    clipped: list[Tensor | bool] = field(default_factory=list)
    _measured: dict[str, dict[str, list[float | None]]] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)
    _drift: list[float] = field(default_factory=list)
    _partial: list[dict[str, list[Tensor | None]]] = field(default_factory=list)

    def encoder(self) -> list[nn.Parameter]:
        """The encoder's parameters that the phase trains."""
        return [p for p in self.backbone.parameters() if p.requires_grad]

    def before_backward(self, parts: Sequence[PartTerms]) -> None:
        """Gradients of all terms but the last of each part; that one follows from the part's whole gradient."""
        encoder = self.encoder()
        self._partial = []
        for part in parts:
            names = list(part.weighted())[:-1] if encoder else []
            found = {name: torch.autograd.grad(part.terms[name].value, encoder, retain_graph=True, allow_unused=True) for name in names}
            self._partial.append({name: list(gradients) for name, gradients in found.items()})

    def after_backward(self, parts: Sequence[PartTerms], gradients: Sequence[Gradients]) -> None:
        """Norms and cosines from the gradient of each part over the encoder, before clipping.

        Args:
            gradients: of each part's weighted sum.
        """
        encoder = self.encoder()
        by_term: dict[str, list[Tensor | None]] = {}
        for part, whole, partial in zip(parts, gradients, self._partial, strict=True):
            weighted = part.weighted()
            by_term |= partial
            if encoder and weighted:
                last = list(weighted)[-1]
                others = [(gradient, weighted[name][1]) for name, gradient in partial.items()]
                by_term[last] = _remainder(whole, others, weighted[last][1])
            self._weights |= {name: weight for name, (_, weight) in weighted.items()}
        self._partial = []
        values = {name: float(term.value.detach()) for part in parts for name, term in part.terms.items()}
        for name, value in values.items():
            gradient, reference = by_term.get(name), by_term.get(REFERENCE)
            known = gradient is not None
            measured = {
                "value": value,
                "norm": float(_dot(gradient, gradient).sqrt()) if gradient is not None else None,
                "cosine": _cosine(gradient, reference) if known and reference is not None and name != REFERENCE else None,
            }
            for what, number in measured.items():
                self._measured.setdefault(name, {}).setdefault(what, []).append(number)

    def after_step(self) -> None:
        """Note the encoder's distance from where the run began."""
        distance = drift(self.backbone)
        if distance is not None:
            self._drift.append(distance)

    def to_log(self) -> dict[str, Any]:
        """The measurements for the record: JSON-able, a few numbers per term."""
        terms = {}
        for name, columns in self._measured.items():
            known = {what: [_short(v) for v in values] for what, values in columns.items() if any(v is not None for v in values)}
            terms[name] = {"weight": _short(self._weights.get(name, 0.0)), **known}
        log: dict[str, Any] = {"steps": sorted(self.steps), "terms": terms}
        if self._drift:
            log["drift"] = [_short(distance) for distance in self._drift]
        if self.clipped:
            log["clipped_share"] = _short(sum(float(was) for was in self.clipped) / len(self.clipped))
        return log


@torch.no_grad()
def drift(backbone: Backbone) -> float | None:
    """||theta - theta_0|| over the encoder's trained parameters, theta_0 being their values at the start of the run; None where nothing is
    trained or the start is not known. Of the word embeddings, the rows of tokens that occur, while a phase trains those alone."""
    if backbone.start is None:
        return None
    squares = []
    for name, parameter in backbone.model.named_parameters():
        if parameter.requires_grad:
            start = backbone.start[name]
            if backbone.rows is not None and parameter is backbone.rows.weight:
                start = start[backbone.rows.ids.to(start.device)]
            squares.append((parameter - start).square().sum())
    return float(torch.stack(squares).sum().sqrt()) if squares else None


def _remainder(whole: Gradients, others: Sequence[tuple[Gradients, float]], weight: float) -> list[Tensor | None]:
    """The gradient of one term: the whole weighted sum without the other terms, divided by its weight."""
    result: list[Tensor | None] = []
    for number, total in enumerate(whole):
        rest = total
        for gradient, factor in others:
            piece = gradient[number]
            if piece is not None and rest is not None:
                rest = rest - factor * piece
        result.append(None if rest is None else rest / weight)
    return result


def _dot(one: Gradients, other: Gradients) -> Tensor:
    pieces = [torch.dot(a.flatten(), b.flatten()) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return torch.stack(pieces).sum() if pieces else torch.zeros(())


def _cosine(one: Gradients | None, other: Gradients) -> float | None:
    """None where one of the two is zero."""
    if one is None:
        return None
    lengths = (_dot(one, one) * _dot(other, other)).sqrt()
    return float(_dot(one, other) / lengths) if lengths > 0 else None


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
