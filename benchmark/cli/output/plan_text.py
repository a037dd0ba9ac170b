"""What plan prints: cells and arms, what is already computed, time and bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchmark.cli.output.tally import duration

if TYPE_CHECKING:
    from benchmark.planning.cost.minimum_detectable_effect import MinimumDetectableEffect
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun


def plan_text(plan: Plan) -> str:
    """The plan in lines: title, one line per cell and arm, the price, and what to know before starting."""
    stage = [plan.stage[0].upper() + plan.stage[1:] + "."] if plan.stage else []
    return "\n".join(
        [
            plan.title,
            *stage,
            "",
            arms_table(plan),
            "",
            *_price(plan),
            *_power(plan),
            *plan.notes,
            *(f"Warning: {line}" for line in plan.warnings),
        ]
    )


def study_text(plans: Sequence[Plan]) -> str:
    """A study in lines: per stage its runs, what is computed, and hours; then the whole. A search that has not run yet is priced with its
    trials and with the default settings."""
    from tabulate import tabulate

    stages: dict[str, list[Plan]] = {}
    for plan in plans:
        stages.setdefault(plan.grid.stage, []).append(plan)
    rows = [_study_row(name, group[0].grid.suite.title, group) for name, group in stages.items()]
    table = tabulate([*rows, _study_row("all", "", plans)], headers=["stage", "", "runs", "computed", "to do", "work", "elapsed"])
    left_out = ["Runs are in no sum where nothing like them was ever measured."] * any(plan.price.unknown for plan in plans)
    basis = "Hours are estimated from the measured runs of the results folder; `plan --stage NAME` says from which."
    return "\n".join([plans[0].title, "", table, "", *left_out, basis])


def _study_row(name: str, title: str, plans: Sequence[Plan]) -> list[str | int]:
    """`elapsed`: with the workers of the command, one plan after the other, their start not counted."""
    runs, prices = {run.key: run.done for plan in plans for run in plan.runs}, [plan.price for plan in plans]
    to_do = len(runs) - sum(runs.values())
    known = [price for price in prices if price.todo > price.unknown]
    work, elapsed = (sum(getattr(price, field) or 0.0 for price in known) for field in ("seconds", "elapsed"))
    times = [duration(work), duration(elapsed)] if known else ["unknown" if to_do else "-"] * 2
    return [name, title, len(runs), sum(runs.values()), to_do, *times]


def arms_table(plan: Plan) -> str:
    """Runs planned and already computed, by cell and arm; trials of a search on lines of their own."""
    from tabulate import tabulate

    planned = Counter(_place(run) for run in plan.runs)
    there = Counter(_place(run) for run in plan.runs if not run.todo)
    return tabulate([[*place, n, there[place]] for place, n in planned.items()], headers=["cell", "arm", "runs", "already computed"])


def _place(run: PlannedRun) -> tuple[str, str]:
    return run.cell.label, run.arm.name if run.arm.trial is None else f"{run.arm.name} (trials)"


def _price(plan: Plan) -> Iterator[str]:
    price = plan.price
    yield f"{len(plan.runs)} runs planned, {len(plan.runs) - price.todo} already there, {price.todo} to do."
    if not price.todo:
        yield "Everything is already computed: nothing to run."
        return
    if price.shared:
        saved = "" if not price.saved else f", which saves about {duration(price.saved)} of training"
        states = "phase state is" if price.shared == 1 else "phase states are"
        yield f"{price.shared} {states} shared by {price.readers} runs and trained once{saved}."
    if price.seconds is None or price.elapsed is None:
        yield "Time: unknown until a run of this kind has been measured (it is estimated from the records in the results folder)."
    else:
        workers = "one worker" if price.workers == 1 else f"{price.workers} workers"
        elapsed = f"{duration(price.elapsed)} with {workers} ({plan.executor}), their start not counted"
        yield f"Time: about {duration(price.seconds)} of work, {elapsed}."
        yield f"It rests on: {'; '.join(price.evidence)}."
    yield f"Memory: {_memory(plan)}. Energy: not measured. Disk: records about {human(price.bytes)}{_cache(plan)}."


def _memory(plan: Plan) -> str:
    peak = plan.price.peak_bytes
    return "not measured" if peak is None else f"up to {human(peak)} for each worker (the most that a run of these kinds used)"


def _cache(plan: Plan) -> str:
    price = plan.price
    if not price.shared:
        return ""
    told = "of unknown size" if price.cache_bytes is None else f"about {human(price.cache_bytes)}"
    return f"; shared states {told}, at most {human(plan.workspace.cache_limit)} (--cache-limit)"


def detectable_by_family(plan: Plan) -> dict[str, MinimumDetectableEffect]:
    """What each family of tests can find, as a report corrects them; under interim looks all comparisons together are one."""
    if _looks(plan):
        return {} if plan.detectable is None else {"all comparisons": plan.detectable}
    from reports.results.arm_role import installed_role

    return plan.detectable_by(lambda method: installed_role(method).group)


def _power(plan: Plan) -> Iterator[str]:
    for name, found in detectable_by_family(plan).items():
        yield _smallest(found, name, _looks(plan))


def _smallest(found: MinimumDetectableEffect, name: str, looks: str = "") -> str:
    """The smallest difference that the comparisons of one family can find."""
    low, high = found.pairs
    pairs = f"{low} pair{'s' * (low != 1)}" if low == high else f"{low} to {high} pairs"
    family = f"{found.comparisons} comparison{'s' * (found.comparisons != 1)}"
    design = f"with {pairs}, power .8 and the level {found.level:.3g} (.05 over {family}{looks})"
    if found.deviations is None:
        return f"Smallest difference to find, {name}: none; a paired t-test needs two pairs ({design})."
    if found.points is None:
        told = f"{found.deviations:.2f} standard deviations of the paired differences"
        return f"Smallest difference to find, {name}, {design}: {told}; in points unknown, since no such differences were measured."
    ends = sorted({f"{100 * end:.1f}" for end in found.points}, key=float)
    told = f"spread of {found.known} of {family} from {found.measured} or more measured pairs, at its upper 80 % limit"
    return f"Smallest difference to find, {name}, {design}: {' to '.join(ends)} points ({told})."


def _looks(plan: Plan) -> str:
    looks = plan.manifest.design.get("looks", {}).get("seeds", [])
    return f" and looks at {', '.join(map(str, looks))} seeds" if looks else ""


def human(size: float) -> str:
    """Bytes as people say them: 512 B, 1.5 kB, 3.2 GB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
