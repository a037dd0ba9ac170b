"""The JSON documents that `--json` prints: one per command, with stable keys. A key that goes or changes its meaning raises `FORMAT`;
further keys may come."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from benchmark.records.jsonable import jsonable

if TYPE_CHECKING:
    from benchmark.checks.conformance import CheckResult
    from benchmark.checks.verify import Check
    from benchmark.cli.listing import ListedRow
    from benchmark.planning.cost.estimate import CostEstimate
    from benchmark.planning.cost.minimum_detectable_effect import MinimumDetectableEffect
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun

FORMAT = 1


@dataclass(frozen=True)
class ListDocument:
    """`list KIND --json`.

    Args:
        kind: what is listed.
        rows: in the order of the text: name, summary, origin (`file:line`), error ("" where it can be used), and of a method its family
            and the methods that it controls.
    """

    kind: str
    rows: tuple[dict[str, Any], ...]
    document: Literal["list"] = "list"
    format: int = FORMAT

    @classmethod
    def of(cls, kind: str, rows: Sequence[ListedRow]) -> ListDocument:
        """The document of listed rows; only methods have family and controls."""
        shown = [row._asdict() for row in rows]
        if kind != "methods":
            shown = [{name: value for name, value in row.items() if name not in ("family", "controls")} for row in shown]
        return cls(kind, tuple(shown))


class RunEntry(NamedTuple):
    """A planned run.

    Args:
        cell: in one line; `task`, `shots` and `noise` (as `type:level`, "" for clean) are parts of it.
        trial: number of the setting in a search; None for a run of the arm itself.
        seed, init_seed: None where the arm draws none, or where the second follows the first.
        state: `to do`, `done`, or `crashed`: it killed its process twice and is begun again with --rerun only.
    """

    key: str
    cell: str
    task: str
    shots: str
    noise: str
    arm: str
    trial: int | None
    split_seed: int
    seed: int | None
    init_seed: int | None
    state: Literal["to do", "done", "crashed"]


@dataclass(frozen=True)
class PlanEntry:
    """One plan: a stage of a study, a part of a search or of interim looks, or the whole.

    Args:
        stage: of a study; "" for another suite.
        step: which part of a command this is, in words; "" for the whole.
        data: `embedded` stand-in texts, or `real`.
        planned, done, to_do: numbers of runs.
        cost: of what is to do, in seconds and bytes; None: nothing comparable was measured (`CostEstimate`).
        detectable: the smallest difference to the baseline that the plan can find, as a share of 1 (`MinimumDetectableEffect`); None where
            it compares nothing. All comparisons count as one family.
        families: the same for each family of tests, which a report corrects apart from the others.
        notes, warnings: what to know before starting.
        runs: in the order in which they are begun.
    """

    suite: str
    profile: str
    protocol: str
    stage: str
    step: str
    encoder: str
    data: str
    device: str
    precision: str
    threads: int
    executor: str
    workers: int
    planned: int
    done: int
    to_do: int
    cost: CostEstimate
    detectable: MinimumDetectableEffect | None
    families: dict[str, MinimumDetectableEffect]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, plan: Plan) -> PlanEntry:
        """The entry of a plan."""
        from benchmark.cli.output.plan_text import detectable_by_family

        grid = plan.grid
        return cls(
            suite=grid.suite.name,
            profile=grid.profile_name,
            protocol=grid.protocol,
            stage=grid.stage,
            step=plan.stage,
            encoder=grid.encoder.name,
            data="embedded" if plan.generated else "real",
            device=grid.compute.device,
            precision=grid.compute.precision,
            threads=grid.compute.threads,
            executor=plan.executor,
            workers=plan.workers.count,
            planned=len(plan.runs),
            done=sum(run.done for run in plan.runs),
            to_do=sum(run.todo for run in plan.runs),
            cost=plan.price,
            detectable=plan.detectable,
            families=detectable_by_family(plan),
            notes=plan.notes,
            warnings=plan.warnings,
            runs=tuple(_run(run)._asdict() for run in plan.runs),
        )


@dataclass(frozen=True)
class PlanDocument:
    """`plan --json`. `plans`: one entry; of a study one per stage and part."""

    plans: tuple[PlanEntry, ...]
    document: Literal["plan"] = "plan"
    format: int = FORMAT


@dataclass(frozen=True)
class CheckDocument:
    """`check METHOD --json`: the conformance suite. `checks`: name, passed, and in `detail` what was observed."""

    method: str
    passed: bool
    checks: tuple[CheckResult, ...]
    document: Literal["check"] = "check"
    format: int = FORMAT

    @classmethod
    def of(cls, method: str, checks: Sequence[CheckResult]) -> CheckDocument:
        """The document of a method's checks."""
        return cls(method, all(check.passed for check in checks), tuple(checks))


@dataclass(frozen=True)
class VerifyDocument:
    """`verify --json`: records that were run again.

    Args:
        holds: whether some were run again and none of them fell short.
        counts: level in words -> records; `failed` where the second run failed or a file is damaged, `not run again` for the rest.
        records: key, title, level in words (None: not run again, or failed), note, and holds (None: not run again).
    """

    holds: bool
    counts: dict[str, int]
    records: tuple[dict[str, Any], ...]
    document: Literal["verify"] = "verify"
    format: int = FORMAT

    @classmethod
    def of(cls, checks: Sequence[Check]) -> VerifyDocument:
        """The document of checked records, in their order."""
        counts = Counter(_held(check) for check in checks)
        records = [{**check._asdict(), "level": None if check.level is None else check.level.title} for check in checks]
        holds = any(check.holds for check in checks) and not any(check.holds is False for check in checks)
        return cls(holds, dict(counts), tuple(records))


Document = ListDocument | PlanDocument | CheckDocument | VerifyDocument


def as_json(document: Document) -> str:
    """The document as JSON text, `document` and `format` first; a number that is not finite becomes null."""
    content = asdict(document)
    head = {name: content.pop(name) for name in ("document", "format")}
    return json.dumps(jsonable(head | content), indent=1, ensure_ascii=False, allow_nan=False)


def _run(run: PlannedRun) -> RunEntry:
    spec, cell = run.spec, run.cell
    state: Literal["to do", "done", "crashed"] = "to do" if run.todo else "done" if run.done else "crashed"
    return RunEntry(
        key=run.key,
        cell=cell.label,
        task=cell.task,
        shots=cell.size,
        noise=cell.noise_text,
        arm=run.arm.name,
        trial=run.arm.trial,
        split_seed=spec.split.split_seed,
        seed=spec.seed,
        init_seed=spec.init_seed,
        state=state,
    )


def _held(check: Check) -> str:
    return check.level.title if check.level is not None else "not run again" if check.holds is None else "failed"
