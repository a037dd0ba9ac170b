"""The verdict against a published claim: on the gain over the table's own baseline. All scores and spreads are in points (percent)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from benchmark.errors import UserError
from benchmark.stats.intervals import Estimate, Interval
from benchmark.stats.paired import Comparison, ComparisonSettings, compare, paired_arrays
from reports.verdicts.claim import ClaimSetting, LevelVerdict, OurRuns, Outcome, PublishedArm, PublishedClaim, Reading, Verdict
from reports.verdicts.direction import ONE_POINT, direction
from reports.verdicts.levels import level_verdict
from reports.verdicts.readings import ALPHA, OurGain, published_reading, read
from reports.verdicts.selected_reading import FEWEST, selected_reading

__all__ = ["ClaimSetting", "OurRuns", "Outcome", "PublishedArm", "PublishedClaim", "Reading", "Verdict", "blocked", "margin", "verdict"]

POOL_ENOUGH = 10.0


def verdict(claim: PublishedClaim, ours: OurRuns, setting: ClaimSetting, *, level: float = 0.95, seed: int = 0) -> Verdict:
    """Hold our runs against a published claim.

    Direct (same model, data and protocol): reproduced, not reproduced, inconclusive or consistent, over all readings of the printed
    numbers. Conceptual: same direction (and above one point), equivalent to zero, opposite or undecided, from our gain alone.

    Raises:
        UserError: unequal lengths, scores that are not finite, an unknown kind of spread, or scores given as shares (all at most 1).
    """
    x, y = paired_arrays(ours.method, ours.baseline)
    if x.size and max(x.max(), y.max()) <= 1 < max(claim.method.mean, claim.baseline.mean):
        raise UserError("Our scores are all at most 1, the published ones are in percent.", "Points (percent).", "Multiply ours by 100.")
    compared = compare(x, y, unit=ours.unit, variance_factor=ours.variance_factor, settings=ComparisonSettings(level=level, seed=seed))
    judge = _Judge(claim, ours, setting, compared, level, seed)
    reason = blocked(setting)
    if reason:
        return judge.made(Outcome.BLOCKED, reason)
    return judge.direct() if setting.direct else judge.conceptual()


def margin(claim: PublishedClaim) -> float:
    """Margin of a direct verdict: the larger of half a point and half the published gain."""
    return max(0.5, abs(claim.gain) / 2)


def blocked(setting: ClaimSetting) -> str:
    """Why no verdict can be given, or an empty text."""
    if setting.stand_in:
        return "The data are a stand-in."
    if setting.partial_test:
        return "The test set is only a part of the one that the protocol scores."
    if setting.pool_times_shots is not None and setting.pool_times_shots < POOL_ENOUGH:
        return f"The training pool is partial and holds only {setting.pool_times_shots:.3g} times N."
    return "No arm of the cell is above the majority rate." if setting.at_floor else ""


@dataclass(frozen=True)
class _Judge:
    """One claim, our runs and their comparison, on the way to a verdict."""

    claim: PublishedClaim
    runs: OurRuns
    setting: ClaimSetting
    compared: Comparison
    level: float
    seed: int

    @property
    def gain(self) -> Estimate | None:
        """Our gain with all uncertainty that is known: over splits and test examples, or over splits alone. None for fewer than three
        pairs, or the same difference in every pair."""
        found, n = self.compared, self.compared.n
        if n < 3 or found.difference is None or found.p is None or (not found.sd and found.difference):
            return None
        factor = 1 / n if self.runs.variance_factor is None else self.runs.variance_factor
        plain = Estimate(found.difference, (found.sd or 0.0) * math.sqrt(factor), n - 1, self.runs.unit, n, "t")
        wide = self.runs.two_way
        return (
            plain
            if wide is None or wide.error < plain.error
            else Estimate(plain.value, wide.error, wide.freedom, wide.unit, n, wide.method)
        )

    def made(self, outcome: Outcome, reason: str, **more: object) -> Verdict:
        """A verdict, with all that it rests on."""
        said = f"{reason[:-1]} ({self.runs.conditional})." if self.runs.conditional else reason
        gain = self.gain
        found = Verdict(
            outcome=outcome,
            kind="direct" if self.setting.direct else "conceptual",
            published_gain=self.claim.gain,
            gain=self.compared.interval,
            margin=margin(self.claim) if self.setting.direct else ONE_POINT,
            readings=(),
            level=None,
            runs_needed=None,
            reason=said,
            detectable=self._detectable(),
            p=self.compared.p if gain is None else gain.p(),
        )
        return replace(found, **more)  # type: ignore[arg-type]

    def _detectable(self) -> float | None:
        """The smallest gain that our pairs would have found; None where accuracy cannot rise by so much."""
        found, mean = self.compared.detectable, self.compared.mean_baseline
        return None if found is None or mean is None or found > 100 - mean else found

    def conceptual(self) -> Verdict:
        """The readings only show where a gain as theirs was to be expected; the outcome is of our gain alone."""
        gain = self.gain
        if gain is None:
            return self.made(Outcome.UNDECIDED, f"No test: {self.compared.state.value}.", runs_needed=3 if self.compared.n < 3 else None)
        outcome, reason, needed = direction(self.claim.gain, self._ours(), gain, self.setting)
        return self.made(outcome, reason, runs_needed=needed, expected=_widest(self._readings()))

    def direct(self) -> Verdict:
        """Over all readings of the printed numbers."""
        if self.compared.n < 3:
            return self.made(Outcome.INCONCLUSIVE, f"No test: {self.compared.state.value}.", runs_needed=3)
        readings = self._readings()
        if not readings and self.claim.top_of is not None:
            top, of = self.claim.top_of
            reason = f"The printed means are of the top {top} of {of} runs; repeating that needs {FEWEST} pairs with development scores."
            return self.made(Outcome.INCONCLUSIVE, reason, runs_needed=max(FEWEST, self.compared.n))
        side = None
        if self.claim.top_of is None:
            side = level_verdict(self.claim, paired_arrays(self.runs.method, self.runs.baseline)[0], level=self.level, unit=self.runs.unit)
        return self._agreed(readings, side)

    def _readings(self) -> tuple[Reading, ...]:
        ours, within = self._ours(), margin(self.claim)
        if self.claim.top_of is None:
            return tuple(read(self.claim.gain, ours, their, within, self.level) for their in published_reading(self.claim, ours))
        one = selected_reading(self.claim, self.runs, ours, within, self.level, self.seed)
        return () if one is None else (one,)

    def _ours(self) -> OurGain:
        found = self.compared
        sd_method, sd_baseline = (float(np.std(z, ddof=1)) for z in paired_arrays(self.runs.method, self.runs.baseline))
        factor = 1 / found.n if self.runs.variance_factor is None else self.runs.variance_factor
        return OurGain(found.difference or 0.0, found.sd or 0.0, found.n, factor, sd_method, sd_baseline, found.p, found.unit)

    def _agreed(self, readings: tuple[Reading, ...], side: LevelVerdict | None) -> Verdict:
        outcomes = sorted({reading.outcome for reading in readings})
        more = {"readings": readings, "level": side, "expected": _widest(readings)}
        if len(outcomes) > 1:
            return self.made(Outcome.INCONCLUSIVE, f"It depends on how the printed numbers are read: {', '.join(outcomes)}.", **more)
        needed = [reading.runs_needed for reading in readings]
        runs = None if None in needed else max(n for n in needed if n is not None)
        return self.made(outcomes[0], self._why(outcomes[0], readings, runs), runs_needed=runs, **more)

    def _why(self, outcome: Outcome, readings: tuple[Reading, ...], runs: int | None) -> str:
        ours, gain = self.compared, self.claim.gain
        here = f"our gain of {ours.difference:+.2f} points against the published {gain:+.2f}"
        if outcome is Outcome.REPRODUCED:
            side = "above" if gain > 0 else "below"
            return f"Equivalent within {margin(self.claim):.2g} points in every reading, and {side} zero by our own pairs: {here}."
        if outcome is Outcome.NOT_REPRODUCED:
            return f"Outside the prediction interval and different by Welch's test in every reading: {here}."
        if outcome is Outcome.CONSISTENT:
            shown = "" if ours.p is not None and ours.p <= ALPHA else " Our own gain is not shown to differ from zero."
            chance = max(reading.without_gain for reading in readings)
            return (
                f"Inside the prediction interval; the printed numbers are too vague for any number of runs to say more: {here}.{shown} "
                f"A method without any gain would get this verdict in {chance:.0%} of such comparisons."
            )
        plan = (
            f"a new plan needs {runs} pairs for power .8 (upper 80 % limit of the standard deviation); adding runs until a test turns "
            "significant is no test, `--until decided` is"
            if runs
            else "no number of pairs is known to have that power"
        )
        return f"Neither equivalent nor different: {here}; {plan}."


def _widest(readings: tuple[Reading, ...]) -> Interval | None:
    return max((reading.prediction for reading in readings), key=lambda found: found.high - found.low, default=None)
