"""The Python API: what the command line does, as functions, for notebooks and scripts.

A method may be defined in a cell of the notebook (or in the script itself): `plan`, `run` and `check` write it down as a plug-in file,
with the functions, imports and constants of the notebook that it uses, so that worker processes can run it and its code has an identity.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.cli.results_folder import DEFAULT_RESULTS
from benchmark.errors import unknown

if TYPE_CHECKING:
    from os import PathLike
    from typing import Unpack

    from benchmark.checks.conformance import CheckResult
    from benchmark.checks.verify import Check
    from benchmark.cli.keyword_options import ReportOptions, RunOptions, SourceOptions
    from benchmark.cli.own_against_reference import RunAgainst
    from benchmark.cli.results_frame import ResultsFrame
    from benchmark.cli.shown_plan import ShownPlan
    from benchmark.config.request import RunRequest
    from benchmark.running.driver import Observer, Summary
    from reports.report import Report
    from reports.tables.table import Table


def plan(suite: str, profile: str = "embedded", **options: Unpack[RunOptions]) -> ShownPlan:
    """What would run, what is already computed, and what it will cost. Trains and writes nothing.

    Of a study, a search or interim looks: the first part with anything left to do.

    Args:
        suite: a name (`list_suites`) or the path of a TOML file.
        profile: a name (`list_profiles`) or the path of a TOML file.
        options: those of the command line, with underscores (`RunOptions`). Each takes what the command line takes ("20,100", "3-7") or
            its Python form (["20", "100"], [3, 4, 5]).

    Returns:
        The plan, which a notebook shows as the command prints it. `runs` are its runs in order, `price` what they cost, `document()` is
            what `plan --json` prints.

    Raises:
        UserError: anything that is not allowed.

    Examples:
        >>> import benchmark
        >>> benchmark.plan("glue-fewshot", profile="smoke", tasks="sst2", methods="ce,scl", seeds=2)
    """
    from benchmark.cli.shown_plan import ShownPlan
    from benchmark.running.driver import preview

    return ShownPlan.of(preview(_request(suite, profile, options, _scratch())))


def plan_stages(suite: str, profile: str = "embedded", **options: Unpack[RunOptions]) -> list[ShownPlan]:
    """Every plan of a study in stages, in order; of another suite the one of `plan`. Trains and writes nothing.

    What follows a search is planned with the default settings until the search has run.

    Args:
        suite: as for `plan`.
        profile: as for `plan`.
        options: as for `plan` (`RunOptions`).

    Raises:
        UserError: anything that is not allowed.

    Examples:
        >>> [len(stage.runs) for stage in benchmark.plan_stages("glue-fewshot", profile="smoke", tasks="sst2", methods="ce", seeds=2)]
        [2]
    """
    from benchmark.cli.shown_plan import ShownPlan
    from benchmark.running.driver import preview, preview_study

    request = _request(suite, profile, options, _scratch())
    return [ShownPlan.of(one) for one in preview_study(request) or [preview(request)]]


def run(suite: str, profile: str = "embedded", *, observer: Observer | None = None, **options: Unpack[RunOptions]) -> Summary:
    """Train and score what is not yet computed; one record per run in the results folder.

    Args:
        suite: as for `plan`.
        profile: as for `plan`.
        observer: notified of every start and end. By default a bar in a notebook and on a terminal, else one line per finished run on
            standard error.
        options: as for `plan` (`RunOptions`).

    Returns:
        How many runs were planned, done, failed and already there; `failures` names each that failed, with its error.

    Raises:
        UserError: anything that is not allowed.

    Examples:
        >>> benchmark.run("glue-fewshot", profile="smoke", tasks="sst2", methods="ce,scl", seeds=2, results="runs")
    """
    import sys

    from benchmark.running.executors.fork_server import prepare_workers

    request = _request(suite, profile, options)
    prepare_workers(request.executor)  # before the imports of this process, so that both go on at the same time
    from benchmark.cli.output.progress import observer as fitting
    from benchmark.running.driver import run_request

    return run_request(request, lambda plan: observer or fitting(sys.stderr))[1]


def load_results(folder: str | PathLike[str]) -> ResultsFrame:
    """The results of a folder, or of an archive of one: one row per (suite, profile, protocol, key), the columns of `export`.

    Every score is held against the stored predictions first. `attrs["problems"]` names what cannot be read or believed, as (file, reason);
    those runs have the status `missing`, as have runs that were planned and not made.

    Args:
        folder: a results folder, or an archive such as `results/study`.

    Returns:
        A pandas frame that also has `parsed()`, `means()`, `paired(against="ce")`, `units(against="ce")` and `conclusions()`.

    Raises:
        UserError: a folder without results.

    Examples:
        >>> results = benchmark.load_results("results/study")
        >>> results.groupby(["task", "variant"])["value"].mean()
        >>> results.paired(against="ce")[["cell", "arm", "difference", "low", "high", "p_holm"]]
    """
    from benchmark.cli.results_frame import ResultsFrame
    from benchmark.metrics.stored_scores import StoredScores
    from benchmark.records.frame import load_results as load
    from benchmark.records.store import RecordStore

    scores = StoredScores(RecordStore(Path(folder)))
    frame = load(Path(folder), examine=scores)
    frame.attrs["problems"] += [tuple(problem) for problem in scores.problems]
    return ResultsFrame.of(frame, Path(folder))


def report(results: str | PathLike[str], out: str | PathLike[str], **options: Unpack[ReportOptions]) -> Report:
    """Write tables, figures and pages of a results folder or an archive into `out`. Trains nothing.

    Args:
        results: the folder.
        out: where to write; report.html is the page to open.
        options: those of `ReportOptions`. `formats` is the command's `--format`, `figures=False` its `--no-figures`.

    Returns:
        What was written, which a notebook shows: the answers and the means. `files` are all files, `problems` each file that could not be
            read or believed, as (file, reason).

    Raises:
        UserError: no results, or an option that does not exist or is not allowed.

    Examples:
        >>> benchmark.report("results/study", "report", figures=False)
    """
    import benchmark.plugins.extensions  # noqa: F401 - installed plug-ins may bring tables
    from benchmark.cli.keyword_options import ReportOptions
    from reports.report import Options
    from reports.report import report as make_report

    for name in options.keys() - ReportOptions.__annotations__.keys():
        raise unknown("option", name, ReportOptions.__annotations__)
    paths = {name: Path(str(options[name])) for name in ("registration", "readme") if options.get(name) is not None}
    given: dict[str, Any] = {**options, **paths}
    return make_report(Options(results=Path(results), out=Path(out), **given))


def compare(first: str | PathLike[str], second: str | PathLike[str]) -> Table:
    """Two results folders, cell by cell: what changed, by how much, and how sure that is.

    Args:
        first: a results folder or an archive.
        second: another one.

    Returns:
        The table of `compare`, which a notebook shows; `rows` holds its cells at full precision.

    Raises:
        UserError: a folder without results.

    Examples:
        >>> benchmark.compare("results/before", "results/after")
    """
    from reports.compare import compare_folders

    return compare_folders(Path(first), Path(second))


def compare_with_reference(
    against: str | PathLike[str] = "reference",
    *,
    calibration: int | None = None,
    observer: Observer | None = None,
    **options: Unpack[RunOptions],
) -> RunAgainst:
    """Run methods of one's own only where a reference has results, and show their rows beside its arms.

    Args:
        against: `reference`, which is results/study of a source checkout or the folder that BENCHMARK_REFERENCE names; or the path of an
            archive or results folder.
        calibration: runs of the reference's baseline to make again. None: 4 where the environment is another one than the reference's.
        observer: as for `run`.
        options: as for `plan` (`RunOptions`); `methods` are by default those of the plug-ins and of the notebook's cells. `tasks`, `shots`,
            `stage` and `seeds` narrow the comparison.

    Returns:
        The tables, which a notebook shows, the seconds that the runs took, and each run that failed with its error.

    Raises:
        UserError: no reference, no method, or no run that could be paired with it.

    Examples:
        >>> benchmark.compare_with_reference("runs", methods="tfidf", results="mine")
    """
    import sys

    from benchmark.cli.output.progress import observer as fitting
    from benchmark.cli.own_against_reference import plan_against, run_against
    from benchmark.config.request import names_as_text
    from benchmark.plugins.cell_methods import load_from_main

    cells = load_from_main(Path(options.get("results") or DEFAULT_RESULTS) / "plugins")
    given: dict[str, Any] = {**options, "plugin": (*names_as_text(options.get("plugin") or ()), *cells)}
    return run_against(plan_against(given, str(against), calibration), lambda stream: observer or fitting(sys.stderr))


def check(method: str, plugin: str | Path | Iterable[str | Path] = ()) -> list[CheckResult]:
    """Hold a registered method against the contract: the conformance suite.

    Args:
        method: its name (`list_methods`).
        plugin: a file or module to load first, or several.

    Returns:
        One result per requirement: `name`, `passed`, and in `detail` what was observed.

    Raises:
        UserError: no such method, or a plug-in that does not import.

    Examples:
        >>> [result for result in benchmark.check("scl") if not result.passed]
        []
    """
    from benchmark.checks.conformance import check as run_checks
    from benchmark.plugins.cell_methods import load_from_main

    load_from_main(_scratch())
    return run_checks(method, plugin)


def verify(results: str | PathLike[str], sample: int | None = None, workers: int = 1, **sources: Unpack[SourceOptions]) -> list[Check]:
    """Check every stored file, run records again, and say of each what held.

    Args:
        results: a results folder or an archive.
        sample: at most this many records, the first in the order of keys; None: all.
        workers: how many runs go at once.
        sources: where a second run finds what the first one read (`SourceOptions`).

    Returns:
        One check per record or damaged file: `key`, `title`, `level` (what held: bitwise, same predictions, same metric, same conclusion,
            different; None: not run again, or failed), `note`, and `holds` (None: not run again).

    Raises:
        UserError: a folder without records, or a plug-in that does not import.

    Examples:
        >>> benchmark.verify("runs", sample=2)
    """
    from benchmark.checks.verify import Sources
    from benchmark.checks.verify import verify as run_again
    from benchmark.plugins.cell_methods import load_from_main

    request = _parsed("verify", sources)
    cells = load_from_main(_scratch())
    places = Sources((*request.plugins, *cells), request.data_root, request.task_files, request.encoder)
    return list(run_again(Path(results), places, sample, workers))


def _request(suite: str, profile: str, options: RunOptions, cells: Path | None = None) -> RunRequest:
    """The request; methods of the notebook become plug-in files below `cells`, or in the results folder, for those who verify."""
    from benchmark.plugins.cell_methods import load_from_main

    request = _parsed(suite, {"profile": profile, **options})
    return request.model_copy(update={"plugins": (*request.plugins, *load_from_main(cells or request.results / "plugins"))})


def _parsed(suite: str, options: Mapping[str, Any]) -> RunRequest:
    from benchmark.config.request import RunRequest, names_as_text
    from benchmark.plugins.plugin_loading import load_plugins

    plugins = names_as_text(options.get("plugin") or ())  # read once: it may be a generator
    load_plugins(plugins)  # a noise kind may be one of theirs
    return RunRequest.parse(suite=suite, **{**options, "plugin": plugins or None})


@cache
def _scratch() -> Path:
    """A folder for the methods of a notebook that are not run: `plan` and `check` leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-cells-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
