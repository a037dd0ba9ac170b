"""Running a method's phases in order, from the phase cache where the plan says that others read them too."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.models.loading import kept_encoder
from benchmark.models.reinitialisation import top_layer_draws
from benchmark.planning.phase_keys import phase_keys
from benchmark.planning.workspace import Workspace
from benchmark.records.spec import Budget, RunSpec
from benchmark.running.phase_cache import PhaseCache
from benchmark.running.step_trace import StepTrace, traced
from benchmark.streams import Streams


@dataclass
class PhaseRun:
    """What one phase cost and what it wrote down. `cached`: its state came from the cache, with the costs it had when trained."""

    name: str
    key: str
    seconds: float = 0.0
    forward: int = 0
    backward: int = 0
    peak_bytes: int = 0
    cached: bool = False
    log: dict[str, Any] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)


NO_BUDGET = Budget(steps=1, batch=1, lr_encoder=1.0, lr_head=1.0)  # for methods that follow no gradient and never read it


@dataclass(frozen=True)
class RunInputs:
    """What all phases of a run get.

    Args:
        progress: called with a phase's name, the steps done and the steps planned.
    """

    spec: RunSpec
    data: TrainingData
    task: TaskInfo
    streams: Streams
    workspace: Workspace
    progress: Callable[[str, int, int], None]


def run_phases(phases: Sequence[Phase], state: State, inputs: RunInputs) -> list[PhaseRun]:
    """Bring `state` to the end of the last phase, and say what each one cost.

    The deepest cached state is loaded by replaying `build` up to it; the rest is trained. A trained state is kept where two or more
    planned runs read it (`workspace.shared`).
    """
    spec, workspace = inputs.spec, inputs.workspace
    keys = phase_keys(spec, phases, inputs.streams.salt)
    cache = PhaseCache(workspace.cache / "phases", workspace.cache_limit)
    done = _resume(phases, keys, state, inputs, cache)
    for phase, key in list(zip(phases, keys, strict=True))[len(done) :]:
        with traced(workspace.trace, spec.key, phase.name) as trace:
            done.append(_run_phase(phase, key, state, inputs, trace))
        if key in workspace.shared:
            cache.put(key, changed(state, spec, workspace), [asdict(run) for run in done])
    return done


def _resume(phases: Sequence[Phase], keys: Sequence[str], state: State, inputs: RunInputs, cache: PhaseCache) -> list[PhaseRun]:
    shared = inputs.workspace.shared
    for depth in range(len(phases) - 1, 0, -1):  # the last phase leaves a predictor, which no file holds
        cached = cache.get(keys[depth - 1]) if keys[depth - 1] in shared else None
        if cached is None:
            continue
        for phase in phases[:depth]:
            phase.build(state, inputs.task, inputs.streams.at(phase.name))
        if cached.tensors:  # a method without an encoder has none
            state.load(cached.tensors)
        return [PhaseRun(**{**cost, "cached": True}) for cost in cached.costs]
    return []


def _run_phase(phase: Phase, key: str, state: State, inputs: RunInputs, trace: StepTrace | None) -> PhaseRun:
    spec, streams = inputs.spec, inputs.streams.at(phase.name)
    run = PhaseRun(phase.name, key)
    began = time.perf_counter()
    reset_peak(spec.compute.device)
    run.log.update(phase.notes(inputs.data))
    changed_data = phase.data(inputs.data, streams)
    phase.build(state, inputs.task, streams)
    context = Context(
        task=inputs.task,
        budget=spec.budget or NO_BUDGET,
        sampler=spec.sampler,
        streams=streams,
        passes=run,
        log=run.log,
        alarms=run.alarms,
        progress=lambda done, planned: inputs.progress(phase.name, done, planned),
        trace=trace,
    )
    phase.fit(state, changed_data, context)
    run.seconds = time.perf_counter() - began
    run.peak_bytes = peak(spec.compute.device)
    return run


def changed(state: State, spec: RunSpec, workspace: Workspace) -> dict[str, Tensor]:
    """The tensors of the state that differ from those that every run of this (split, seed) starts from, and all of its modules."""
    if state.backbone is None:
        return {}
    assert workspace.encoder is not None
    assert spec.encoder is not None
    pristine = kept_encoder(workspace.encoder, spec.compute.device, spec.compute.precision).pristine
    pristine = pristine | top_layer_draws(
        state.backbone, spec.encoder.reinit, Streams(spec.split.split_seed, spec.seed or 0, init_seed=spec.init_seed)
    )
    kept = {}
    for name, tensor in state.tensors().items():
        base = pristine.get(name.removeprefix("backbone.")) if name.startswith("backbone.") else None
        if base is None or not torch.equal(base.to(tensor.device), tensor):
            kept[name] = tensor
    return kept


def reset_peak(device: str) -> None:
    """Start a peak-memory measurement where the device has one."""
    if device != "cpu":
        torch.cuda.reset_peak_memory_stats(device)


def peak(device: str) -> int:
    """Peak bytes: of the device since the last reset, or the process's highest resident set so far on the CPU."""
    if device != "cpu":
        return int(torch.cuda.max_memory_allocated(device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
