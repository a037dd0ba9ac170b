"""The conformance suite: what the engine promises users of a method is checked on the method itself, shipped or a plug-in's.

Everything runs on the tiny random encoder and a few embedded sentences, in seconds.
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from benchmark.checks.tiny_run import SHOTS, TinyRun, one_class_batches, small_split, small_task, tiny_run
from benchmark.contract.method import Method
from benchmark.contract.task_info import Cost
from benchmark.data.examples import Examples
from benchmark.plugins.registry import build, load_plugin
from benchmark.records.alarms import INERT_TERM
from benchmark.records.spec import Compute
from benchmark.running.machine.compute import apply_compute


@dataclass(frozen=True)
class CheckResult:
    """One promise, and whether it holds. `detail` says what was seen."""

    name: str
    passed: bool
    detail: str = ""


def check(name: str, plugins: Sequence[str] = ()) -> list[CheckResult]:
    """Hold a registered method, with its default parameters, against the contract.

    Raises:
        UserError: no such method, or a plug-in that does not import.
    """
    for plugin in plugins:
        load_plugin(plugin)
    apply_compute(Compute())
    method = build(name)
    return [*_held("it can be laid out", _on_paper(name, method)), *_held("it trains and predicts", _in_training(method))]


def _held(promise: str, checks: Iterator[CheckResult]) -> Iterator[CheckResult]:
    """The checks, and in place of those that an exception cut off one failed check that says what was raised."""
    try:
        yield from checks
    except Exception as error:
        yield CheckResult(promise, False, f"{type(error).__name__}: {error}")


def _on_paper(name: str, method: Method) -> Iterator[CheckResult]:
    """What can be said without training."""
    frozen = dataclasses.is_dataclass(method) and type(method).__dataclass_params__.frozen
    yield CheckResult("it is a frozen dataclass of hyper-parameters", frozen)
    told = json.loads(json.dumps(method.params()))
    yield CheckResult("it round-trips through its spec", build(name, told) == method, f"parameters {told}")
    yield CheckResult("it pickles", pickle.loads(pickle.dumps(method)) == method)
    twice = [repr(method.phases(small_task())) for _ in range(2)]
    yield CheckResult("its phases follow from names and sizes alone", twice[0] == twice[1] and "0x" not in twice[0])


def _in_training(method: Method) -> Iterator[CheckResult]:
    """What shows when it trains."""
    split = small_split()
    first = _disturbed(1, lambda: tiny_run(method, split))
    again = _disturbed(2, lambda: tiny_run(method, split))
    yield CheckResult("the same spec gives the same predictions", first.same(again), "run twice, with other global random states")
    yield _streams(method, first)
    shuffled = dataclasses.replace(split, test=_relabelled(split.test))
    yield CheckResult("test labels do not reach it", first.same(tiny_run(method, shuffled)))
    inert = [alarm for alarm in first.alarms if alarm.startswith(INERT_TERM)]
    yield CheckResult("every weighted term moves a trained parameter", not inert, ", ".join(inert))
    yield CheckResult("every declared module moves", not first.unmoved, ", ".join(first.unmoved))
    declared, counted = first.declared, first.counted
    yield CheckResult("it costs what it declares", declared == counted, f"declared {_told(declared)}, counted {_told(counted)}")
    alone = tiny_run(method, one_class_batches(split), batch=2)
    yield CheckResult("it survives a batch with one class", bool(np.isfinite(alone.scores).all()))
    shape_fits = first.scores.shape == (len(split.test), len(SHOTS)) and first.scores.dtype == np.float32
    yield CheckResult("it predicts float32 [n, K]", shape_fits, f"{first.scores.dtype} {list(first.scores.shape)}")


def _streams(method: Method, ran: TinyRun) -> CheckResult:
    undeclared, unused = ran.drawn - method.streams, method.streams - ran.drawn
    detail = f"declares {sorted(method.streams) or 'none'}, draws from {sorted(ran.drawn) or 'none'}"
    return CheckResult("it draws from the streams it declares and no other", not undeclared and (not unused or bool(ran.drawn)), detail)


def _disturbed(seed: int, run: Callable[[], TinyRun]) -> TinyRun:
    """Run under some global random state: what depends on it is not reproducible."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the very thing that must not matter
    torch.manual_seed(seed)
    return run()


def _relabelled(test: Examples) -> Examples:
    assert test.labels is not None
    return dataclasses.replace(test, labels=np.roll(test.labels, 1))


def _told(cost: Cost) -> str:
    return f"{cost.forward} forward and {cost.backward} backward"
