"""Printed p-values against the means and spreads printed beside them."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable
from typing import NamedTuple

from reports.audit.finding import Finding, Published, Severity, listed, place
from reports.audit.printed import half_unit, rounding, significant, spread_half_unit
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "p-values recomputed"
LEVEL = 0.05
LARGEST = 1e7  # values per arm, beyond which no n is looked for


class Recomputed(NamedTuple):
    """One printed p-value, recomputed with Welch's test, and the smallest one that a paired test could give.

    Args:
        at_stated: p for the stated n; `least` and `most`: over all numbers that round to the printed means and spreads. None: n not stated.
        before: p for the number of runs before selection, where runs were selected.
        implied: n per arm that gives the printed p; `implied_least`, `implied_most`: over the rounding, that of p included. None: no n is
            large enough.
        pairs: the most runs per arm that the caption names, before any selection; None: it names none.
        paired: no paired t-test on so many pairs with these means and spreads gives a smaller p.
    """

    cell: PublishedCell
    printed: float
    at_stated: float | None
    least: float | None
    most: float | None
    before: float | None
    implied: float | None
    implied_least: float | None
    implied_most: float | None
    pairs: int | None
    paired: float | None

    @property
    def closed(self) -> bool:
        """Whether the printed p is below everything that a paired test on the named runs can give, all rounding in its favour."""
        return self.paired is not None and rounding(self.printed)[1] < self.paired

    @property
    def fits(self) -> bool | None:
        """Whether the stated n is one of those that give the printed p, all rounding in its favour; None where no n is stated."""
        if self.cell.n is None:
            return None
        if self.implied_least is None:
            return False
        return round(self.implied_least) <= self.cell.n <= (self.implied_most or math.inf) + 0.5

    @property
    def line(self) -> str:
        """The arithmetic in one line."""
        cell, parts = self.cell, [f"{place(self.cell)}: printed p = {significant(self.printed)}"]
        if self.at_stated is not None and self.least is not None and self.most is not None:
            span = f"{significant(self.least)} to {significant(self.most)} within rounding"
            parts.append(f"n = {cell.n} per arm gives {significant(self.at_stated)} ({span})")
        if self.before is not None:
            parts.append(f"n = {cell.selection.of} gives {significant(self.before)}")
        parts.append(_needed(self))
        if self.paired is not None:
            least = f"give no less than {significant(self.paired)}" if self.paired else "with equal spreads can give any p"
            parts.append(f"{self.pairs} pairs {least} in a paired t-test{', whatever the correlation' if self.closed else ''}")
        return "; ".join(parts)


def _needed(found: Recomputed) -> str:
    if found.implied is None:
        return "no n gives the printed p"
    low, high = found.implied_least, found.implied_most
    span = f"{low:.0f} to {high:.0f}" if low and high else f"{low:.0f} or more"
    return f"the printed p needs n = {found.implied:.0f} ({span} within rounding)"


def recompute(cell: PublishedCell, base: PublishedCell) -> Recomputed | None:
    """The p-value of a cell against its baseline, recomputed. None where there is nothing to compute with."""
    if cell.p is None or cell.value is None or base.value is None or not cell.spread or not base.spread:
        return None
    gain, pair = abs(cell.value - base.value), (cell.spread, base.spread)
    corners = list(_corners(gain, cell, base))
    stated = [welch_p(*corner, cell.n) for corner in corners] if cell.n else []
    needed = [implied_n(*corner, p) for corner in corners for p in rounding(cell.p)]
    of = cell.selection.of if cell.selection.rule == "top" else None
    pairs = max((n for n in (cell.n, of) if n), default=None)
    return Recomputed(
        cell,
        cell.p,
        welch_p(gain, *pair, cell.n) if cell.n else None,
        min(stated, default=None),
        max(stated, default=None),
        welch_p(gain, *pair, of) if of else None,
        implied_n(gain, *pair, cell.p),
        min((n for n in needed if n is not None), default=None),
        None if None in needed else max(n for n in needed if n is not None),
        pairs,
        None if pairs is None or pairs < 2 else min(least_paired_p(*corner, pairs) for corner in _closest(gain, cell, base)),
    )


def _closest(gain: float, cell: PublishedCell, base: PublishedCell) -> Iterable[tuple[float, float, float]]:
    """The corners of the rounding, and, where the two spreads may be equal before rounding, the largest gain with equal ones."""
    assert cell.spread is not None
    assert base.spread is not None
    yield from _corners(gain, cell, base)
    if abs(cell.spread - base.spread) <= spread_half_unit(cell) + spread_half_unit(base):
        yield gain + half_unit(cell) + half_unit(base), cell.spread, cell.spread


def _corners(gain: float, cell: PublishedCell, base: PublishedCell) -> Iterable[tuple[float, float, float]]:
    """The extreme gains and spreads that round to the printed ones."""
    assert cell.spread is not None
    assert base.spread is not None
    off, off_a, off_b = half_unit(cell) + half_unit(base), spread_half_unit(cell), spread_half_unit(base)
    gains = (max(gain - off, 0.0), gain + off)
    spreads_a, spreads_b = (max(cell.spread - off_a, 1e-6), cell.spread + off_a), (max(base.spread - off_b, 1e-6), base.spread + off_b)
    return itertools.product(gains, spreads_a, spreads_b)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Compare every printed p-value with Welch's test for the stated n, and say which n would give it."""
    found = [done for cell in table.cells if cell.p_against and (done := recompute(cell, table.cell(cell.p_against, cell.column)))]
    if misfits := [one for one in found if one.fits is False]:
        yield _misfit(table, misfits, len(found))
    if fits := [one for one in found if one.fits]:
        yield _finding(
            table,
            fits,
            "note",
            f"For {len(fits)} of {len(found)} printed p-values the stated number of runs can give the printed one.",
            "That this test was used: other tests and other n give the same p within rounding.",
        )


