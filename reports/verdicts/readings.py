"""Readings of a printed mean and spread: what n, spread and correlation may have been, and what follows from each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.errors import unknown
from benchmark.stats.intervals import Interval
from benchmark.stats.power import pairs_for_equivalence, upper_spread
from reports.verdicts.claim import Outcome, PublishedArm, PublishedClaim, Reading

ALPHA = 0.05
CORRELATIONS = (0.0, 0.5)  # between the published arms: independent runs, or runs on common splits
UNKNOWN_N = (1, 3, 5, 10)
SPREADS = ("std", "se", "ci95", "unknown")


@dataclass(frozen=True)
class OurGain:
    """Our side: mean paired gain, its sd, n, variance of the mean over s^2, sd of each arm, the two-sided p of the gain, the unit."""

    gain: float
    sd: float
    n: int
    factor: float
    sd_method: float
    sd_baseline: float
    p: float | None
    unit: str


@dataclass(frozen=True)
class PublishedReading:
    """One reading of the printed side: standard error of the gain and its degrees of freedom; `ours_in_place` is the variance that the
    published gain would have with our spreads."""

    correlation: float
    n: int
    spread: str
    error: float
    freedom: float
    ours_in_place: float


def published_reading(claim: PublishedClaim, ours: OurGain) -> Iterator[PublishedReading]:
    """All readings of the printed numbers: correlation 0 and .5; n of 1, 3, 5, 10 where it is unknown; standard deviation and standard
    error where the kind of spread is; our own spread where none is printed."""
    sizes = UNKNOWN_N if None in (claim.method.n, claim.baseline.n) else (0,)
    for n, kind, r in itertools.product(sizes, _kinds(claim), CORRELATIONS):
        n_m, n_b = claim.method.n or n, claim.baseline.n or n
        v_m = _sd(claim.method, kind, n_m, ours.sd_method) ** 2 / n_m
        v_b = _sd(claim.baseline, kind, n_b, ours.sd_baseline) ** 2 / n_b
        u_m, u_b = ours.sd_method**2 / n_m, ours.sd_baseline**2 / n_b
        freedom = float(ours.n - 1) if kind == "ours" else _freedom(v_m, n_m, v_b, n_b, r)
        yield PublishedReading(r, min(n_m, n_b), kind, math.sqrt(_of_gain(v_m, v_b, r)), freedom, _of_gain(u_m, u_b, r))


def read(published: float, ours: OurGain, their: PublishedReading, margin: float, level: float) -> Reading:
    """Hold our gain against one reading."""
    from scipy.stats import t

    gap, error, freedom = _welch(published, ours, their)
    p_difference, p_equivalence = _tests(gap, error, freedom, margin)
    half = float(t.ppf((1 + level) / 2, ours.n - 1)) * math.sqrt(ours.sd**2 * ours.factor + their.ours_in_place)
    name = f"t prediction of the published gain (n = {their.n}, correlation {their.correlation:g})"
    prediction = Interval(ours.gain, ours.gain - half, ours.gain + half, level, ours.unit, ours.n, name)
    reachable = published != 0 and (their.error == 0 or margin > float(t.ppf(1 - ALPHA, their.freedom)) * their.error)
    tests = ReadingTests(p_difference, p_equivalence, reachable, _refusable(gap, their, level))
    outcome = decide(published, ours, prediction, tests)
    return Reading(
        correlation=their.correlation,
        n=their.n,
        spread=their.spread,
        error=their.error,
        prediction=prediction,
        p_difference=p_difference,
        p_equivalence=p_equivalence,
        smallest_margin=abs(gap) + (float(t.ppf(1 - ALPHA, freedom)) * error if error > 0 else 0.0),
        reachable=reachable,
        refusable=tests.refusable,
        without_gain=without_gain(published, half, ours),
        runs_needed=_runs_needed(ours, their, margin) if outcome is Outcome.INCONCLUSIVE and reachable else None,
        outcome=outcome,
    )


@dataclass(frozen=True)
class ReadingTests:
    """What the tests against one reading say: p of a difference, larger p of the two one-sided tests, whether equivalence is reachable at
    all, and whether more runs with our mean would end in `not reproduced`."""

    p_difference: float
    p_equivalence: float
    reachable: bool
    refusable: bool


def decide(published: float, ours: OurGain, prediction: Interval, tests: ReadingTests) -> Outcome:
    """Reproduced: equivalent to the published gain, inside the prediction interval, and a gain at all (our own paired test, in the
    published direction: a small published gain has zero inside its margin, and no gain must never count as one reproduced).
    Not reproduced: outside the interval, and Welch's test agrees. Consistent: inside, no number of our runs could say more in either
    direction, and our own interval does not exclude zero on the other side."""
    inside = not prediction.excludes(published)
    if tests.p_equivalence < ALPHA and inside and is_gain(published, ours):
        return Outcome.REPRODUCED
    if not inside and tests.p_difference < ALPHA:
        return Outcome.NOT_REPRODUCED
    opposite = ours.gain * published < 0 and ours.p is not None and ours.p <= ALPHA
    return Outcome.CONSISTENT if inside and not (tests.reachable or tests.refusable or opposite) else Outcome.INCONCLUSIVE


def without_gain(published: float, half: float, ours: OurGain) -> float:
    """How often a method without any gain would have the published one inside a prediction interval of this half-width, and no
    significant loss: the chance of `consistent` where nothing is gained."""
    from scipy.stats import t

    error = ours.sd * math.sqrt(ours.factor)
    if error == 0:
        return float(abs(published) <= half)
    low, high = (abs(published) + end * half for end in (-1, 1))  # where our gain must lie, in the published direction
    lost = -float(t.ppf(1 - ALPHA / 2, ours.n - 1)) * error
    return max(0.0, float(t.cdf(high / error, ours.n - 1) - t.cdf(max(low, lost) / error, ours.n - 1)))


def _refusable(gap: float, their: PublishedReading, level: float) -> bool:
    """Whether infinitely many runs with our mean would put the published gain outside the prediction interval and tell the two apart."""
    from scipy.stats import norm, t

    outside = abs(gap) > float(norm.ppf((1 + level) / 2)) * math.sqrt(their.ours_in_place)
    different = gap != 0 if their.error == 0 else float(2 * t.sf(abs(gap) / their.error, their.freedom)) < ALPHA
    return outside and different


def is_gain(published: float, ours: OurGain) -> bool:
    """Whether our own runs show a difference in the published direction."""
    return ours.gain * published > 0 and ours.p is not None and ours.p <= ALPHA


def _kinds(claim: PublishedClaim) -> tuple[str, ...]:
    arms = (claim.method, claim.baseline)
    for arm in arms:
        if arm.spread_kind not in SPREADS:
            raise unknown("kind of spread", arm.spread_kind, SPREADS)
    if all(arm.spread is None for arm in arms):
        return ("ours",)
    named = {arm.spread_kind for arm in arms if arm.spread is not None}
    return ("std", "se") if "unknown" in named or len(named) > 1 else (named.pop(),)


def _sd(arm: PublishedArm, kind: str, n: int, ours: float) -> float:
    """Standard deviation over runs behind a printed spread; ours where none is printed or it cannot be had from one run."""
    from scipy.stats import t

    if arm.spread is None or kind == "ours":
        return ours
    kind = kind if arm.spread_kind == "unknown" else arm.spread_kind
    if kind == "std":
        return arm.spread
    if kind == "se":
        return arm.spread * math.sqrt(n)
    return arm.spread * math.sqrt(n) / float(t.ppf(0.975, n - 1)) if n > 1 else ours


def _of_gain(v_method: float, v_baseline: float, r: float) -> float:
    """Variance of the difference of two means that correlate by r."""
    return max(0.0, v_method + v_baseline - 2 * r * math.sqrt(v_method * v_baseline))


def _freedom(v_m: float, n_m: int, v_b: float, n_b: int, r: float) -> float:
    """Welch's degrees of freedom for independent arms; the smaller arm's otherwise. At least one."""
    smallest = float(max(min(n_m, n_b) - 1, 1))
    bottom = v_m**2 / max(n_m - 1, 1) + v_b**2 / max(n_b - 1, 1)
    return smallest if r or not bottom else (v_m + v_b) ** 2 / bottom


def _welch(published: float, ours: OurGain, their: PublishedReading) -> tuple[float, float, float]:
    """Our gain minus theirs, its standard error, Welch-Satterthwaite degrees of freedom."""
    mine, other = ours.sd**2 * ours.factor, their.error**2
    bottom = mine**2 / (ours.n - 1) + other**2 / their.freedom
    return ours.gain - published, math.sqrt(mine + other), (mine + other) ** 2 / bottom if bottom else 1.0


def _tests(gap: float, error: float, freedom: float, margin: float) -> tuple[float, float]:
    """Two-sided p for a gap, and the larger of the two one-sided p against the margin."""
    from scipy.stats import t

    if error == 0:
        return float(gap == 0), float(abs(gap) >= margin)
    return float(2 * t.sf(abs(gap) / error, freedom)), float(t.sf((margin - abs(gap)) / error, freedom))


def _runs_needed(ours: OurGain, their: PublishedReading, margin: float) -> int | None:
    """Pairs with power .8 for equivalence where both gains are truly alike."""
    return pairs_for_equivalence(margin, upper_spread(ours.sd, ours.n), error=their.error)
