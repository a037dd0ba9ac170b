"""One's own method against a reference: planned, run only where the reference has results, and paired with it."""

from __future__ import annotations

import datetime
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from benchmark.errors import UserError

if TYPE_CHECKING:
    from benchmark.checks.admission.contribution import Contribution
    from benchmark.config.request import RunRequest
    from benchmark.planning.against.sub_grid import SubGrid
    from benchmark.records.reference.reference import Reference
    from benchmark.running.driver import Observer
    from reports.tables.table import Table

FEW, LONG = 5, 900.0  # seeds that are suggested where a comparison takes longer than so many seconds
CALIBRATION = 4  # runs of the baseline that are made again in another environment


@dataclass(frozen=True)
class PlannedAgainst:
    """What a comparison with a reference will run.

    Args:
        differing: in what this environment differs from that of the reference's baseline; empty: in nothing.
    """

    request: RunRequest
    reference: Reference
    grid: SubGrid
    differing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What will run and what it will cost, in lines."""
        return "\n".join(_lines(self))


@dataclass(frozen=True)
class RunAgainst:
    """How a comparison with a reference ended: its tables, the seconds that it took, and the runs that failed with their errors."""

    tables: list[Table]
    seconds: float
    failures: list[tuple[str, str]] = field(default_factory=list)

    def _repr_markdown_(self) -> str:
        """The tables, for a notebook."""
        from reports.output_files import rendered

        return rendered("md", self.tables)


def plan_against(given: dict[str, Any], against: str, calibrate: int | None = None) -> PlannedAgainst:
    """Plan one's own methods where a reference has results. Trains nothing.

    Args:
        given: options of `run` by name; suite and profile are the reference's where they are not given, the methods those of the plug-ins.
        against: `reference`, or the path of an archive or results folder.
        calibrate: runs of the baseline to make again; None: some where the environment is another one than the reference's.

    Raises:
        UserError: no reference, no method, or nothing that could be paired.
    """
    from benchmark.config.request import RunRequest, names_as_text
    from benchmark.config.toml_files import load_profile, load_suite
    from benchmark.metrics.stored_scores import StoredScores
    from benchmark.planning.against.sub_grid import sub_grid
    from benchmark.plugins.plugin_loading import load_plugins, registered_by
    from benchmark.records.reference.reference import find_reference, read_reference
    from benchmark.records.store import RecordStore

    plugins = names_as_text(given.get("plugin") or ())
    load_plugins(plugins)  # a noise kind may be one of theirs
    folder = find_reference(against)
    suite, profile = (
        load(given[name]).name if given.get(name) else None for name, load in (("suite", load_suite), ("profile", load_profile))
    )
    reference = read_reference(folder, suite, profile, examine=StoredScores(RecordStore(folder)))
    mine = [name for plugin in plugins for name in registered_by(plugin)]
    if not (given.get("methods") or mine):
        raise UserError(
            "--against was given without a method of your own.",
            "A plug-in file that registers a method (--plugin mine.py), or --methods.",
            "See the section about a method in CONTRIBUTING.md.",
        )
    own = {"suite": reference.suite, "profile": reference.profile.rstrip("*"), "methods": mine}
    request = RunRequest.parse(**(own | given))
    first = sub_grid(request, reference, 0)
    differing = _differing(first, reference)
    wanted = calibrate if calibrate is not None else CALIBRATION if differing else 0
    return PlannedAgainst(request, reference, sub_grid(request, reference, wanted) if wanted else first, differing)


def _differing(grid: SubGrid, reference: Reference) -> tuple[str, ...]:
    """In what this machine's environment differs from those of the runs that one's own are paired with."""
    from benchmark.records.jsonable import jsonable
    from benchmark.records.reference.comparability import environment_differences
    from benchmark.records.spec import content_key
    from benchmark.records.store import RecordStore
    from benchmark.running.machine.compute import apply_compute
    from benchmark.running.machine.provenance import environment

    compute = grid.plans[0].grid.compute
    apply_compute(compute)
    here, store = jsonable(environment(compute)), RecordStore(reference.folder)
    pairs = (reference.beside(grid.baseline, run.spec) for run in grid.runs)
    found: dict[str, None] = {}
    for env_id in dict.fromkeys(record.env_id for record in pairs if record is not None):
        if env_id == content_key(here):
            continue
        try:
            found.update(dict.fromkeys(environment_differences(here, store.get_shared("environments", env_id))))
        except UserError:
            found["the reference's environment is not stored"] = None
    return tuple(found)


def _lines(planned: PlannedAgainst) -> Iterator[str]:
    from benchmark.cli.output.plan_text import arms_table
    from benchmark.cli.output.tally import duration

    grid = planned.grid
    yield grid.plans[0].title
    for plan in grid.everything:
        if plan.stage:
            yield plan.stage[0].upper() + plan.stage[1:] + "."
        yield from ("", arms_table(plan), "")
    for reason, count in grid.refused.items():
        yield f"Not run, because it could not be paired: {count} runs, {reason}."
    if planned.differing:
        yield f"Another environment than the reference's: {'; '.join(planned.differing)}."
    else:
        yield "The environment is the reference's: runs of one spec agree to the last bit."
    yield from grid.notes
    todo = sum(plan.price.todo for plan in grid.everything)
    yield f"{len(grid.runs)} runs of your own, {len(grid.calibration.runs) if grid.calibration else 0} for calibration; {todo} to do."
    known = [plan.price for plan in grid.everything if plan.price.seconds is not None]
    if todo and not known:
        yield "Time: unknown until a run of this kind has been measured."
    elif todo:
        work, elapsed = (sum(getattr(price, name) or 0.0 for price in known) for name in ("seconds", "elapsed"))
        workers = known[0].workers
        yield (
            f"Time: about {duration(work)} of work, {duration(elapsed)} with {workers} worker{'s' * (workers != 1)}, as such runs took "
            f"where they were measured.{_shorter(planned, elapsed)}"
        )


def _shorter(planned: PlannedAgainst, elapsed: float) -> str:
    """What fewer seeds would take, where everything takes longer than minutes."""
    runs = planned.grid.runs
    few = [run for run in runs if run.spec.split.split_seed < FEW]
    if elapsed < LONG or not few or len(few) == len(runs):
        return " --seeds and --tasks narrow it."
    from benchmark.cli.output.tally import duration

    return f" With --seeds {FEW} there are {len(few)} runs, about {duration(elapsed * len(few) / len(runs))}; --tasks narrows it too."


def run_against(planned: PlannedAgainst, observer: Callable[[TextIO], Observer]) -> RunAgainst:
    """Run what is planned and not computed yet, and pair it with the reference.

    Args:
        observer: made for each plan, from the stream that it writes to.

    Raises:
        UserError: the results folder cannot be written.
    """
    from benchmark.running.driver import run_plans
    from reports.against.against_tables import against_tables
    from reports.against.paired_with_reference import PairedWithReference, read_own

    request, grid = planned.request, planned.grid
    began, failures, computed = time.perf_counter(), [], Counter[str]()
    for plan, summary in run_plans(grid.everything, request, lambda plan: observer(sys.stderr)):
        failures += summary.failures
        computed["calibration" if plan is grid.calibration else "own"] += summary.done - summary.cached
    seconds = time.perf_counter() - began
    own = read_own(request.results, {run.key: run.arm.name for run in grid.runs})
    paired = PairedWithReference(planned.reference, own, grid.baseline)
    refused = [f"Not run, because it could not be paired: {count} runs, {reason}." for reason, count in grid.refused.items()]
    took = (
        f"{computed['own']} runs of one's own and {computed['calibration']} for calibration took {seconds:.0f} s now; "
        f"{len(grid.runs) - computed['own']} of one's own were computed before or failed."
    )
    data = {"seconds": seconds, "runs": len(grid.runs), "computed_now": dict(computed)}
    tables = against_tables(paired, (*refused, *grid.notes, took), data)
    return RunAgainst(tables, seconds, failures)


def begun_contribution(planned: PlannedAgainst, root: Path) -> Contribution:
    """A contribution of the planned runs, `<root>/<method>/<today>`, with its registration and plug-in file written.

    Raises:
        UserError: more than one method or plug-in file, or a folder that holds another contribution.
    """
    from benchmark.checks.admission.contribution import Contribution

    names, plugins = planned.request.methods or (), planned.request.plugins
    if len(names) != 1 or len(plugins) != 1 or not Path(plugins[0]).is_file():
        raise UserError(
            f"--submit was given with {len(names)} methods and {len(plugins)} plug-ins.",
            "One method, and the one Python file that registers it.",
            "Give --plugin FILE, and --methods NAME where the file registers several.",
        )
    folder = root / names[0] / datetime.date.today().isoformat()
    contribution = Contribution(folder, names[0], Path(plugins[0]), planned.grid.everything)
    contribution.begin()
    return contribution
