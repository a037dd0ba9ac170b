"""One repeat of each procedure under a known truth: did it err?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from benchmark.records.frame import COLUMNS
from benchmark.stats.example_uncertainty import two_way_bootstrap
from benchmark.stats.multiplicity import at_floor, family_of, holm
from benchmark.stats.paired import compare, compare_units
from benchmark.stats.pairing import nadeau_bengio, paired_units
from benchmark.stats.spread import spread_ratio
from reports.verdicts.verdict import ClaimSetting, OurRuns, Outcome, PublishedArm, PublishedClaim, verdict
from results.simulations import worlds

ALPHA = 0.05
Rng = np.random.Generator


def pair(rng: Rng, n: int, rho: float = 0.5, spread: float = 1.0) -> bool:
    """Two arms with equal means are found different."""
    return _rejects(*worlds.pairs(rng, n, rho=rho, spread=spread))


def rounded(rng: Rng, n: int) -> bool:
    """Two arms with equal means are found different; scores are multiples of one test example."""
    return _rejects(*worlds.rounded(rng, n))


def collapse(rng: Rng, n: int) -> bool:
    """Two arms that collapse equally often are found different."""
    a, b, fell_a, fell_b = worlds.collapsing(rng, n)
    p = compare(a, b, collapsed=(list(fell_a), list(fell_b))).p
    return p is not None and p <= ALPHA


def collapse_of_one(rng: Rng, n: int) -> bool:
    """One arm collapses and makes up for it in its other runs, so that means are equal: no guarantee is given for this."""
    a, b = worlds.pairs(rng, n)
    rate = worlds.COLLAPSE_RATE
    return _rejects(a + worlds.COLLAPSE * (rate - (rng.random(n) < rate)), b)


def nested(rng: Rng, splits: int, seeds: int, lost: float = 0.0) -> bool:
    """Seeds inside splits, through `paired_units`; a share `lost` of runs failed."""
    a, b = worlds.nested(rng, splits, seeds)
    p = compare_units(paired_units(_frame(rng, a, b, lost), "method", "ce")).p
    return p is not None and p <= ALPHA


def nested_naive(rng: Rng, splits: int, seeds: int) -> bool:
    """What happens when all pairs are taken as independent: for comparison."""
    a, b = worlds.nested(rng, splits, seeds)
    return _rejects(a.ravel(), b.ravel())


def overlap(rng: Rng, splits: int, share: float, corrected: bool = True) -> bool:
    """Training sets that overlap, with and without Nadeau and Bengio's variance."""
    a, b = worlds.overlapping(rng, splits, share)
    p = compare(a, b, variance_factor=nadeau_bengio(splits, share) if corrected else None).p
    return p is not None and p <= ALPHA


def better_on_task(rng: Rng, splits: int, examples: int, by_split: float, by_example: float, two_way: bool = True) -> bool:
    """`better on TASK` (or worse) is said of arms that are equal on the task; without the two-way bootstrap, by the t-test alone."""
    found = two_way_bootstrap(
        *worlds.correctness(rng, splits, examples, by_split=by_split, by_example=by_example), resamples=500, seed=int(rng.integers(2**31))
    )
    if two_way:
        return found.scope == "task"
    return found.over_splits is not None and found.over_splits.excludes(0)


def family(rng: Rng, cells: int, n: int, effects: int = 0) -> bool:
    """Any false claim in a family under Holm, of which `effects` cells have a true difference. Half of the noise is common to cells."""
    common = rng.standard_normal(n)
    gains = [3.0 if i < effects else 0.0 for i in range(cells)]
    p = {str(i): compare(gain + common + rng.standard_normal(n), np.zeros(n)).p for i, gain in enumerate(gains)}
    return any(int(name) >= effects for name in holm(p).rejected)


def family_with_floor(rng: Rng, cells: int, n: int) -> bool:
    """Any false claim in a family from which cells at floor were left out by their own scores; half of the cells lie near the floor."""
    scores = {str(i): _near(rng, n, 0.52 if i % 2 else 0.7) for i in range(cells)}
    floors = {name: at_floor({"method": a, "ce": b}, 0.5, 872) for name, (a, b) in scores.items()}
    return bool(holm({name: compare(*scores[name]).p for name in family_of(floors)}).rejected)


def spread(rng: Rng, n: int, collapsing: bool = False, swap: bool = False) -> bool:
    """Equal standard deviations are found different, by Pitman-Morgan or by swapping pairs."""
    a, b = worlds.collapsing(rng, n)[:2] if collapsing else worlds.pairs(rng, n)
    found = spread_ratio(a, b, seed=int(rng.integers(2**31)))
    p = found.p_swap if swap else found.p
    return p is not None and p <= ALPHA


