"""The one training loop. It alone does backward, clipping and stepping; objectives only say what is minimised."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from benchmark.contract.encoder_variant import SECOND_ENCODER, SECOND_HEAD
from benchmark.contract.feed import Batch, Feed
from benchmark.contract.objective import checked_terms
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.step import PhaseScope, Step
from benchmark.data.examples import Examples
from benchmark.models.backbone import Backbone
from benchmark.models.embedding_rows import trimmed
from benchmark.training.checkpoint_selection import BestOnDev
from benchmark.training.diagnostics import Gradients, PartTerms, PhaseDiagnostics, measuring_steps
from benchmark.training.gradient_phase import GradientPhase, LossPart
from benchmark.training.optimizer import AdamW, Group
from benchmark.training.schedule import ResolvedSchedule, rate_factor
from benchmark.training.training_log import TrainingLog

if TYPE_CHECKING:
    from benchmark.contract.state import State

N_LOG_POINTS = 10  # how often a phase is looked at: term sizes, gradient norms, diagnoses, development score


class NonFiniteLoss(RuntimeError):
    """A loss became NaN or infinite: the run failed, and its record says where."""


def train(phase: GradientPhase, state: State, data: TrainingData, context: Context) -> None:
    """Minimise a phase's parts over its feeds.

    The learning rate rises linearly over the warm-up share of the steps and falls linearly to zero. Gradients are clipped to the
    budget's norm. What is frozen runs in eval mode. Draws come from the phase's streams alone.
    """
    best = BestOnDev(phase, state, data, context)
    with trimmed(state.backbone, texts(phase, data), wanted=trims(phase, best)):
        _loop(phase, state, data, context, best)
    best.restore()


def _loop(phase: GradientPhase, state: State, data: TrainingData, context: Context, best: BestOnDev) -> None:
    plan = phase.plan(context.task, context.budget)
    trained = trainable(phase, state)
    optimizer = make_optimizer(phase, state, plan)
    if state.backbone.rows is not None:
        state.backbone.rows.optimizer = optimizer
    feeds = {
        part.feed: part.feed.open(data, part.feed.batch(plan.batch, context.task), context.sampler, context.streams) for part in phase.parts
    }
    points = log_steps(plan.steps, N_LOG_POINTS)
    diagnostics = PhaseDiagnostics(state.backbone, measuring_steps(points, plan.steps))
    log = TrainingLog(phase, plan, data, context, points)
    scope = PhaseScope(context.streams, context.task.n_classes, data.train, context.passes, phase.needs("hidden_layers"))
    log.reach = [p for module in trained.values() for p in [q for q in module.parameters() if q.requires_grad][-2:]]
    for index in range(plan.steps):
        set_modes(state, trained)
        optimizer.factor = rate_factor(index, plan)
        batches = {feed: next(iterator) for feed, iterator in feeds.items()}
        steps = {feed: make_step(index, state, batch, scope) for feed, batch in batches.items()}
        parts = [part_terms(part, steps[part.feed], log) for part in phase.parts]
        networks = by_network(trained)
        measured = index in diagnostics.steps
        if measured:
            diagnostics.before_backward(parts)
        gradients = backward(phase, parts, state, log, [p for parameters in networks for p in parameters])
        if measured:
            diagnostics.after_backward(parts, gradients)
        norms = [clip(parameters, plan.clip) for parameters in networks]
        if plan.clip:
            diagnostics.clipped.append(functools.reduce(operator.or_, (norm > plan.clip for norm in norms)))
        trace(context, index, parts, norms, optimizer.factor)
        optimizer.step()
        optimizer.clear()
        if state.backbone.rows is not None:
            state.backbone.rows.after_step()
        if measured:
            diagnostics.after_step()
        if log.end_step():
            diagnose(phase, state, batches, scope, log, index)
            best.consider(index)
        context.progress(index + 1, plan.steps)
    log.close()
    context.log["diagnostics"] = diagnostics.to_log()


def trims(phase: GradientPhase, best: BestOnDev) -> bool:
    """Whether a phase may train the rows of occurring tokens alone: no softmax over the vocabulary, and no checkpoint selection."""
    return not (phase.freeze_encoder or best.active or phase.needs("whole_vocabulary"))


def texts(phase: GradientPhase, data: TrainingData) -> list[Examples]:
    """The texts that a phase's batches come from, as far as can be said beforehand."""
    return [data.train, data.unlabelled] if "unlabelled" in phase.inputs else [data.train]


def by_network(trained: Mapping[str, nn.Module]) -> list[list[nn.Parameter]]:
    """The trained parameters of each network: those of a second network apart, so that neither's gradient norm clips the other."""
    second = {SECOND_ENCODER, SECOND_HEAD}
    networks = ([m for name, m in trained.items() if name not in second], [m for name, m in trained.items() if name in second])
    return [[p for module in modules for p in module.parameters() if p.requires_grad] for modules in networks if modules]


def clip(parameters: list[nn.Parameter], limit: float) -> Tensor:
    """Scale the gradients to the norm `limit` where theirs is larger (0: never), and return their norm before. On the CPU gradients within
    the limit are not written again."""
    norm: Tensor = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None], foreach=True)
    if limit and not (norm.device.type == "cpu" and norm <= limit):
        torch.nn.utils.clip_grads_with_norm_(parameters, limit, norm, foreach=True)
    return norm


