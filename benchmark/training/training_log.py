"""The training log of a gradient phase: term values, skipped anchors, gradient norms, the objectives' own measurements, and alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from benchmark.contract.objective import Term
from benchmark.contract.phase import Context, TrainingData
from benchmark.records.alarms import INERT_TERM, NO_POSITIVES, NON_FINITE
from benchmark.training.gradient_phase import GradientPhase
from benchmark.training.schedule import ResolvedSchedule

INERT_CHECK_STEPS = 5  # steps in which every weighted term must have moved some parameter once


class TrainingLog:
    """Collects during the loop without a host synchronisation, and turns into `context.log` and `context.alarms` at the end."""

    def __init__(self, phase: GradientPhase, plan: ResolvedSchedule, data: TrainingData, context: Context, log_steps: set[int]) -> None:
        self.phase, self.context, self.log_steps = phase, context, log_steps
        self.index = 0
        self.reach: list[nn.Parameter] = []  # the last parameters of each trained module: a term that moves any moves these
        self._sizes: dict[str, list[Tensor]] = {}
        self._counts: dict[str, list[int]] = {}
        self._norms: list[Tensor] = []
        self._measured: dict[str, list[float]] = {}
        self._pending: dict[str, Tensor] = {}
        self._still: dict[str, bool] = {}  # term -> has it moved nothing so far?
        context.log["plan"] = {"steps": plan.steps, "batch": plan.batch, "lr_encoder": plan.lr_encoder, "lr_head": plan.lr_head}
        for part in phase.parts:
            context.log.update(part.feed.notes(data, context.streams))

    def terms(self, terms: Mapping[str, Term], weight: float) -> None:
        """Note the terms of one part of this step."""
        for name, term in terms.items():
            count = self._counts.setdefault(name, [0, 0])
            count[0], count[1] = count[0] + term.count, count[1] + term.skipped
            if self.index in self.log_steps:
                self._sizes.setdefault(name, []).append(term.value.detach())
            if weight * term.weight and (term.count or not term.skipped):
                self._pending[name] = term.value

    def inert(self) -> None:
        """Check, in the first steps, that every weighted term reaches some trained parameter."""
        for name, value in self._pending.items():
            if self.index < INERT_CHECK_STEPS and self._still.get(name, True):
                self._still[name] = not _moves(value, self.reach)
        self._pending.clear()

    def norms(self, norms: Sequence[Tensor]) -> None:
        """Note the parts' gradient norms over the backbone."""
        if self.index == 0 or self.index in self.log_steps:
            self._norms.append(torch.stack(list(norms)).detach())

    def measured(self, values: Mapping[str, float]) -> None:
        """Note a diagnosis."""
        for name, value in values.items():
            self._measured.setdefault(name, []).append(float(value))

    def end_step(self) -> bool:
        """Count the step that just ended and say whether it is a logging step. A loss that is not a finite number ends the run here."""
        logged = self.index in self.log_steps
        if logged:
            for name, sizes in self._sizes.items():
                if sizes and not math.isfinite(float(sizes[-1])):
                    from benchmark.training.loop import NonFiniteLoss

                    self.context.alarms.append(NON_FINITE)
                    raise NonFiniteLoss(f"the term {name!r} is {float(sizes[-1])} at step {self.index} of phase {self.phase.name!r}")
        self.index += 1
        return logged

    def close(self) -> None:
        """Write log and alarms."""
        log: dict[str, Any] = self.context.log
        log["terms"] = {name: [_short(float(size)) for size in sizes] for name, sizes in self._sizes.items()}
        skipped = {name: counts for name, counts in self._counts.items() if counts[1]}
        if skipped:
            log["skipped"] = skipped  # term -> [used, skipped] anchors over all steps
        if self._norms:
            log["gradient_norms"] = [[_short(float(n)) for n in norms] for norms in self._norms]
        if self._measured:
            log["measured"] = {name: [_short(v) for v in values] for name, values in self._measured.items()}
        self.context.alarms += [f"{INERT_TERM}: {name}" for name, still in self._still.items() if still]
        self.context.alarms += [f"{NO_POSITIVES}: {name}" for name, (used, left_out) in self._counts.items() if left_out > used]
        for part in self.phase.parts:
            self.context.alarms += part.objective.alarms(self._measured)


def _moves(value: Tensor, parameters: Sequence[nn.Parameter]) -> bool:
    if not value.requires_grad:
        return False
    gradients = torch.autograd.grad(value, list(parameters), retain_graph=True, allow_unused=True)
    return any(g is not None and bool(g.any()) for g in gradients)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
