"""The verdict against a published claim: on the gain over the table's own baseline. All scores and spreads are in points (percent)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.errors import UserError
from benchmark.stats.intervals import Interval
from benchmark.stats.paired import Comparison, compare, paired_arrays
from reports.verdicts.claim import LevelVerdict, OurRuns, Outcome, PublishedArm, PublishedClaim, Reading, Setting, Verdict
from reports.verdicts.direction import ONE_POINT, direction
from reports.verdicts.levels import level_verdict
from reports.verdicts.readings import ALPHA, OurGain, published_reading, read
from reports.verdicts.selected_reading import FEWEST, selected_reading

__all__ = ["OurRuns", "Outcome", "PublishedArm", "PublishedClaim", "Reading", "Setting", "Verdict", "blocked", "margin", "verdict"]

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
        return _conceptual(claim, ours, setting, compared, level, seed)
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
    level: LevelVerdict | None = None,
    runs_needed: int | None = None,
    expected: Interval | None = None,
) -> Verdict:
    kind = "direct" if setting.direct else "conceptual"
    within = margin(claim) if setting.direct else ONE_POINT
    shown = expected if expected is not None else _widest(readings)
    return Verdict(outcome, kind, claim.gain, compared.interval, within, readings, level, runs_needed, reason, shown, compared.detectable)


def _widest(readings: tuple[Reading, ...]) -> Interval | None:
    return max((reading.prediction for reading in readings), key=lambda found: found.high - found.low, default=None)


def _readings(claim: PublishedClaim, ours: OurGain, level: float) -> Iterator[Reading]:
    yield from (read(claim.gain, ours, their, margin(claim), level) for their in published_reading(claim, ours))


def _conceptual(claim: PublishedClaim, runs: OurRuns, setting: Setting, compared: Comparison, level: float, seed: int) -> Verdict:
    """The readings only show where a gain as theirs was to be expected; the outcome is of our gain alone."""
    if compared.p is None or compared.difference is None:
        return _made(Outcome.UNDECIDED, claim, setting, compared, f"No test: {compared.state.value}.", runs_needed=3)
    ours = _ours(*paired_arrays(runs.method, runs.baseline), compared, runs.variance_factor)
    outcome, reason, needed = direction(claim.gain, ours)
    one = None if claim.top_of is None else selected_reading(claim, runs, ours, margin(claim), level, seed)
    readings = (one,) if one else () if claim.top_of else tuple(_readings(claim, ours, level))
    return _made(outcome, claim, setting, compared, reason, runs_needed=needed, expected=_widest(readings))


def _direct(claim: PublishedClaim, runs: OurRuns, setting: Setting, compared: Comparison, level: float, seed: int) -> Verdict:
    if compared.n < 3:
        return _made(Outcome.INCONCLUSIVE, claim, setting, compared, f"No test: {compared.state.value}.", runs_needed=3)
    x, y = paired_arrays(runs.method, runs.baseline)
    ours = _ours(x, y, compared, runs.variance_factor)
    if claim.top_of is None:
        side = level_verdict(claim, x, level=level, unit=runs.unit)
        return _agreed(claim, setting, compared, tuple(_readings(claim, ours, level)), side)
    one = selected_reading(claim, runs, ours, margin(claim), level, seed)
    if one is None:
        top, of = claim.top_of
        reason = f"The printed means are of the top {top} of {of} runs; repeating that needs {FEWEST} pairs with development scores."
        return _made(Outcome.INCONCLUSIVE, claim, setting, compared, reason, runs_needed=max(FEWEST, compared.n))
    return _agreed(claim, setting, compared, (one,), None)


def _ours(x: NDArray[float64], y: NDArray[float64], compared: Comparison, factor: float | None) -> OurGain:
    sd_method, sd_baseline = (float(np.std(z, ddof=1)) for z in (x, y))
    gain, sd = compared.difference or 0.0, compared.sd or 0.0
    return OurGain(gain, sd, compared.n, 1 / compared.n if factor is None else factor, sd_method, sd_baseline, compared.p, compared.unit)


def _agreed(
    claim: PublishedClaim, setting: Setting, compared: Comparison, readings: tuple[Reading, ...], side: LevelVerdict | None
) -> Verdict:
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
