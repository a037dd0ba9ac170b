"""The Python API: what the command line does, as functions (run, plan, report, compare, check, load results)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import unknown

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from benchmark.checks.conformance import CheckResult
    from benchmark.config.request import RunRequest
    from benchmark.planning.plan import Plan
    from benchmark.running.driver import Observer, Summary
    from reports.report import Report
    from reports.tables.table import Table


def plan(suite: str, profile: str = "embedded", **options: Any) -> Plan:
    """What would run, what is already computed, and what it will cost. Trains nothing. Of a search or of interim looks: the next part.

    Args:
        suite, profile: a name or the path of a TOML file.
        options: those of the command line, with underscores: `methods`, `tasks`, `shots`, `seeds`, `data_root`, ... Each takes what
            the command line takes ("20,100", "3-7") or its Python form.

    Raises UserError for anything that is not allowed.
    """
    from benchmark.running.driver import preview

    return preview(_request(suite, profile, options))


def _request(suite: str, profile: str, options: dict[str, Any]) -> RunRequest:
    from benchmark.config.request import RunRequest
    from benchmark.plugins.registry import load_plugins

    load_plugins(options.get("plugin", ()))  # a noise kind may be one of theirs
    return RunRequest.parse(suite=suite, profile=profile, **options)


def run(suite: str, profile: str = "embedded", *, observer: Observer | None = None, **options: Any) -> Summary:
    """Train and score what is not yet computed; one record per run. Arguments as for `plan`.

    Args:
        observer: notified of every start and end; by default one plain line per finished run on standard error.
    """
    import sys

    from benchmark.running.executors.fork_server import prepare_workers

    request = _request(suite, profile, options)
    prepare_workers(request)  # before the imports of this process, so that both go on at the same time
    from benchmark.cli.output.progress import PlainProgress
    from benchmark.running.driver import run_request

    return run_request(request, lambda plan: observer or PlainProgress(sys.stderr))[1]


def load_results(folder: str | PathLike[str]) -> pd.DataFrame:
    """The results frame of a folder: one row per (suite, profile, protocol, key), the columns of `export`.

    Every score is held against the stored predictions first. `frame.attrs["problems"]` names what cannot be read or believed, as
    (file, reason); those runs have the status `missing`.

    Raises UserError for a folder without results.
    """
    from benchmark.metrics.stored_scores import StoredScores
    from benchmark.records.frame import load_results as load
    from benchmark.records.store import RecordStore

    scores = StoredScores(RecordStore(Path(folder)))
    frame = load(Path(folder), examine=scores)
    frame.attrs["problems"] += [tuple(problem) for problem in scores.problems]
    return frame


def report(results: str | PathLike[str], out: str | PathLike[str], **options: Any) -> Report:
    """Write tables, figures and pages of a results folder into `out`. Trains nothing.

    Args:
        options: as on the command line: `suite`, `table` (`PAPER/TABLE`), `formats` ("md,csv"), `against` (an arm), `family` ("suite" or
            "task"), `figures` (False: none are drawn), `registration` (the path of a file of `plan --freeze` to compare with).

    Returns the files that were written, the text to print, and in `problems` each file that could not be read or believed, as
    (file, reason). Raises UserError for no results, and for an option that does not exist or is not allowed.
    """
    import benchmark.plugins.registry  # noqa: F401 - installed plug-ins may bring tables
    from reports.report import Options
    from reports.report import report as make_report

    allowed = {field.name for field in dataclasses.fields(Options)} - {"results", "out"}
    for name in options.keys() - allowed:
        raise unknown("option", name, allowed)
    return make_report(Options(results=Path(results), out=Path(out), **options))


def compare(first: str | PathLike[str], second: str | PathLike[str]) -> Table:
    """Two results folders, cell by cell: what changed, by how much, and how sure that is."""
    from reports.compare import compare_folders

    return compare_folders(Path(first), Path(second))


def check(method: str, plugins: Sequence[str] = ()) -> list[CheckResult]:
    """Hold a registered method against the contract: the conformance suite."""
    from benchmark.checks.conformance import check as run_checks

    return run_checks(method, plugins)