def direct(rng: Rng, ours: int, theirs: int, truth: float, printed: float) -> Outcome:
    """The verdict when our true gain is `truth` and the published runs had a true gain of `printed`."""
    mean_a, sd_a, mean_b, sd_b = worlds.published(rng, theirs, printed)
    claim = PublishedClaim(PublishedArm(mean_a, sd_a, "std", theirs), PublishedArm(mean_b, sd_b, "std", theirs))
    return verdict(claim, OurRuns(*worlds.pairs(rng, ours, gain=truth)), ClaimSetting(direct=True)).outcome


def exact_claim(rng: Rng, ours: int, truth: float, printed: float) -> Outcome:
    """The verdict against a printed gain without any error of its own: the hardest case for `reproduced`."""
    claim = PublishedClaim(PublishedArm(70 + printed, 0.01, "std", 100), PublishedArm(70.0, 0.01, "std", 100))
    return verdict(claim, OurRuns(*worlds.pairs(rng, ours, gain=truth, rho=0.9)), ClaimSetting(direct=True)).outcome


def unknown_claim(rng: Rng, ours: int, truth: float, printed: float) -> Outcome:
    """The verdict where neither n nor spread is printed: one run of each arm stands behind the table."""
    a, b = worlds.pairs(rng, 1, gain=printed)
    claim = PublishedClaim(PublishedArm(float(a[0])), PublishedArm(float(b[0])))
    return verdict(claim, OurRuns(*worlds.pairs(rng, ours, gain=truth)), ClaimSetting(direct=True)).outcome


def selected(rng: Rng, ours: int, truth: float, printed: float, correlation: float = 0.7) -> Outcome:
    """The verdict where the printed means are of the top 3 of 10 runs by development score."""
    theirs = [_selected_mean(_with_dev(rng, scores, correlation)) for scores in worlds.pairs(rng, 10, gain=printed)]
    mine = [_with_dev(rng, scores, correlation) for scores in worlds.pairs(rng, ours, gain=truth)]
    claim = PublishedClaim(PublishedArm(theirs[0], 1.0, "std", 3), PublishedArm(theirs[1], 1.0, "std", 3), top_of=(3, 10))
    runs = OurRuns(mine[0][0], mine[1][0], mine[0][1], mine[1][1])
    return verdict(claim, runs, ClaimSetting(direct=True), seed=int(rng.integers(2**31))).outcome


def conceptual(rng: Rng, ours: int, truth: float) -> Outcome:
    """The verdict in another setting, against a published gain of two points."""
    claim = PublishedClaim(PublishedArm(72.0), PublishedArm(70.0))
    return verdict(claim, OurRuns(*worlds.pairs(rng, ours, gain=truth)), ClaimSetting(direct=False)).outcome


def _rejects(a: worlds.Scores, b: worlds.Scores) -> bool:
    p = compare(a, b).p
    return p is not None and p <= ALPHA


def _near(rng: Rng, n: int, level: float) -> worlds.Pair:
    a, b = worlds.pairs(rng, n)
    return level + (a - 70) / 100, level + (b - 70) / 100


def _with_dev(rng: Rng, test: worlds.Scores, correlation: float) -> worlds.Pair:
    """Test scores and development scores that correlate with them."""
    noise = worlds.SD * math.sqrt(1 - correlation**2) * rng.standard_normal(test.size)
    return test, correlation * (test - test.mean()) + noise


def _selected_mean(arm: worlds.Pair) -> float:
    test, dev = arm
    return float(test[np.argsort(-dev)[:3]].mean())


def _frame(rng: Rng, a: worlds.Scores, b: worlds.Scores, lost: float) -> pd.DataFrame:
    """A tidy frame of two arms [splits, seeds]."""
    splits, seeds = a.shape
    size = splits * seeds
    columns: dict[str, object] = dict.fromkeys(COLUMNS, "")
    columns |= {"noise_level": 0.0, "role": "arm", "alarms": "[]", "n_train": 20, "n_test": 872, "init_seed": None}
    columns |= {"variant": ["method"] * size + ["ce"] * size, "value": np.concatenate([a.ravel(), b.ravel()])}
    columns |= {"split_seed": np.tile(np.repeat(np.arange(splits), seeds), 2), "seed": np.tile(np.arange(seeds), 2 * splits)}
    columns["status"] = np.where(rng.random(2 * size) < lost, "failed", "done")
    return pd.DataFrame(columns)
