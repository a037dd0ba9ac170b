"""Error rates of the statistics, measured: `python -m results.simulations.error_rates [--quick] [--only NAME] [--out DIR]`.

Every scenario is a world whose truth is known and a procedure of `benchmark.stats` that may err in it. Each states what is
guaranteed; the share of repeats that erred is held against that. Writes `error_rates.json` and `error_rates.md` beside this file, and
ends with 1 where a guarantee is broken by more than the error of the simulation. `--only` measures the groups that have a text in their
name and leaves the other rows as the files have them; the files are written after every group, so that a run that was stopped goes on with
`--rest`, which measures the rows that the files lack.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from reports.verdicts.verdict import Outcome
from results.simulations.batch_scenarios import batch_scenarios
from results.simulations.scenarios import NO_CLAIM, Scenario, scenarios

SEED = 20261120
REPEATS = 4000
QUICK = 120
SLACK = 3.0  # standard errors of the simulation
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Rate:
    """What was measured: the share of repeats that erred, its binomial standard error, and whether the promise is held within three."""

    group: str
    name: str
    repeats: int
    rate: float
    error: float
    allowed: tuple[float, float]
    held: bool
    outcomes: dict[str, float] = field(default_factory=dict)
    means: dict[str, float] = field(default_factory=dict)


def measure(scenario: Scenario, repeats: int, number: int) -> Rate:
    """Run one scenario. Its stream depends on its place alone, so that scenarios can be run apart."""
    rng = np.random.default_rng([SEED, number])
    n = max(20, repeats // scenario.cost)
    batch = scenario.run(rng, n) if scenario.batch else None
    found = batch.erred.tolist() if batch is not None else [scenario.run(rng) for _ in range(n)]
    rate = sum(one == scenario.error for one in found) / n
    low, high = scenario.allowed
    room = [SLACK * math.sqrt(max(edge * (1 - edge), 0.0) / n) for edge in (low, high)]
    outcomes = {str(o): found.count(o) / n for o in Outcome if o in found} if isinstance(scenario.error, Outcome) else {}
    held = low - room[0] <= rate <= high + room[1]
    means = {} if batch is None else batch.means
    return Rate(scenario.group, scenario.name, n, rate, math.sqrt(rate * (1 - rate) / n), scenario.allowed, held, outcomes, means)


def markdown(rates: list[Rate], program: str = "error_rates") -> str:
    """The rates as tables, one per group."""
    lines = [
        "# Measured error rates",
        "",
        f"Written by `python -m results.simulations.{program}`, seed {SEED}. Level 5 % throughout.",
        "",
    ]
    for group in dict.fromkeys(rate.group for rate in rates):
        lines += [f"## {group}", "", "| case | repeats | rate | promised | held | all outcomes |", "|---|---|---|---|---|---|"]
        for r in (rate for rate in rates if rate.group == group):
            promised = "-" if r.allowed == NO_CLAIM else f"{r.allowed[0]:.0%} to {r.allowed[1]:.0%}"
            held = "-" if r.allowed == NO_CLAIM else "yes" if r.held else "**no**"
            shares = [f"{name} {share:.1%}" for name, share in r.outcomes.items()]
            others = ", ".join([*shares, *(f"{name} {_mean(value)}" for name, value in r.means.items())])
            lines.append(f"| {r.name} | {r.repeats} | {r.rate:.1%} ± {r.error:.1%} | {promised} | {held} | {others} |")
        lines.append("")
    return "\n".join(lines)


def _mean(value: float) -> str:
    """A mean of seeds, or a share."""
    return f"{value:.1f}" if value > 1 else f"{value:.1%}"


def simulate(program: str, rows: list[Scenario], arguments: list[str] | None = None) -> int:
    """Measure all rows, write `PROGRAM.json` and `PROGRAM.md`, and return 1 where a guarantee is broken.

    Args:
        program: name of the module that has the rows.
        arguments: of the command line; those of the process where None.
    """
    parser = argparse.ArgumentParser(prog=f"python -m results.simulations.{program}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} repeats in place of {REPEATS}; says little, finds gross mistakes")
    parser.add_argument("--repeats", type=int, help="repeats of the cheapest scenarios; dearer ones get a share")
    parser.add_argument("--only", metavar="NAME", help="only the groups that have this text in their name")
    parser.add_argument("--rest", action="store_true", help="only the rows that the files do not have yet")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    given = parser.parse_args(arguments)
    repeats = given.repeats or (QUICK if given.quick else REPEATS)
    known = _written(given.out / f"{program}.json") if given.only or given.rest else {}
    wanted = [
        (number, row)
        for number, row in enumerate(rows)
        if (given.only or "").lower() in row.group.lower() and not (given.rest and (row.group, row.name) in known)
    ]
    measured: list[Rate] = []
    for i, (number, row) in enumerate(wanted):
        measured.append(measure(row, repeats, number))
        known[row.group, row.name] = measured[-1]
        print(f"{'ok ' if measured[-1].held else 'BAD'} {measured[-1].rate:6.1%}  {row.group}: {row.name}", flush=True)
        if i + 1 == len(wanted) or wanted[i + 1][1].group != row.group:
            _write(given.out, program, [known[one.group, one.name] for one in rows if (one.group, one.name) in known])
    return int(not all(rate.held for rate in measured))


def _written(path: Path) -> dict[tuple[str, str], Rate]:
    """The rates of an earlier run; none where there was none."""
    if not path.is_file():
        return {}
    rates = (Rate(**{**row, "allowed": tuple(row["allowed"])}) for row in json.loads(path.read_text(encoding="utf-8")))
    return {(rate.group, rate.name): rate for rate in rates}


def _write(folder: Path, program: str, rates: list[Rate]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{program}.json").write_text(json.dumps([asdict(rate) for rate in rates], indent=1) + "\n", encoding="utf-8")
    (folder / f"{program}.md").write_text(markdown(rates, program), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Measure the rows of `scenarios` and `batch_scenarios`, write, and return 1 where a guarantee is broken."""
    return simulate("error_rates", [*scenarios(), *batch_scenarios()], arguments)


if __name__ == "__main__":
    sys.exit(main())
