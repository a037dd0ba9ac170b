"""Small grids on the tiny random encoder, and ways to run them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.planning.plan import Plan, make_plan
from benchmark.plugins import registry
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.driver import Summary, run_plan


class Silent:
    """An observer that keeps what it was told."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str, bool]] = []
        self.phases: list[str] = []

    def planned(self, plan: Plan) -> None: ...
    def started(self, run: Any) -> None: ...
    def closed(self) -> None: ...

    def phase(self, run: Any, name: str, done: int, planned: int) -> None:
        self.phases.append(name)

    def finished(self, run: Any, end: Any, cached: bool) -> None:
        self.ended.append((run.arm.name, end.status, cached))


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., RunRequest]:
    """A request for the smoke profile: one task, one seed, folders of this test."""

    def make(**options: Any) -> RunRequest:
        folders = {"results": tmp_path / "results", "cache": tmp_path / "cache"}
        few = {"suite": "glue-fewshot", "profile": "smoke", "methods": "ce", "tasks": "sst2", "seeds": "1", "executor": "inline"}
        return RunRequest.parse(**(few | folders | options))

    return make


@pytest.fixture
def run_of(request_of: Callable[..., RunRequest]) -> Callable[..., tuple[Summary, dict[str, RunRecord]]]:
    """Run a request; the summary, and the records by arm (`ce`) or by arm and seed (`ce/1`) where there are several."""

    def run(observer: Silent | None = None, **options: Any) -> tuple[Summary, dict[str, RunRecord]]:
        request = request_of(**options)
        plan = make_plan(request)
        summary = run_plan(plan, request, observer or Silent())
        store = RecordStore(request.results)
        several = len({run.spec.seed for run in plan.runs} - {None}) > 1
        named = {f"{run.arm.name}/{run.spec.split.split_seed}" if several else run.arm.name: store.get(run.key) for run in plan.runs}
        return summary, {name: record for name, record in named.items() if record is not None}

    return run


OWN_METHOD = '''
"""A method of one's own: cross-entropy with a weight."""
from dataclasses import dataclass
from benchmark import CrossEntropy, FineTune, Method, Weighted, methods

@methods.register("half-ce")
@dataclass(frozen=True)
class HalfCrossEntropy(Method):
    """Cross-entropy times a weight."""
    weight: float = 0.5
    def phases(self, task):
        return [FineTune(Weighted((self.weight, CrossEntropy())))]
'''


@pytest.fixture(scope="session")
def tiny_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of real runs: `ce` and `ce-null` on two embedded tasks, two seeds, the tiny encoder."""
    folder = tmp_path_factory.mktemp("reference")
    options = {"tasks": "sst2,qnli", "methods": "ce,ce-null", "seeds": "2", "executor": "inline"}
    request = RunRequest.parse(suite="glue-fewshot", profile="smoke", results=folder / "runs", cache=folder / "cache", **options)
    assert run_plan(make_plan(request), request, Silent()).failed == 0
    add_to_archive(folder / "runs", folder / "archive")
    return folder / "archive"


@pytest.fixture
def own_method(tmp_path: Path) -> Iterator[Path]:
    """A plug-in file with the method `half-ce`, unregistered again afterwards."""
    files = dict(registry._plugin_files)
    path = tmp_path / "half_ce.py"
    path.write_text(OWN_METHOD)
    yield path
    for module in set(registry._plugin_files) - set(files):
        del registry._plugin_files[module], sys.modules[module]
        registry._forget(module)
