"""The rows of the simulation: a world, a procedure that may err in it, and what is promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from reports.verdicts.verdict import Outcome
from results.simulations import procedures as p

LIMIT = (0.0, 0.06)
EXACT = (0.03, 0.06)
VERDICT = (0.0, 0.05)
NO_CLAIM = (0.0, 1.0)

PAIRS = "Method against baseline, no true difference"
TASK = "'Better on TASK', equal on the task"
FAMILY = "Any false claim in a family under Holm"
SPREAD = "Equal standard deviations told apart"
REPRODUCED = "Verdict 'reproduced', though the method is no better than CE"
REFUSED = "Verdict 'not reproduced', though both have the same gain"
DIRECTION = "Verdict 'same direction', though the method is no better than CE"
ZERO = "Verdict 'equivalent to zero' at a true gain of one point"


@dataclass(frozen=True)
class Scenario:
    """One row.

    Args:
        run: one repeat.
        allowed: the range in which the rate must lie; 0 to 1 where nothing is promised and the row only shows.
        error: what of `run`'s answers counts as the error: True, or an outcome.
        cost: repeats are divided by this.
        batch: whether `run` takes the number of repeats too, and gives a `Batch` for all of them.
    """

    group: str
    name: str
    run: Callable[..., Any]
    allowed: tuple[float, float]
    error: Any = True
    cost: int = 1
    batch: bool = False


def scenarios() -> list[Scenario]:
    """All rows; those of a group stand together. New ones at the end of their group change the streams of those after them."""
    return [*_plain(), *_hard(), *_sentences(), *_families(), *_spreads(), *_reproduced(), *_refused(), *_conceptual()]


def _plain() -> list[Scenario]:
    """Pairs without collapse at 10 and 20 splits: the error rate is neither above nor far below its level."""
    rows = []
    for n in (10, 20):
        rows += [Scenario(PAIRS, f"{n} splits, correlation {rho:g}", partial(p.pair, n=n, rho=rho), EXACT) for rho in (0.0, 0.5)]
        rows.append(Scenario(PAIRS, f"{n} splits, method with twice the spread", partial(p.pair, n=n, spread=2.0), EXACT))
        rows.append(Scenario(PAIRS, f"{n} splits, scores rounded to 1/872", partial(p.rounded, n=n), EXACT))
    for n, seeds in ((10, 5), (20, 3)):
        rows.append(Scenario(PAIRS, f"{n} splits x {seeds} seeds", partial(p.nested, splits=n, seeds=seeds), EXACT, cost=4))
    lossy = partial(p.nested, splits=10, seeds=5, lost=0.2)
    rows.append(Scenario(PAIRS, "10 splits x 5 seeds, a fifth of the runs lost", lossy, EXACT, cost=4))
    naive = partial(p.nested_naive, splits=10, seeds=5)
    return [*rows, Scenario(PAIRS, "10 splits x 5 seeds, all pairs taken as independent (not what we do)", naive, NO_CLAIM)]


def _hard() -> list[Scenario]:
    """Few splits, collapse, overlap: the error rate is not above its level."""
    rows = [Scenario(PAIRS, f"{n} splits, correlation 0.5", partial(p.pair, n=n), LIMIT) for n in (3, 5)]
    rows += [Scenario(PAIRS, f"{n} splits, both arms collapse at 10 %", partial(p.collapse, n=n), LIMIT) for n in (10, 20)]
    rows += [Scenario(PAIRS, f"N = {x:.0%} of the pool, 10 splits", partial(p.overlap, splits=10, share=x), LIMIT) for x in (0.1, 0.3, 0.5)]
    plain = partial(p.overlap, splits=10, share=0.3, corrected=False)
    rows.append(Scenario(PAIRS, "N = 30% of the pool, plain variance (not what we do)", plain, NO_CLAIM))
    one = partial(p.collapse_of_one, n=10)
    return [*rows, Scenario(PAIRS, "10 splits, one arm collapses at 10 % and makes up for it (no guarantee)", one, NO_CLAIM)]


def _sentences() -> list[Scenario]:
    rows = []
    for splits, by_split, by_example in ((10, 0.03, 0.0), (10, 0.0, 0.3), (10, 0.02, 0.2), (20, 0.02, 0.2), (5, 0.02, 0.2)):
        run = partial(p.better_on_task, splits=splits, examples=400, by_split=by_split, by_example=by_example)
        name = f"{splits} splits x 400 examples, sd over splits {by_split:g}, over examples {by_example:g}"
        rows.append(Scenario(TASK, name, run, LIMIT, cost=4))
        rows.append(Scenario(TASK, f"{name}; t-test alone (not what we do)", partial(run, two_way=False), NO_CLAIM, cost=4))
    return rows


def _families() -> list[Scenario]:
    rows = [Scenario(FAMILY, f"{m} cells, {n} splits", partial(p.family, cells=m, n=n), LIMIT, cost=8) for m in (6, 20) for n in (10, 20)]
    rows.append(Scenario(FAMILY, "20 cells, 5 of them with a true difference", partial(p.family, cells=20, n=10, effects=5), LIMIT, cost=8))
    return [*rows, Scenario(FAMILY, "12 cells, half near the floor", partial(p.family_with_floor, cells=12, n=10), LIMIT, cost=8)]


def _spreads() -> list[Scenario]:
    rows = [Scenario(SPREAD, f"{n} pairs, Pitman-Morgan", partial(p.spread, n=n), LIMIT, cost=4) for n in (10, 20)]
    rows += [Scenario(SPREAD, f"{n} pairs, swapped pairs", partial(p.spread, n=n, swap=True), LIMIT, cost=4) for n in (10, 20)]
    fell = partial(p.spread, n=20, collapsing=True)
    rows.append(Scenario(SPREAD, "20 pairs that collapse at 10 %, Pitman-Morgan (no guarantee)", fell, NO_CLAIM, cost=4))
    return [*rows, Scenario(SPREAD, "20 pairs that collapse at 10 %, swapped pairs", partial(fell, swap=True), LIMIT, cost=4)]


def _claims(truth: float | None, group: str, error: Outcome) -> list[Scenario]:
    """Printed claims of every kind; our true gain is `truth`, or the printed one where None."""
    rows = []
    for ours, theirs in ((10, 3), (10, 10), (30, 10)):
        for gain in (0.3, 2.0, 5.0):
            run = partial(p.direct, ours=ours, theirs=theirs, truth=gain if truth is None else truth, printed=gain)
            name = f"{ours} pairs against {theirs} published, published gain {gain:g}"
            rows.append(Scenario(group, name, run, VERDICT, error, cost=8))
    mine = 2.0 if truth is None else truth
    chosen, vague = partial(p.selected, ours=30, truth=mine, printed=2.0), partial(p.unknown_claim, ours=10, truth=mine, printed=2.0)
    rows.append(Scenario(group, "top 3 of 10 by validation, 30 pairs, published gain 2", chosen, VERDICT, error, cost=8))
    return [*rows, Scenario(group, "10 pairs, n and spread not printed, published gain 2", vague, VERDICT, error, cost=8)]


def _reproduced() -> list[Scenario]:
    rows = _claims(0.0, REPRODUCED, Outcome.REPRODUCED)
    for gain in (0.1, 0.3, 1.0):
        exact = partial(p.exact_claim, ours=30, truth=0.0, printed=gain)
        rows.append(Scenario(REPRODUCED, f"30 pairs against an exact gain of {gain:g}", exact, VERDICT, Outcome.REPRODUCED, cost=8))
    return rows


def _refused() -> list[Scenario]:
    rows = _claims(None, REFUSED, Outcome.NOT_REPRODUCED)
    exact = partial(p.exact_claim, ours=30, truth=2.0, printed=2.0)
    return [*rows, Scenario(REFUSED, "30 pairs against an exact gain of 2", exact, VERDICT, Outcome.NOT_REPRODUCED, cost=8)]


def _conceptual() -> list[Scenario]:
    none, one = partial(p.conceptual, ours=10, truth=0.0), partial(p.conceptual, ours=10, truth=1.0)
    return [
        Scenario(DIRECTION, "10 pairs", none, VERDICT, Outcome.SAME_DIRECTION, cost=2),
        Scenario(ZERO, "10 pairs", one, VERDICT, Outcome.EQUIVALENT_TO_ZERO, cost=2),
    ]
