"""Error rates of the statistics, measured: `python -m results.simulations.error_rates [--quick] [--out DIR]`.

Every scenario is a world whose truth is known and a procedure of `benchmark.stats` that may err in it. Each states what is
guaranteed; the share of repeats that erred is held against that. Writes `error_rates.json` and `error_rates.md` beside this file, and
ends with 1 where a guarantee is broken by more than the error of the simulation.
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


def measure(scenario: Scenario, repeats: int, number: int) -> Rate:
    """Run one scenario. Its stream depends on its place alone, so that scenarios can be run apart."""
    rng = np.random.default_rng([SEED, number])
    n = max(20, repeats // scenario.cost)
    found = [scenario.run(rng) for _ in range(n)]
    rate = sum(one == scenario.error for one in found) / n
    low, high = scenario.allowed
    room = [SLACK * math.sqrt(max(edge * (1 - edge), 0.0) / n) for edge in (low, high)]
    outcomes = {str(o): found.count(o) / n for o in Outcome if o in found} if isinstance(scenario.error, Outcome) else {}
    held = low - room[0] <= rate <= high + room[1]
    return Rate(scenario.group, scenario.name, n, rate, math.sqrt(rate * (1 - rate) / n), scenario.allowed, held, outcomes)


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
            others = ", ".join(f"{name} {share:.1%}" for name, share in r.outcomes.items())
            lines.append(f"| {r.name} | {r.repeats} | {r.rate:.1%} ± {r.error:.1%} | {promised} | {held} | {others} |")
        lines.append("")
    return "\n".join(lines)


def simulate(program: str, rows: list[Scenario], arguments: list[str] | None = None) -> int:
    """Measure all rows, write `PROGRAM.json` and `PROGRAM.md`, and return 1 where a guarantee is broken.

    Args:
        program: name of the module that has the rows.
        arguments: of the command line; those of the process where None.
    """
    parser = argparse.ArgumentParser(prog=f"python -m results.simulations.{program}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} repeats in place of {REPEATS}; says little, finds gross mistakes")
    parser.add_argument("--repeats", type=int, help="repeats of the cheapest scenarios; dearer ones get a share")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    given = parser.parse_args(arguments)
    repeats = given.repeats or (QUICK if given.quick else REPEATS)
    rates = []
    for number, scenario in enumerate(rows):
        rates.append(measure(scenario, repeats, number))
        print(f"{'ok ' if rates[-1].held else 'BAD'} {rates[-1].rate:6.1%}  {scenario.group}: {scenario.name}", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"{program}.json").write_text(json.dumps([asdict(rate) for rate in rates], indent=1) + "\n", encoding="utf-8")
    (given.out / f"{program}.md").write_text(markdown(rates, program), encoding="utf-8")
    return int(not all(rate.held for rate in rates))


def main(arguments: list[str] | None = None) -> int:
    """Measure the rows of `scenarios`, write, and return 1 where a guarantee is broken."""
    return simulate("error_rates", scenarios(), arguments)


if __name__ == "__main__":
    sys.exit(main())
