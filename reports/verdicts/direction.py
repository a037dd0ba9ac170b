"""The verdict in another setting: does our own gain have the published direction, and is it worth a point?"""

from __future__ import annotations

import math

from reports.verdicts.claim import Outcome
from reports.verdicts.readings import ALPHA, OurGain, fewest

ONE_POINT = 1.0


def direction(published: float, ours: OurGain) -> tuple[Outcome, str, int | None]:
    """From our gain alone. Direction by the paired test, size by the estimate, equivalence by two one-sided tests at one point.

    Returns:
        the outcome, one sentence, and where it is undecided the fewest pairs that would settle it if mean and spread stay as they are.
    """
    outcome, reason = _outcome(published, ours)
    if outcome is not Outcome.UNDECIDED:
        return outcome, f"{reason}.", None
    more = fewest(lambda n: _outcome(published, ours.with_runs(n))[0] is not Outcome.UNDECIDED, ours.n)
    settle = f"about {more} pairs with this mean and spread would settle it" if more else "more pairs like these would not settle it"
    return outcome, f"{reason}; {settle}.", more


def _outcome(published: float, ours: OurGain) -> tuple[Outcome, str]:
    gain, p = ours.gain, 1.0 if ours.p is None else ours.p
    if _within_a_point(ours):
        return Outcome.EQUIVALENT_TO_ZERO, f"Our gain of {gain:+.2f} points lies within one point of zero (two one-sided tests at 5 %)"
    if p > ALPHA:
        return Outcome.UNDECIDED, f"Our gain of {gain:+.2f} points is neither told from zero (p = {p:.2g}) nor within one point of it"
    if not published:
        return Outcome.UNDECIDED, "The published gain is zero and has no direction"
    if gain * published < 0:
        return Outcome.OPPOSITE, f"Our gain of {gain:+.2f} points has the other sign (p = {p:.2g})"
    if abs(gain) <= ONE_POINT:
        return Outcome.UNDECIDED, f"Same direction, but our gain of {gain:+.2f} points is not above one point"
    return Outcome.SAME_DIRECTION, f"Our gain of {gain:+.2f} points has the published sign (p = {p:.2g})"


def _within_a_point(ours: OurGain) -> bool:
    """Whether the interval at 1 - 2 alpha lies inside +- one point."""
    from scipy.stats import t

    half = float(t.ppf(1 - ALPHA, ours.n - 1)) * ours.sd * math.sqrt(ours.factor)
    return abs(ours.gain) + half < ONE_POINT
