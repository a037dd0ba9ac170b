"""What the diagnostics at the logging steps cost: the same runs with and without them, in turns in one process.

    python results/speed/diagnostics_cost.py --data-root DIR    writes diagnostics_cost.md and diagnostics_cost.json beside this file
    python results/speed/diagnostics_cost.py --tiny             a few steps of a random encoder: whether it works; only prints

Per method, of all its gradient phases together: seconds of training as a user has them (`with`), without the measurements of terms and of
the way from the start (`without terms`), and without any logging step (`without`), where term values, gradient norms and the objectives'
own measurements are left out as well. Training is the same in all three, and the program stops where a score differs in a single bit.
Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))

from benchmark.config.request import RunRequest  # noqa: E402
from benchmark.planning.plan import Plan, make_plan  # noqa: E402
from benchmark.planning.planned_run import PlannedRun  # noqa: E402
from benchmark.running.machine.provenance import git_state, processor  # noqa: E402
from benchmark.running.one_run import RunOutcome, train_and_score  # noqa: E402
from benchmark.training import loop  # noqa: E402

METHODS = ("ce", "scl", "cat", "three-phase")  # plain, contrastive, adversarial, several phases
WITH, WITHOUT_TERMS, WITHOUT = "with", "without terms", "without"
GOAL = 1.05  # of the time without


@dataclass(frozen=True)
class Setting:
    """What is trained, and how often.

    Args:
        profile: the text of a profile file.
        options: further options of the request.
        repeats: runs of each variant after one that is not counted.
    """

    profile: str
    options: dict[str, Any]
    repeats: int


@dataclass(frozen=True)
class Cost:
    """One method.

    Args:
        steps: of all its phases.
        measured: steps at which terms were measured.
        seconds: variant -> seconds of training, in the order of the repetitions.
    """

    method: str
    steps: int
    measured: int
    seconds: dict[str, list[float]]

    def ratios(self, variant: str) -> list[float]:
        """Time with everything over the time of a variant, repetition by repetition."""
        return [full / part for full, part in zip(self.seconds[WITH], self.seconds[variant], strict=True)]


def main(given: Sequence[str]) -> int:
    """Measure, print, write. Returns 0 also where the goal was missed: the table says so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="mirror of the real data; without it the embedded sentences")
    parser.add_argument("--repeats", type=int, default=7, help="runs of each variant that count")
    parser.add_argument("--tiny", action="store_true", help="try it on a random encoder; writes nothing")
    options = parser.parse_args(given)
    setting = tiny_setting() if options.tiny else measured_setting(options.data_root, options.repeats)
    with tempfile.TemporaryDirectory(prefix="diagnostics-") as scratch:
        plan = planned(setting, Path(scratch))
        costs = [measure(run, plan, setting.repeats) for run in plan.runs]
    made = facts(plan)
    text = table(costs, made)
    print(text)
    if not options.tiny:
        content = {"facts": made, "methods": [asdict(cost) for cost in costs]}
        (FOLDER / "diagnostics_cost.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (FOLDER / "diagnostics_cost.md").write_text(text + "\n", encoding="utf-8")
    return 0


def measured_setting(data_root: Path | None, repeats: int) -> Setting:
    """The default encoder at 20 examples, as many steps as its constants say, one thread."""
    lines = [
        'encoder = "all-minilm-l6-v2"',
        f'data = "{"embedded" if data_root is None else "real"}"',
        'shots = ["20"]',
        "seeds = 1",
        "test_cap = 100",
        "unlabelled = 500",
        'precision = "bf16"',
        "threads = 1",
        '[params]\n"three-phase.epochs_dae" = 1',
    ]
    return Setting("\n".join(lines) + "\n", {} if data_root is None else {"data_root": data_root}, repeats)


def tiny_setting() -> Setting:
    """Twelve steps of an encoder of random weights."""
    lines = ['encoder = "random-tiny"', 'data = "embedded"', 'shots = ["8"]', "seeds = 1", "test_cap = 20", "unlabelled = 16"]
    return Setting("\n".join([*lines, "steps = { all = 12 }"]) + "\n", {}, 1)


def planned(setting: Setting, scratch: Path) -> Plan:
    """One run of each method on sst2."""
    profile = scratch / "diagnostics.toml"
    profile.write_text(setting.profile, encoding="utf-8")
    places = {"results": scratch / "results", "cache": scratch / "cache"}
    request = {"suite": "glue-fewshot", "profile": str(profile), "methods": ",".join(METHODS), "tasks": "sst2", "seeds": "1"}
    return make_plan(RunRequest.parse(**request, **places, **setting.options))


def measure(run: PlannedRun, plan: Plan, repeats: int) -> Cost:
    """The variants in turns, each repetition beginning with another one, after a first run that loads and warms everything."""
    variants = [WITH, WITHOUT_TERMS, WITHOUT]
    first = train_and_score(run.spec, plan.workspace)
    found: dict[str, list[float]] = {variant: [] for variant in variants}
    for repeat in range(repeats):
        for variant in variants[repeat % 3 :] + variants[: repeat % 3]:
            with diagnosed(variant):
                outcome = train_and_score(run.spec, plan.workspace)
            if not np.array_equal(outcome.scores, first.scores):
                raise SystemExit(f"{run.arm.name}: the scores {variant!r} differ from those with diagnostics")
            found[variant].append(seconds(outcome))
    logs = [phase.log for phase in first.phases if "diagnostics" in phase.log]
    steps, points = sum(log["plan"]["steps"] for log in logs), sum(len(log["diagnostics"]["steps"]) for log in logs)
    print(f"{run.arm.name}: {median(found[WITH]):.2f} s, ratio {median(Cost('', 0, 0, found).ratios(WITHOUT)):.3f}", file=sys.stderr)
    return Cost(run.arm.name, steps, points, found)


@contextmanager
def diagnosed(variant: str) -> Iterator[None]:
    """The training loop with fewer measurements. There is no switch for users, since a record without them would say less."""
    if variant == WITHOUT_TERMS:
        with patch.object(loop, "measuring_steps", lambda points, steps: set()):
            yield
    elif variant == WITHOUT:
        with patch.object(loop, "N_LOG_POINTS", 0):
            yield
    else:
        yield


def seconds(outcome: RunOutcome) -> float:
    """Seconds of training, all phases."""
    return sum(phase.seconds for phase in outcome.phases)


def facts(plan: Plan) -> dict[str, str]:
    """What was measured, and on what."""
    git = git_state()
    grid = plan.grid
    return {
        "code": "not from a checkout" if git is None else f"{git.commit[:12]}{', with changes' if git.dirty else ''}",
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "encoder": grid.encoder.name,
        "data": f"sst2, {'embedded sentences' if grid.profile.data == 'embedded' else 'real data'}, N = {grid.cells[0].shots}",
        "compute": f"{grid.compute.device}, {grid.compute.precision}, {grid.compute.threads} thread",
    }


def table(costs: Sequence[Cost], made: dict[str, str]) -> str:
    """The figures in Markdown."""
    lines = [
        "# What the diagnostics cost",
        "",
        f"Made by `diagnostics_cost.py`: {'; '.join(f'{name} {value}' for name, value in made.items())}.",
        "Seconds of training over all phases, median of the repetitions; ratios repetition by repetition, median (smallest to largest).",
        f"The goal for the last column is at most {GOAL:.2f}.",
        "",
        "| method | steps | of them measured | seconds with | with / without terms | with / without any |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for cost in costs:
        ends = [f"{median(r):.3f} ({min(r):.3f} to {max(r):.3f})" for r in (cost.ratios(WITHOUT_TERMS), cost.ratios(WITHOUT))]
        verdict = "" if median(cost.ratios(WITHOUT)) <= GOAL else " missed"
        lines.append(f"| {cost.method} | {cost.steps} | {cost.measured} | {median(cost.seconds[WITH]):.2f} | {' | '.join(ends)}{verdict} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
