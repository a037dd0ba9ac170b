"""What these runs could have found, and what no score could have: sentences for under a table."""

from __future__ import annotations

import math

from benchmark.stats.paired import Comparison
from benchmark.stats.pairing import NOT_PLANNED
from benchmark.stats.power import DetectableRange
from reports.analysis.analysis import Analysis
from reports.tables.table import counted


def power_notes(analysis: Analysis) -> tuple[str, ...]:
    """What these runs could have found at all."""
    ends = analysis.detectable()
    if ends is None:
        return ("No smallest detectable difference: it needs a comparison above the floor with three pairs that differ, or more.",)
    return (
        f"Smallest difference that these runs would have found with power .8 at the first step of Holm: {in_words(ends)}. "
        "A difference without [h] is no proof that there is none.",
    )


def in_words(found: DetectableRange) -> str:
    """A range of smallest differences in one clause; below six pairs it also spans what their standard deviation may be."""
    if found.low == found.high:
        return points(found.low)
    return f"from {points(found.low)} (steadiest comparison) to {points(found.high)} (least steady)"


def points(difference: float) -> str:
    """A difference in points, or that no score could differ by so much."""
    return "more than the scores allow" if math.isinf(difference) else f"{100 * difference:.1f} points"


def reach_notes(analysis: Analysis) -> tuple[str, ...]:
    """A sentence for each number of pairs with which a test cannot reach the level."""
    said = {}
    for place, found in analysis.comparisons.items():
        if found.n and not found.reach.reachable:
            said[f"{counted(found.n, 'pair')}: {_cannot(found, 'the t-test', found.reach.needed)}"] = place
        elif found.n and not found.rank_reach.reachable and found.rank_reach.smallest_p is not None:
            smallest = (
                f"its smallest p is {found.rank_reach.smallest_p:.3g}, the first step of Holm asks for {found.rank_reach.threshold:.3g}"
            )
            said[
                f"{counted(found.n, 'pair')}: {_cannot(found, 'an exact rank or sign-flip test', found.rank_reach.needed)}; {smallest}"
            ] = place
    return tuple(f"With {line}." for line in sorted(said))


def _cannot(found: Comparison, test: str, needed: int) -> str:
    over = f"{found.cells} comparison{'s' * (found.cells != 1)}"
    return f"{test} cannot reach {found.alpha:g} over {over}, whatever the scores; {needed} pairs could"


def missing_notes(analysis: Analysis) -> tuple[str, ...]:
    """Pairs that one arm lacks: never dropped in silence."""
    if analysis.block.design.get("looks"):
        return ()  # arms of one cell have different numbers of runs by design
    gone = [{(one.split_seed, one.seed) for one in units.missing if one.status != NOT_PLANNED} for units in analysis.units.values()]
    lacking = [len(some) for some in gone if some]
    if not lacking:
        return ()
    return (
        f"In {counted(len(lacking), 'comparison')} a run of one or both arms is not there (up to {counted(max(lacking), 'pair')}); "
        "those pairs are left out.",
    )
