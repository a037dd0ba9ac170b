"""What plan prints: cells and arms, what is there already, time and bytes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmark.cli.tally import duration

if TYPE_CHECKING:
    from benchmark.execution.planning import Plan


def plan_text(plan: Plan) -> str:
    """The plan in lines: title, one line per cell and arm, the price, and what to know before starting."""
    from tabulate import tabulate

    planned = Counter((run.cell.label, run.arm.name) for run in plan.runs)
    there = Counter((run.cell.label, run.arm.name) for run in plan.runs if run.done)
    table = tabulate([[*cell, n, there[cell]] for cell, n in planned.items()], headers=["cell", "arm", "runs", "there already"])
    return "\n".join([plan.title, "", table, "", _price(plan), *plan.notes])


def _price(plan: Plan) -> str:
    left, price = sum(not run.done for run in plan.runs), plan.price
    if not left:
        return "Everything is there already: nothing to run."
    when = "unknown until a run of this kind has been measured (it is estimated from the records in the results folder)"
    if price.seconds is not None:
        when = f"at most about {duration(price.seconds)} with one worker, from {price.measured} measured runs"
    return f"{left} runs to do; time: {when}; records: about {human(price.bytes)}."


def human(size: float) -> str:
    """Bytes as people say them: 512 B, 1.5 kB, 3.2 GB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
