"""Freezing a study: its registration is made from what would run, what will be analysed and what it runs on."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.analysis_plan import AnalysisPlan
from benchmark.config.request import RunRequest
from benchmark.config.suite import SuiteConfig
from benchmark.config.toml_files import load_analysis, load_suite, names
from benchmark.errors import UserError
from benchmark.planning.adaptive.plan_sequence import PlanSequence
from benchmark.planning.plan import prepared
from benchmark.records.record import GitState
from benchmark.records.registration.registration import RegisteredRuns, Registration, refuse_existing, write_registration
from benchmark.records.spec import SPEC_VERSION
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment, git_state, uncommitted
from benchmark.version import NUMERICS


def freeze(request: RunRequest, file: Path) -> Registration:
    """Write the registration of a request: every key that it would run, the analysis of its suite, commit and environment. Trains nothing.

    Raises:
        UserError: a working tree that differs from its commit, a file that exists, an analysis that asks for arms that no stage runs, or
            whatever stops a plan.
    """
    refuse_existing(file)
    code, suite = clean_commit(), load_suite(request.suite)
    analysis = load_analysis(suite.name) if suite.name in names("analyses") else None
    if analysis is not None:
        check_analysis(analysis, suite)
    grids = prepared(request)
    apply_compute(grids[0][0].compute)
    runs = [
        RegisteredRuns.of(manifest, grid.suite.title, choice=choice)
        for grid, workspace in grids
        for manifest, choice in PlanSequence(request, grid, workspace).registrable()
    ]
    registration = Registration(
        suite=suite.name,
        protocol=grids[0][0].protocol,
        request=request.as_given(),
        numerics=NUMERICS,
        spec_version=SPEC_VERSION,
        code=code,
        environment=environment(grids[0][0].compute),
        analysis={} if analysis is None else analysis.model_dump(mode="json"),
        runs=tuple(runs),
    )
    write_registration(file, registration)
    return registration


def clean_commit() -> GitState:
    """The commit that the code runs from. UserError where the working tree is not that commit, or where there is no checkout."""
    state = git_state()
    if state is None:
        raise UserError(
            "--freeze was given, and the program does not run from a git checkout.",
            "A registration names the commit of the code.",
            "Run it from a checkout.",
        )
    changed = uncommitted()
    if changed:
        shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        raise UserError(
            f"--freeze was given, and the working tree differs from its commit: {shown}.",
            "A registration names a commit that holds all of the code.",
            "Commit, stash or remove them first.",
        )
    return state


def check_analysis(analysis: AnalysisPlan, suite: SuiteConfig) -> None:
    """UserError where a question needs arms, tasks or stages that the suite does not run."""
    for question in analysis.questions:
        stages = [stage for stage in suite.stage if stage.name in question.stages]
        arms = {arm.name for stage in stages for arm in stage.arms}
        tasks = {task for stage in stages for task in stage.tasks}
        asked = [*question.treatments, *question.comparisons, *question.beside]
        lacking = [
            *(f"stage {name}" for name in question.stages if name not in {stage.name for stage in suite.stage}),
            *(f"arm {name}" for name in asked if name not in arms),
            *(f"task {name}" for name in analysis.tasks_of(question) if name not in tasks),
        ]
        if lacking:
            raise UserError(
                f"The question {question.name} of the analysis {analysis.name!r} needs {', '.join(lacking)}.",
                f"The stages that it names run {', '.join(sorted(arms)) or 'nothing'}.",
                "Correct the analysis or the suite.",
            )
