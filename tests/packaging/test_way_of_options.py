"""The way of a run's options from the request to the record, counted while a run goes through it (docs/architecture.md)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from benchmark.cli.app import main
from benchmark.config.request import RunRequest
from benchmark.planning.grid import Grid
from benchmark.planning.layout import Strand
from benchmark.planning.plan import Plan
from benchmark.planning.planned_run import CellContext, PlannedRun, Template
from benchmark.records.record import RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore
from benchmark.running.phase_runs import RunInputs

MOST_STAYS, MOST_RETURNS = 30, 15
OPTIONS = (RunRequest, Grid, Strand, CellContext, Template, PlannedRun, Plan, RunSpec, RunInputs, RunRecord)
END = RecordStore.write.__code__
COMMAND = "run --suite glue-fewshot --profile smoke --methods ce --tasks sst2 --seeds 1 --executor inline"


class Walk:
    """Follows the calls of a run: the modules of the engine that it stays in, in order.

    A stay is a function that is given the request or what was made of it (`OPTIONS`), the first time that it is called; stays one after
    another in one module are one. What an object of them does with itself is no stay, nor what the command line prints on the way.
    """

    def __init__(self) -> None:
        self.stays: list[str] = []
        self.over = False
        self._called: set[CodeType] = set()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        code, module = frame.f_code, str(frame.f_globals.get("__name__", ""))
        if event != "call" or self.over or code in self._called or code.co_name.startswith(("<", "__")):
            return
        self._called.add(code)
        printing = module.startswith("benchmark.cli.") and self.stays
        if not module.startswith("benchmark.") or printing or not takes_options(frame):
            return
        if self.stays[-1:] != [module]:
            self.stays.append(module)
        self.over = code is END


def takes_options(frame: FrameType) -> bool:
    """Whether one of a call's arguments, `self` left out, is one of `OPTIONS` or a sequence of them."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    values = [frame.f_locals.get(name) for name in names if name not in ("self", "cls")]
    firsts = [value[0] if isinstance(value, (list, tuple)) and value else value for value in values]
    return any(isinstance(value, OPTIONS) for value in firsts)


def walked(work: Callable[[], object]) -> list[str]:
    """The stays of a piece of work."""
    walk, before = Walk(), sys.getprofile()
    sys.setprofile(walk)
    try:
        work()
    finally:
        sys.setprofile(before)
    return walk.stays


def test_the_way_of_a_runs_options_is_short(tmp_path: Path) -> None:
    stays = walked(lambda: main([*COMMAND.split(), "--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]))
    rooms = [stay.removeprefix("benchmark.") for stay in stays]
    assert rooms[0] == "cli.commands.run_command"
    assert rooms[-1] == "records.store"
    assert {"planning.grid", "planning.planned_run", "running.one_run", "running.phase_runs"} <= set(rooms)
    returns = len(rooms) - len(set(rooms))
    assert (len(rooms) <= MOST_STAYS, returns <= MOST_RETURNS) == (True, True), (
        f"{len(rooms)} stays and {returns} returns, where a reader should need at most {MOST_STAYS} and {MOST_RETURNS}: {' > '.join(rooms)}"
    )


def outside_the_engine(request: RunRequest) -> None:
    """Takes options, and is in no module of the engine."""


def test_a_stay_is_counted_where_options_are_handed_over_and_nowhere_else() -> None:
    from benchmark.planning.plan import prepared
    from benchmark.running.executors.fork_server import prepare_workers

    request = RunRequest(suite="glue-fewshot")
    assert walked(lambda: outside_the_engine(request)) == []
    assert walked(lambda: prepare_workers("inline")) == []
    assert walked(lambda: request.as_given()) == []
    assert walked(lambda: (prepared(request), prepared(request))) == [f"benchmark.planning.{n}" for n in ("plan", "grid", "workspace")]
