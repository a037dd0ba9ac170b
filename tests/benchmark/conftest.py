"""Small grids on the tiny random encoder, and ways to run them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli.output.progress import PlainProgress
from benchmark.cli.own_against_reference import begun_contribution, plan_against, run_against
from benchmark.config.contributions.submission import TO_FILL
from benchmark.config.request import RunRequest
from benchmark.planning.plan import Plan, make_plan
from benchmark.plugins import plugin_loading
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.archive.restored import restore
from benchmark.records.record import RunRecord
from benchmark.records.reference.reference import Reference, read_reference
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
    before = set(plugin_loading._loaded)
    path = tmp_path / "half_ce.py"
    path.write_text(OWN_METHOD)
    yield path
    forget(before)


CONTRIBUTED_METHOD = '''
"""A method of one's own, which leaves a mark when it is imported."""
import os
from dataclasses import dataclass
from benchmark import CrossEntropy, FineTune, Method, Weighted, methods

if "CONTRIBUTION_MARK" in os.environ:
    open(os.environ["CONTRIBUTION_MARK"], "w").close()

@methods.register("third-ce")
@dataclass(frozen=True)
class ThirdCrossEntropy(Method):
    """Cross-entropy times a weight."""
    weight: float = 0.33
    def phases(self, task):
        return [FineTune(Weighted((self.weight, CrossEntropy())))]
'''
SAID = {"authors": '["A. Author"]', "contact": '"a@example.org"', "licence": '"MIT"', "claim": '"better"', "encoder_saw_data": '"no"'}
Broken = Callable[[Callable[[RecordStore], None]], Path]


def forget(before: set[str]) -> None:
    """Take the plug-ins out that were loaded since."""
    for module in set(plugin_loading._loaded) - before:
        plugin_loading.unload(module)


def fill_in(folder: Path) -> None:
    """Fill in `submission.toml` as its author would."""
    path = folder / "submission.toml"
    lines = [line.partition(" = ") for line in path.read_text().splitlines()]
    path.write_text("".join(f"{name} = {SAID.get(name, value)}\n" for name, _, value in lines))


@pytest.fixture
def filled_in() -> Callable[[Path], None]:
    """`fill_in`, for tests."""
    return fill_in


@pytest.fixture(scope="session")
def good_contribution(tiny_reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `compare --against --submit` writes, filled in."""
    place, before = tmp_path_factory.mktemp("contribution"), set(plugin_loading._loaded)
    (place / "third_ce.py").write_text(CONTRIBUTED_METHOD)
    given = {"plugin": [str(place / "third_ce.py")], "executor": "inline", "results": place / "runs", "cache": place / "cache"}
    planned = plan_against(given, str(tiny_reference))
    contribution = begun_contribution(planned, place / "contributed")
    assert run_against(planned, PlainProgress).failures == []
    contribution.finish(planned.request.results)
    forget(before)
    assert TO_FILL in (contribution.folder / "submission.toml").read_text()
    fill_in(contribution.folder)
    return contribution.folder


@pytest.fixture
def contribution(good_contribution: Path, tmp_path: Path) -> Path:
    """A copy of the good one, to break."""
    shutil.copytree(good_contribution.parents[1], tmp_path / "contributed")
    return tmp_path / "contributed" / good_contribution.parent.name / good_contribution.name


@pytest.fixture
def broken(contribution: Path, tmp_path: Path) -> Broken:
    """Edit the runs of the contribution and pack them again, as somebody would who knows the format."""

    def edit(change: Callable[[RecordStore], None]) -> Path:
        restore(contribution, tmp_path / "unpacked")
        change(RecordStore(tmp_path / "unpacked"))
        for path in [contribution / "archive.json", *contribution.glob("batch-*.parquet")]:
            path.unlink()
        add_to_archive(tmp_path / "unpacked", contribution)
        return contribution

    return edit


@pytest.fixture(scope="session")
def reference(tiny_reference: Path) -> Reference:
    return read_reference(tiny_reference)


@pytest.fixture
def unregistered() -> Iterator[None]:
    """Takes out again what a test registers."""
    before = set(plugin_loading._loaded)
    yield
    forget(before)
