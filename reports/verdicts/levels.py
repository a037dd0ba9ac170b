"""The secondary verdict: our level against the printed one. It says little where the published baseline lies as near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from benchmark.stats.intervals import t_interval
from reports.verdicts.claim import LevelVerdict, Outcome, PublishedArm, PublishedClaim
from reports.verdicts.readings import CORRELATIONS, OurGain, published_reading, read


def level_verdict(claim: PublishedClaim, method: NDArray[float64], *, level: float, unit: str) -> LevelVerdict:
    """The method's mean against its printed mean: Welch, equivalence inside the larger of one point and 1.5 published standard
    deviations, and the prediction interval, over all readings of n and spread; `inconclusive` where they disagree. Not for selected
    runs: their level is higher by the selection alone."""
    arm = claim.method
    spread = arm.spread if arm.spread is not None and arm.spread_kind in ("std", "unknown") else 0.0
    margin = max(1.0, 1.5 * spread)
    sd = float(np.std(method, ddof=1))
    ours = OurGain(float(np.mean(method)), sd, method.size, 1 / method.size, sd, 0.0, 0.0, unit)
    # A level is a gain over a baseline that is known to be nothing.
    alone = PublishedClaim(arm, replace(PublishedArm(0.0, 0.0, arm.spread_kind, arm.n), spread=None if arm.spread is None else 0.0))
    outcomes = {
        read(arm.mean, ours, their, margin, level).outcome
        for their in published_reading(alone, ours)
        if their.correlation == CORRELATIONS[0]
    }
    outcome = outcomes.pop() if len(outcomes) == 1 else Outcome.INCONCLUSIVE
    return LevelVerdict(t_interval(method, level=level, unit=unit), arm.mean, margin, outcome, abs(claim.gain) > margin)