def _misfit(table: PublishedTable, misfits: list[Recomputed], total: int) -> Finding:
    depends = [one for one in misfits if one.printed < LEVEL <= (one.least or 0)]
    shows = (
        f"For {len(misfits)} of {total} printed p-values, no means and spreads that round to the printed ones give that p under Welch's "
        "test with the stated n."
    )
    if needed := [one.implied for one in misfits if one.implied is not None]:
        median = statistics.median(needed)
        shows += f" They would follow from {min(needed):.0f} to {max(needed):.0f} independent values per arm (median {median:.0f})."
    if depends:
        shows += f" With the stated n, {len(depends)} of them would be above {LEVEL}."
    closed, paired = [one for one in misfits if one.closed], [one for one in misfits if one.paired is not None and not one.closed]
    if closed:
        shows += (
            f" A paired t-test over all {closed[0].pairs} runs that the caption names does not explain {len(closed)} of them either "
            f"({listed([place(one.cell) for one in closed])}): the differences of pairs spread by at least the difference of the two "
            "spreads, which bounds p from below at any correlation of the arms."
        )
    does_not = "Which test the authors used: the paper does not name it. "
    if closed:
        does_not += "The bound on a paired test takes the printed means and spreads for those of the paired runs. "
    if paired:
        does_not += f"A paired test on the named runs stays possible for {listed([place(one.cell) for one in paired])}. "
    does_not += (
        "A test over more runs than the caption names, or over test examples, gives other p-values, and the means and spreads may well be "
        "right. It does not show that there is no difference."
    )
    return _finding(table, misfits, "serious" if depends else "question", shows, does_not)


def _finding(table: PublishedTable, found: list[Recomputed], severity: Severity, shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(one.cell) for one in found),
        arithmetic=tuple(one.line for one in found),
        severity=severity,
        shows=shows,
        does_not_show=does_not,
    )


def welch_p(gain: float, sd_a: float, sd_b: float, n: float) -> float:
    """Two-sided p of Welch's test for two means that differ by `gain`, from `n` independent values in each arm.

    The spreads are sample standard deviations. `n` may be a fraction, so that it can be solved for. Needs n > 1 and a spread above zero.
    """
    from scipy.special import stdtr

    a, b = sd_a**2 / n, sd_b**2 / n
    freedom = (a + b) ** 2 / ((a**2 + b**2) / (n - 1))
    return float(2 * stdtr(freedom, -abs(gain) / math.sqrt(a + b)))


def least_paired_p(gain: float, sd_a: float, sd_b: float, n: float) -> float:
    """The smallest two-sided p that a paired t-test on `n` pairs can give for two arms whose means differ by `gain`.

    The variance of the differences is sd_a^2 + sd_b^2 - 2 r sd_a sd_b, where r is the correlation of the arms. It is smallest at r = 1,
    where the standard deviation of the differences is |sd_a - sd_b|.
    Equal spreads bound nothing: the differences may then all be equal, and p 0.
    """
    from scipy.special import stdtr

    if gain == 0:
        return 1.0
    spread = abs(sd_a - sd_b)
    return 0.0 if spread == 0 else float(2 * stdtr(n - 1, -abs(gain) * math.sqrt(n) / spread))


def implied_n(gain: float, sd_a: float, sd_b: float, p: float) -> float | None:
    """The smallest number of values per arm, a real number from 2, with which Welch's p is as small as `p`. None where no number is."""
    if gain == 0 or welch_p(gain, sd_a, sd_b, LARGEST) > p:
        return None
    if welch_p(gain, sd_a, sd_b, 2) <= p:
        return 2.0
    low, high = 2.0, LARGEST
    for _ in range(80):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if welch_p(gain, sd_a, sd_b, middle) > p else (low, middle)
    return math.sqrt(low * high)
