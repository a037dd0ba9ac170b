"""The reading of a published gain whose means are of selected runs: the selection is repeated on our runs."""

from __future__ import annotations

import math

import numpy as np

from benchmark.stats.intervals import Interval
from benchmark.stats.selection import selected_gains
from reports.verdicts.claim import OurRuns, Outcome, PublishedClaim, Reading
from reports.verdicts.readings import ALPHA, OurGain, ReadingTests, decide, without_gain

FEWEST = 30  # fewer runs of ours do not carry a reference distribution of selected means
RESAMPLES = 10_000


def selected_reading(claim: PublishedClaim, runs: OurRuns, ours: OurGain, margin: float, level: float, seed: int) -> Reading | None:
    """Hold the published gain against `top k of m` applied 10,000 times to our pairs. None with fewer than 30 pairs, or without
    development scores.

    The reference distribution has the sampling error of one published table. Our own runs add theirs, m / n of it at most (Hoeffding
    1948, m runs drawn from our n), and a spread known from n runs only: its deviations are widened by `_widening`.
    """
    from scipy.stats import t

    if claim.top_of is None or runs.method_dev is None or runs.baseline_dev is None or ours.n < FEWEST:
        return None
    top, of = claim.top_of
    arms = ((runs.method, runs.method_dev), (runs.baseline, runs.baseline_dev))
    reference = selected_gains(*arms, top=top, of=of, resamples=RESAMPLES, seed=seed)
    centre, wider = float(reference.mean()), _widening(of, ours.n, level)
    deviations = (reference - centre) * wider
    low, high = (centre + float(q) for q in np.quantile(deviations, [(1 - level) / 2, (1 + level) / 2]))
    name = f"top {top} of {of}, {RESAMPLES} resamples"
    prediction = Interval(centre, low, high, level, ours.unit, ours.n, name)
    error, gap = float(reference.std(ddof=1)), centre - claim.gain
    total = error * math.sqrt((1 + of / ours.n) * ours.n / (ours.n - 1))
    p_difference = float(np.mean(np.abs(deviations) >= abs(gap)))
    edge = float(t.ppf(1 - ALPHA, ours.n - 1))
    p_equivalence = float(t.sf((margin - abs(gap)) / total, ours.n - 1)) if error else float(abs(gap) >= margin)
    reachable = claim.gain != 0 and margin > edge * error
    limit = np.quantile(np.abs(reference - centre), level)  # of a table like theirs, were our own runs without end
    tests = ReadingTests(p_difference, p_equivalence, reachable, bool(abs(gap) > limit))
    outcome = decide(claim.gain, ours, prediction, tests)
    return Reading(
        correlation=None,
        n=of,
        spread=f"top {top} of {of} of our runs",
        error=error,
        prediction=prediction,
        p_difference=p_difference,
        p_equivalence=p_equivalence,
        smallest_margin=abs(gap) + edge * total,
        reachable=reachable,
        refusable=tests.refusable,
        without_gain=without_gain(claim.gain, (high - low) / 2, ours),
        runs_needed=_runs_needed(margin, error * edge, of) if outcome is Outcome.INCONCLUSIVE else None,
        outcome=outcome,
    )


def _widening(of: int, n: int, level: float) -> float:
    """sqrt(1 + m / n) for our own error, sqrt(n / (n - 1)) for what resampling loses, t over normal quantiles for the spread."""
    from scipy.stats import norm, t

    quantile = (1 + level) / 2
    return float(math.sqrt((1 + of / n) * n / (n - 1)) * t.ppf(quantile, n - 1) / norm.ppf(quantile))


def _runs_needed(margin: float, edge: float, of: int) -> int | None:
    """Pairs for equivalence where both gains are truly alike: edge sqrt(1 + m / n) <= margin."""
    room = margin / edge if edge else 0.0
    return max(FEWEST, math.ceil(of / (room**2 - 1))) if room > 1 else None