def trace(context: Context, index: int, parts: Sequence[PartTerms], norms: Sequence[Tensor], factor: float) -> None:
    """Hand this step's term values, gradient norms (before clipping, one per network) and rate factor to the trace, where there is one."""
    if context.trace is None:
        return
    values = {f"term/{name}": float(term.value.detach()) for part in parts for name, term in part.terms.items()}
    values |= {f"gradient_norm/{number}" if number else "gradient_norm": float(norm) for number, norm in enumerate(norms)}
    context.trace(index, values | {"rate_factor": factor})


def part_terms(part: LossPart, step: Step, log: TrainingLog) -> PartTerms:
    """A part's terms and their weighted sum; the terms go into the log. The first step checks what the objective returns."""
    terms = part.objective.terms(step)
    if step.index == 0:
        checked_terms(part.objective, terms)
    log.terms(terms, part.weight)
    total = [part.weight * term.weight * term.value for term in terms.values() if term.weight]
    return PartTerms(terms, part.weight, torch.stack(total).sum())


def backward(
    phase: GradientPhase, parts: Sequence[PartTerms], state: State, log: TrainingLog, parameters: list[nn.Parameter]
) -> list[Gradients]:
    """Gradients of the sum of the parts; with several parts their norms over the backbone are recorded, and equalised on request.

    Returns:
        each part's gradients over the trained parameters of the backbone, before they are equalised.
    """
    log.inert()
    own = {id(p) for p in state.backbone.parameters()}
    if len(parts) == 1:
        parts[0].total.backward()
        return [[p.grad for p in parameters if id(p) in own]]
    shared = [True] * (len(parts) - 1) + [False]  # parts on one feed share a graph, which the last one may free
    gradients = [
        torch.autograd.grad(part.total, parameters, retain_graph=keep, allow_unused=True) for part, keep in zip(parts, shared, strict=True)
    ]
    of_backbone = [[g for g, p in zip(gs, parameters, strict=True) if id(p) in own] for gs in gradients]
    norms = [_norm([g for g in gs if g is not None]) for gs in of_backbone]
    log.norms(norms)
    mean = torch.stack(norms).mean()
    scales = [mean / norm.clamp(min=1e-12) if phase.balance == "norm" else torch.ones_like(mean) for norm in norms]
    for number, parameter in enumerate(parameters):
        pieces = [scale * gs[number] for scale, gs in zip(scales, gradients, strict=True) if gs[number] is not None]
        parameter.grad = torch.stack(pieces).sum(0) if len(pieces) > 1 else (pieces[0] if pieces else None)
    return list(of_backbone)


def _norm(gradients: list[Tensor]) -> Tensor:
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients])) if gradients else torch.zeros(())


def make_step(index: int, state: State, batch: Batch, scope: PhaseScope, *, fixed_masks: bool = False) -> Step:
    """The step that objectives see; passes are counted unless it is a diagnosis (`fixed_masks`)."""
    step = Step(index, state, batch, scope, fixed_masks=fixed_masks)
    if state.backbone.rows is not None:
        for view in batch.views:
            step.tokens(view)  # a new token gets its embedding row now: once a graph stands, its rows are fixed
    return step


def diagnose(phase: GradientPhase, state: State, batches: Mapping[Feed, Batch], scope: PhaseScope, log: TrainingLog, index: int) -> None:
    """Ask every objective for its measurements, in float32 and with fixed dropout masks. Trains nothing."""
    for part in phase.parts:
        step = make_step(index, state, batches[part.feed], scope, fixed_masks=True)
        with exact(state):
            log.measured(part.objective.diagnose(step))


@contextmanager
def exact(state: State) -> Iterator[None]:
    """Float32 in every encoder, temporarily."""
    encoders = [state.backbone, *(module for module in state.modules.values() if isinstance(module, Backbone))]
    before = [encoder.precision for encoder in encoders]
    for encoder in encoders:
        encoder.precision = "fp32"
    try:
        yield
    finally:
        for encoder, precision in zip(encoders, before, strict=True):
            encoder.precision = precision


def trainable(phase: GradientPhase, state: State) -> dict[str, nn.Module]:
    """The modules that a phase trains, by name: the backbone unless frozen, the head where it has one, and what its objectives declared.
    Everything else is frozen."""
    declared = {name for name, owner in state.owners.items() if owner == phase.name}
    frozen = Backbone if phase.freeze_encoder else ()
    chosen = {name: module for name, module in state.modules.items() if name in declared and not isinstance(module, frozen)}
    for module in state.modules.values():
        module.requires_grad_(False)
    state.backbone.requires_grad_(not phase.freeze_encoder)
    for module in chosen.values():
        module.requires_grad_(True)
    return chosen if phase.freeze_encoder else {"backbone": state.backbone, **chosen}


def set_modes(state: State, trained: Mapping[str, nn.Module]) -> None:
    """Train mode for what is trained, eval mode for what is frozen."""
    state.backbone.train("backbone" in trained)
    for name, module in state.modules.items():
        module.train(name in trained)


def make_optimizer(phase: GradientPhase, state: State, plan: ResolvedSchedule) -> AdamW:
    """AdamW with two rates (backbone; the rest) and no decay on biases and normalisation."""
    groups = []
    for module in trainable(phase, state).values():
        rate = plan.lr_encoder if isinstance(module, Backbone) else plan.lr_head
        for decayed in (True, False):
            members = [p for p in module.parameters() if p.requires_grad and (p.ndim > 1) == decayed]
            if members:
                groups.append(Group(members, rate, plan.weight_decay if decayed else 0.0))
    return AdamW(groups, betas=plan.betas, epsilon=plan.epsilon)


def log_steps(steps: int, at_most: int) -> set[int]:
    """Step numbers, evenly spread and the last among them."""
    return {math.ceil((number + 1) * steps / at_most) - 1 for number in range(at_most)}
