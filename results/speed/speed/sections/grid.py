"""The whole default grid of `glue-fewshot`, against one tuned Trainer script after another for the same runs.

No script trains all of these methods, so the other side is an estimate: for each arm and task one run of the tuned script is timed that
takes as many example passes as the arm declares, and multiplied by the number of runs of that arm. A run of an arm without an encoder
costs the other side nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from speed import handing, suite
from speed.figures import Details, Ratio, Section
from speed.process import script
from speed.rendering import megabytes
from speed.setting import Setting

if TYPE_CHECKING:
    from benchmark.planning.planned_run import PlannedRun

WORKERS = 2


def measure(setting: Setting) -> Section:
    """Our grid whole, then the sampled peers."""
    options = _options(setting)
    plan = suite.plan(setting, options)
    spent, records = suite.run(setting, options | {"workers": WORKERS})
    failed = [record for record in records if record.status != "done"]
    if failed:
        raise RuntimeError(f"{len(failed)} runs of the grid failed; the first: {failed[0].error}")
    kinds: dict[tuple[str, str], list[PlannedRun]] = defaultdict(list)
    for run in plan.runs:
        kinds[run.cell.task, run.arm.name].append(run)
    template = {run.cell.task: run for run in plan.runs if run.arm.name == "ce"}
    rows, total = [], 0.0
    for (task, arm), runs in kinds.items():
        steps = steps_for(runs[0])
        seconds = _sample(setting, plan, template[task], steps) if steps else 0.0
        total += seconds * len(runs)
        rows.append((task, arm, len(runs), steps, seconds, seconds * len(runs)))
    ratio = Ratio(f"the grid of {len(plan.runs)} runs: ours, {WORKERS} workers / one tuned script after another", spent.seconds, total, 2.5)
    header = ("task", "arm", "runs", "steps with as many passes", "s of the sample", "s of all its runs")
    notes = (
        f"Suite glue-fewshot, profile {plan.grid.profile_name}, {len(plan.runs)} runs, whole command {spent.seconds:.0f} s "
        f"({spent.cpu_seconds:.0f} CPU s, largest process {megabytes(spent.peak_bytes)}).",
        "The other side is an estimate, not a measurement: one tuned Trainer run per task and arm was timed, with as many passes as the "
        f"arm declares, {setting.threads} threads, in a fresh process, and multiplied by the arm's runs. It trains cross-entropy, whatever "
        "the arm trains; arms without an encoder count nothing.",
    )
    return Section("grid", "The default grid", [ratio], [Details("What the other side would take", header, rows)], notes)


def steps_for(run: PlannedRun) -> int:
    """Steps of a plain run (one forward, one backward pass a row) with as many passes as this run declares; 0 without an encoder."""
    if run.spec.budget is None:
        return 0
    return max(1, round((run.cost.forward + run.cost.backward) / (2 * run.spec.budget.batch)))


def _options(setting: Setting) -> dict[str, Any]:
    sizes = setting.sizes
    options: dict[str, Any] = {"profile": "embedded"}
    if sizes.grid_tasks is not None:
        options["tasks"] = ",".join(sizes.grid_tasks)
    if sizes.grid_seeds is not None:
        options["seeds"] = str(sizes.grid_seeds)
    return options


def _sample(setting: Setting, plan: Any, ce: PlannedRun, steps: int) -> float:
    job = handing.classification(plan, ce, steps) | {"threads": setting.threads}
    return script("peers/tuned_trainer.py", job, setting)[0].seconds
