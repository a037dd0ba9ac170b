"""How far a study is, stage by stage, and which of its runs a question waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.records.manifest import Manifest
from benchmark.records.registration.registration import DIGITS, RegisteredRuns

DESIGNS = ("+crossed", "+search", "+looks")  # in a profile's name: runs of another design answer no question


@dataclass(frozen=True)
class StageProgress:
    """The runs of one plan of a stage.

    Args:
        stage: its name; "" for a suite without stages, and for runs that no plan in the results holds (0 are planned then).
        planned, finished, failed: runs that are planned, that have a record, and that have one of a failed run (those count as finished).
        encoder: the encoder that the plan names in place of the study's own; "" for the study's own.
        cells: task, number of shots and arm of its runs in words, such as `sst2 N=20 scl`.
    """

    stage: str
    planned: int = 0
    finished: int = 0
    failed: int = 0
    encoder: str = ""
    cells: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether every planned run has a record."""
        return self.planned > 0 and self.finished == self.planned

    @property
    def begun(self) -> bool:
        """Whether any run has a record."""
        return self.finished > 0

    def __str__(self) -> str:
        if not self.planned:
            return "runs that no plan in these results holds"
        failed = f", {self.failed:,} of them failed" if self.failed else ""
        state = "complete" if self.complete else "not finished" if self.begun else "not begun"
        return f"stage {self.stage or '(only one)'} {state}: {self.finished:,} of {self.planned:,} runs{failed}"


def stage_progress(runs: Sequence[RegisteredRuns], status: Mapping[str, str]) -> tuple[StageProgress, ...]:
    """The progress of each plan, as registered or as a manifest has it; alternatives, of which a search chooses, are left out.

    Args:
        status: full key -> status of the run's record.
    """
    known = {key[:DIGITS]: found for key, found in status.items()}
    found = []
    for one in runs:
        if not one.choice:
            records = [known[prefix] for _, prefix in one.prefixes() if prefix in known]
            design = one.profile[one.profile.find("+") :] if "+" in one.profile else ""
            cells = frozenset() if design.startswith(DESIGNS) else frozenset(one.keys)
            failed = sum(status != "done" for status in records)
            found.append(StageProgress(one.stage, one.runs, len(records), failed, design.removeprefix("+"), cells))
    return tuple(found)


def by_stage(plans: Sequence[StageProgress]) -> tuple[StageProgress, ...]:
    """The plans of one stage together, in the given order of stages."""
    groups: dict[str, list[StageProgress]] = {}
    for one in plans:
        groups.setdefault(one.stage, []).append(one)
    return tuple(
        StageProgress(stage, sum(one.planned for one in some), sum(one.finished for one in some), sum(one.failed for one in some))
        for stage, some in groups.items()
    )


def planned_stages(manifests: Sequence[Manifest], suite: str) -> tuple[RegisteredRuns, ...]:
    """What the manifests of a study plan, in the form of a registration: for results that are held against none."""
    return tuple(RegisteredRuns.of(manifest, "") for manifest in manifests if manifest.suite == suite and manifest.rows)


def waits_for(
    plan: AnalysisPlan, question: Question, treatment: str, shots: str, stages: Sequence[StageProgress]
) -> tuple[StageProgress, ...]:
    """The unfinished plans among those that hold a run of a treatment and its comparisons at one number of shots; none: it is complete.

    A plan counts as a whole: what is registered as one stage is not read before all of it has run.
    """
    needed = {
        ("" if encoder == plan.encoder else encoder, f"{task} N={shots} {arm}")
        for encoder in question.layers or {plan.encoder: 0}
        for task in plan.tasks_of(question)
        for arm in (treatment, *question.comparisons)
    }
    holding = [one for one in stages if any(one.encoder == encoder and cell in one.cells for encoder, cell in needed)]
    waiting = [one for one in holding if not one.complete]
    held = {(one.encoder, cell) for one in holding for cell in one.cells}
    return (*waiting, *(() if needed <= held else (StageProgress(""),)))
