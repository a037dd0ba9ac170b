"""The conformance suite: it checks on a registered method, shipped or a plug-in's, what the engine relies on.

Everything runs on the tiny random encoder and a few embedded sentences, in seconds.
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmark.checks.tiny_run import SHOTS, TinyRun, one_class_batches, small_split, small_task, tiny_run
from benchmark.contract.method import Method
from benchmark.contract.task_info import Cost
from benchmark.data.examples import Examples
from benchmark.plugins.plugin_loading import load_plugins
from benchmark.plugins.registry import build
from benchmark.records.alarms import INERT_TERM
from benchmark.records.spec import Compute
from benchmark.running.machine.compute import apply_compute

NOT_DETERMINISTIC = (
    "two runs, each after another seed of Python's, NumPy's and torch's global generators, predict differently: "
    "draw from step.generator() or the phase's streams instead"
)


@dataclass(frozen=True)
class CheckResult:
    """One requirement of the contract and whether the method meets it; `detail` says what was observed."""

    name: str
    passed: bool
    detail: str = ""


def check(name: str, plugins: str | Path | Iterable[str | Path] = ()) -> list[CheckResult]:
    """Check a registered method, with its default parameters, against the contract.

    Raises:
        UserError: no such method, or a plug-in that does not import.
    """
    load_plugins(plugins)
    apply_compute(Compute())
    method = build(name)
    return [*_completed("it can be laid out", _untrained(name, method)), *_completed("it trains and predicts", _in_training(method))]


def _completed(requirement: str, checks: Iterator[CheckResult]) -> Iterator[CheckResult]:
    """The checks; an exception ends them with one failed check that gives the error."""
    try:
        yield from checks
    except Exception as error:
        yield CheckResult(requirement, False, f"{type(error).__name__}: {error}")


def _untrained(name: str, method: Method) -> Iterator[CheckResult]:
    """The checks that need no training."""
    frozen = dataclasses.is_dataclass(method) and type(method).__dataclass_params__.frozen
    yield CheckResult("it is a frozen dataclass of hyper-parameters", frozen)
    written = json.loads(json.dumps(method.params()))
    yield CheckResult("it round-trips through its spec", build(name, written) == method, f"parameters {written}")
    yield CheckResult("it pickles", pickle.loads(pickle.dumps(method)) == method)
    twice = [repr(method.phases(small_task())) for _ in range(2)]
    yield CheckResult("its phases follow from names and sizes alone", twice[0] == twice[1] and "0x" not in twice[0])


def _in_training(method: Method) -> Iterator[CheckResult]:
    """The checks on small training runs."""
    split = small_split()
    first = _under_global_state(1, lambda: tiny_run(method, split))
    again = _under_global_state(2, lambda: tiny_run(method, split))
    deterministic = first.same(again)
    yield CheckResult("the same spec gives the same predictions", deterministic, "" if deterministic else NOT_DETERMINISTIC)
    yield _streams(method, first)
    if deterministic:  # else a difference would say nothing
        shuffled = dataclasses.replace(split, test=_relabelled(split.test))
        yield CheckResult("test labels do not reach it", first.same(tiny_run(method, shuffled)))
    yield from _alarms(method, first)
    yield CheckResult("every declared module moves", not first.unmoved, ", ".join(first.unmoved))
    yield CheckResult("it costs what it declares", not first.miscounted, "; ".join(first.miscounted) or _passes(first.counted))
    alone = tiny_run(method, one_class_batches(split), batch=2)
    yield CheckResult("it survives a batch with one class", bool(np.isfinite(alone.scores).all()))
    shape_fits = first.scores.shape == (len(split.test), len(SHOTS)) and first.scores.dtype == np.float32
    yield CheckResult("it predicts float32 [n, K]", shape_fits, f"{first.scores.dtype} {list(first.scores.shape)}")


def _alarms(method: Method, ran: TinyRun) -> Iterator[CheckResult]:
    """Inert terms are found unless the method declares them; what it declares has to occur."""
    inert = [alarm for alarm in ran.alarms if alarm.startswith(INERT_TERM) and alarm not in method.expected_alarms]
    yield CheckResult("every weighted term moves a trained parameter", not inert, ", ".join(inert))
    if method.expected_alarms:
        absent = [alarm for alarm in method.expected_alarms if alarm not in ran.alarms]
        detail = f"it declares {', '.join(method.expected_alarms)}" + (f"; absent: {', '.join(absent)}" if absent else "")
        yield CheckResult("the alarms it declares as expected occur", not absent, detail)


def _streams(method: Method, ran: TinyRun) -> CheckResult:
    undeclared, unused = ran.drawn - method.streams, method.streams - ran.drawn
    detail = f"declares {sorted(method.streams) or 'none'}, draws from {sorted(ran.drawn) or 'none'}"
    return CheckResult("it draws from the streams it declares and no other", not undeclared and (not unused or bool(ran.drawn)), detail)


def _under_global_state(seed: int, run: Callable[[], TinyRun]) -> TinyRun:
    """Run after seeding the global generators: a method that draws from them is not reproducible."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the very thing that must not matter
    torch.manual_seed(seed)
    return run()


def _relabelled(test: Examples) -> Examples:
    assert test.labels is not None
    return dataclasses.replace(test, labels=np.roll(test.labels, 1))


def _passes(cost: Cost) -> str:
    return f"{cost.forward} forward and {cost.backward} backward example passes"
