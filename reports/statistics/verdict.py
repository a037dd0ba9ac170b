"""The verdict against a published claim: on the gain over the table's own baseline. All scores and spreads are in points (percent)."""

from __future__ import annotations

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.records import UserError
from reports.statistics.claims import Level, OurRuns, Outcome, PublishedArm, PublishedClaim, Reading, Setting, Verdict
from reports.statistics.levels import level_verdict
from reports.statistics.paired import Comparison, compare, paired_arrays
from reports.statistics.readings import ALPHA, Ours, read, theirs
from reports.statistics.selected import FEWEST, selected_reading

__all__ = ["Level", "OurRuns", "Outcome", "PublishedArm", "PublishedClaim", "Reading", "Setting", "Verdict", "blocked", "margin", "verdict"]

ONE_POINT = 1.0
POOL_ENOUGH = 10.0


def verdict(claim: PublishedClaim, ours: OurRuns, setting: Setting, *, level: float = 0.95, seed: int = 0) -> Verdict:
    """Hold our runs against a published claim.

    Direct (same model, data and protocol): reproduced, not reproduced, inconclusive or consistent, over all readings of the printed
    numbers. Conceptual: same direction and above one point, equivalent to zero, opposite or undecided, from our gain alone.

    Raises:
        UserError: unequal lengths, scores that are not finite, an unknown kind of spread, or scores given as shares (all at most 1).
    """
    x, y = paired_arrays(ours.method, ours.baseline)
    if x.size and max(x.max(), y.max()) <= 1 < max(claim.method.mean, claim.baseline.mean):
        raise UserError("Our scores are all at most 1, the published ones are in percent.", "Points (percent).", "Multiply ours by 100.")
    compared = compare(x, y, unit=ours.unit, variance_factor=ours.variance_factor, level=level, seed=seed)
    reason = blocked(setting)
    if reason:
        return _made(Outcome.BLOCKED, claim, setting, compared, reason)
    if not setting.direct:
        return _conceptual(claim, setting, compared)
    return _direct(claim, ours, setting, compared, level, seed)


def margin(claim: PublishedClaim) -> float:
    """Margin of a direct verdict: the larger of half a point and half the published gain."""
    return max(0.5, abs(claim.gain) / 2)


def blocked(setting: Setting) -> str:
    """Why no verdict can be given, or an empty text."""
    if setting.stand_in:
        return "The data are a stand-in."
    if setting.partial_test:
        return "The test set is only a part of the real one."
    if setting.pool_times_shots is not None and setting.pool_times_shots < POOL_ENOUGH:
        return f"The training pool is partial and holds only {setting.pool_times_shots:.3g} times N."
    return ""


def _made(
    outcome: Outcome,
    claim: PublishedClaim,
    setting: Setting,
    compared: Comparison,
    reason: str,
    readings: tuple[Reading, ...] = (),
    level: Level | None = None,
    runs_needed: int | None = None,
) -> Verdict:
    kind = "direct" if setting.direct else "conceptual"
    within = margin(claim) if setting.direct else ONE_POINT
    return Verdict(outcome, kind, claim.gain, compared.interval, within, readings, level, runs_needed, reason)


def _conceptual(claim: PublishedClaim, setting: Setting, compared: Comparison) -> Verdict:
    outcome, reason = _direction(claim.gain, compared)
    return _made(outcome, claim, setting, compared, reason)


def _direction(published: float, ours: Comparison) -> tuple[Outcome, str]:
    """From our gain alone. Direction by the paired test, size by the estimate, equivalence by two one-sided tests at one point."""
    if ours.p is None or ours.difference is None:
        return Outcome.UNDECIDED, f"No test: {ours.state.value}."
    gain = ours.difference
    if _within_a_point(ours):
        return Outcome.EQUIVALENT_TO_ZERO, f"Our gain of {gain:+.2f} points lies within one point of zero (two one-sided tests at 5 %)."
    if ours.p > ALPHA:
        return Outcome.UNDECIDED, f"Our gain of {gain:+.2f} points is neither told from zero (p = {ours.p:.2g}) nor within one point of it."
    if not published:
        return Outcome.UNDECIDED, "The published gain is zero and has no direction."
    if gain * published < 0:
        return Outcome.OPPOSITE, f"Our gain of {gain:+.2f} points has the other sign (p = {ours.p:.2g})."
    if abs(gain) <= ONE_POINT:
        return Outcome.UNDECIDED, f"Same direction, but our gain of {gain:+.2f} points is not above one point."
    return Outcome.SAME_DIRECTION, f"Our gain of {gain:+.2f} points has the published sign (p = {ours.p:.2g})."


