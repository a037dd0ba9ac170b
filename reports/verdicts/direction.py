"""The verdict in another setting: does our own gain have the published direction, and is it surely above one point?"""

from __future__ import annotations

from benchmark.stats.intervals import Estimate
from benchmark.stats.power import pairs_for, upper_spread
from reports.verdicts.claim import ClaimSetting, Outcome
from reports.verdicts.readings import ALPHA, OurGain

ONE_POINT = 1.0


def direction(published: float, ours: OurGain, gain: Estimate, setting: ClaimSetting) -> tuple[Outcome, str, int | None]:
    """From our gain alone, at levels that are corrected over the verdicts of the table.

    The direction follows the corrected p of the gain. `Above one point` needs the lower limit above one point; `equivalent to zero` two
    one-sided tests at one point; both at the level of Bonferroni's correction.

    Args:
        gain: our gain in points with all of its uncertainty.

    Returns:
        the outcome, one sentence, and where it is undecided the pairs that a new plan needs.
    """
    outcome, reason = _outcome(published, gain, setting)
    if outcome is not Outcome.UNDECIDED:
        return outcome, f"{reason}.", None
    more = pairs_for(ONE_POINT, upper_spread(ours.sd, ours.n), alpha=ALPHA / setting.family)
    return outcome, f"{reason}; {planned(more)}.", more


def planned(pairs: int | None) -> str:
    """How many pairs a new plan needs, and what such a number is not."""
    if pairs is None:
        return "no number of pairs up to 10,000 has power .8 for one point"
    return (
        f"a new plan needs {pairs} pairs for power .8 at one point (upper 80 % limit of the standard deviation); adding runs until a test "
        "turns significant is no test, `--until decided` is"
    )


def _outcome(published: float, gain: Estimate, setting: ClaimSetting) -> tuple[Outcome, str]:
    alpha = ALPHA / setting.family
    p = gain.p() if setting.p_holm is None else max(setting.p_holm, gain.p())
    said = f"Our gain of {gain.value:+.2f} points"
    corrected = f"corrected p = {p:.2g}" if setting.p_holm is not None else f"p = {p:.2g}"
    if gain.p_equivalence(ONE_POINT) <= alpha:
        return Outcome.EQUIVALENT_TO_ZERO, f"{said} lies within one point of zero (two one-sided tests)"
    if p > ALPHA:
        return Outcome.UNDECIDED, f"{said} is neither shown to differ from zero ({corrected}) nor to lie within one point of it"
    if not published:
        return Outcome.UNDECIDED, "The published gain is zero and has no direction"
    if gain.value * published < 0:
        return Outcome.OPPOSITE, f"{said} has the other sign ({corrected})"
    interval = gain.interval(1 - alpha)
    nearest = interval.low if gain.value > 0 else -interval.high
    if nearest > ONE_POINT:
        return (
            Outcome.ABOVE_ONE_POINT,
            f"{said} has the published sign, and its limit nearest to zero is {nearest:.2f} points ({corrected})",
        )
    return Outcome.SAME_DIRECTION, f"{said} has the published sign ({corrected}); it may be smaller than one point"
