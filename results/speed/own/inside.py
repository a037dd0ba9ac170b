"""A planned run laid open: its state, phases and data in this process, so that one part of it can be timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from speed.groups import grouped
from torch.profiler import ProfilerActivity, profile, record_function

from benchmark.config.request import RunRequest
from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.state import State
from benchmark.data.examples import Split
from benchmark.planning import loaded_data
from benchmark.planning.plan import make_plan
from benchmark.plugins.registry import build
from benchmark.running.machine.compute import apply_compute
from benchmark.running.one_run import fresh_state, task_shape
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams


@dataclass(frozen=True)
class Opened:
    """The last phase of the first run of a request, built and ready to fit."""

    state: State
    phase: Phase
    data: TrainingData
    context: Context
    split: Split
    steps: int


def opened(options: dict[str, Any]) -> Opened:
    """Plan a request and open its first run."""
    plan = make_plan(RunRequest.parse(**options))
    spec = plan.runs[0].spec
    apply_compute(spec.compute)
    data = loaded_data.task_data(spec.task.name, plan.workspace)
    split = loaded_data.drawn(data, spec.split)
    method, shape = build(spec.method.name, spec.method.params), task_shape(spec, data.label_names, split)
    state = fresh_state(method, spec, plan.workspace)
    phase = method.phases(shape)[-1]
    streams = Streams(spec.split.split_seed, spec.seed or 0, method.salt).at(phase.name)
    phase.build(state, shape, streams)
    assert spec.budget is not None
    context = Context(shape, spec.budget, spec.sampler, streams, PhaseRun(phase.name, ""))
    label_tokenisation(state)
    return Opened(state, phase, TrainingData(split.train, split.dev, split.unlabelled), context, split, spec.budget.steps)


def label_tokenisation(state: State) -> None:
    """Give the tokenisation a name of its own under the profiler."""
    original = state.backbone.tokenize

    def labelled(*args: Any, **kwargs: Any) -> Any:
        with record_function("tokenisation"):
            return original(*args, **kwargs)

    state.backbone.tokenize = labelled  # type: ignore[method-assign]


def clock(work: Callable[[], Any]) -> float:
    """Seconds of one call; a device's queue is emptied before and after."""
    synchronise()
    began = time.perf_counter()
    work()
    synchronise()
    return time.perf_counter() - began


def synchronise() -> None:
    """Wait for the GPU where there is one in use."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def profiled(work: Callable[[], Any]) -> tuple[dict[str, float], float]:
    """Self seconds by group of one call under the profiler, and its wall seconds. On a GPU the time of the kernels."""
    on_device = torch.cuda.is_available() and torch.cuda.is_initialized()
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_device else [])]
    watched: AbstractContextManager[Any] = profile(activities=activities)
    with watched as profiler:
        seconds = clock(work)
    field = "self_device_time_total" if on_device else "self_cpu_time_total"
    return grouped((event.key, getattr(event, field) / 1e6) for event in profiler.key_averages()), seconds