def _within_a_point(ours: Comparison) -> bool:
    """Whether the interval at 1 - 2 alpha lies inside +- one point."""
    from scipy.stats import t

    gain = ours.difference or 0.0
    if ours.interval is None:
        return abs(gain) < ONE_POINT
    half = (ours.interval.high - ours.interval.low) / 2
    error = half / float(t.ppf((1 + ours.interval.level) / 2, ours.n - 1))
    return abs(gain) + float(t.ppf(1 - ALPHA, ours.n - 1)) * error < ONE_POINT


def _direct(claim: PublishedClaim, runs: OurRuns, setting: Setting, compared: Comparison, level: float, seed: int) -> Verdict:
    if compared.n < 3:
        return _made(Outcome.INCONCLUSIVE, claim, setting, compared, f"No test: {compared.state.value}.", runs_needed=3)
    x, y = paired_arrays(runs.method, runs.baseline)
    ours = _ours(x, y, compared, runs.variance_factor)
    if claim.top_of is None:
        side = level_verdict(claim, x, level=level, unit=runs.unit)
        readings = tuple(read(claim.gain, ours, their, margin(claim), level) for their in theirs(claim, ours))
        return _agreed(claim, setting, compared, readings, side)
    one = selected_reading(claim, runs, ours, margin(claim), level, seed)
    if one is None:
        top, of = claim.top_of
        reason = f"The printed means are of the top {top} of {of} runs; repeating that needs {FEWEST} pairs with development scores."
        return _made(Outcome.INCONCLUSIVE, claim, setting, compared, reason, runs_needed=max(FEWEST, compared.n))
    return _agreed(claim, setting, compared, (one,), None)


def _ours(x: NDArray[float64], y: NDArray[float64], compared: Comparison, factor: float | None) -> Ours:
    sd_method, sd_baseline = (float(np.std(z, ddof=1)) for z in (x, y))
    gain, sd = compared.difference or 0.0, compared.sd or 0.0
    return Ours(gain, sd, compared.n, 1 / compared.n if factor is None else factor, sd_method, sd_baseline, compared.p, compared.unit)


def _agreed(claim: PublishedClaim, setting: Setting, compared: Comparison, readings: tuple[Reading, ...], side: Level | None) -> Verdict:
    outcomes = sorted({reading.outcome for reading in readings})
    if len(outcomes) > 1:
        reason = f"It depends on how the printed numbers are read: {', '.join(outcomes)}."
        return _made(Outcome.INCONCLUSIVE, claim, setting, compared, reason, readings, side)
    needed = [reading.runs_needed for reading in readings]
    runs = None if None in needed else max(n for n in needed if n is not None)
    return _made(outcomes[0], claim, setting, compared, _why(outcomes[0], claim, compared, readings, runs), readings, side, runs)


def _why(outcome: Outcome, claim: PublishedClaim, ours: Comparison, readings: tuple[Reading, ...], runs: int | None) -> str:
    here = f"our gain of {ours.difference:+.2f} points against the published {claim.gain:+.2f}"
    if outcome is Outcome.REPRODUCED:
        return f"Equivalent within {margin(claim):.2g} points in every reading, and above zero by our own pairs: {here}."
    if outcome is Outcome.NOT_REPRODUCED:
        return f"Outside the prediction interval and different by Welch's test in every reading: {here}."
    if outcome is Outcome.CONSISTENT:
        told = "" if ours.p is not None and ours.p <= ALPHA else " Our own gain is not told from zero."
        return f"Inside the prediction interval; the printed numbers are too vague for any number of runs to say more: {here}.{told}"
    settle = f"about {runs} pairs would settle it" if runs else "more pairs with the same mean would not settle it"
    return f"Neither equivalent nor different: {here}; {settle}."
