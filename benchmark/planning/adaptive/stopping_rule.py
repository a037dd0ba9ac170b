"""The stopping rule of `--until decided`: when a comparison ends, from one interim look at its paired differences.

Looks are planned before the data. Each look at each comparison has a level that is computed from a spending function, so that a true null
is called a difference at any look with probability at most its share of alpha (Lan and DeMets 1983); the share is alpha over the
comparisons that have not crossed yet, as in Holm's step-down (Maurer and Bretz 2013). A comparison whose p is above the futility level of
a look ends too. Futility is not binding: the levels are those of looks that never end so, and hold if a comparison is continued all the
same.

The levels are those of normal scores; with few pairs they are applied to the p of the t-test (the significance-level approach of
Jennison and Turnbull 2000, section 3.8). What that does at 5, 10, 20 and 50 pairs is measured in `results/simulations/error_rates.md`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Literal

from benchmark.stats.intervals import t_interval
from benchmark.stats.paired import paired_p
from benchmark.stats.sequential.boundaries import efficacy_levels, futility_levels
from benchmark.stats.sequential.error_spending import Spending

ALPHA = 0.05
POWER = 0.8
LOOKS = (5, 10, 20, 50)  # seeds

Why = Literal["crossed", "futile", "last look", ""]


@dataclass(frozen=True)
class InterimLook:
    """What one look at one comparison found.

    Args:
        seeds: of the design at this look.
        pairs: those that both arms finished.
        difference: mean of arm minus baseline, as a fraction of 1; None without a pair.
        p: two-sided, of the paired t-test; None below three pairs.
        level: p at or below it ends the comparison.
        futility: p at or above it ends the comparison too.
        low, high: repeated confidence interval of the difference, 95 % over all looks together (Jennison and Turnbull 1989), which holds
            whatever ended the comparison; None below two pairs.
        why: `crossed`: p is at or below the level; `futile`: p is at or above the futility level; `last look`: no more seeds are planned;
            "" where the comparison goes on.
    """

    seeds: int
    pairs: int
    difference: float | None
    p: float | None
    level: float
    futility: float
    low: float | None = None
    high: float | None = None
    why: Why = ""


@dataclass(frozen=True)
class StoppingRule:
    """Planned looks, with an error rate and how it is spent.

    Args:
        looks: numbers of seeds, rising.
        alpha: two-sided error over all looks and comparisons together.
        spending: of alpha.
        futility: spending of 1 - power on ending a comparison as futile.
        power: for the effect that the whole design is made to find.
    """

    looks: tuple[int, ...] = LOOKS
    alpha: float = ALPHA
    spending: Spending = "pocock"
    futility: Spending = "pocock"
    power: float = POWER

    @property
    def fractions(self) -> tuple[float, ...]:
        """Share of the planned seeds at each look."""
        return tuple(seeds / self.looks[-1] for seeds in self.looks)

    def levels(self, comparisons: int) -> tuple[float, ...]:
        """Level of each look at one of so many comparisons."""
        return efficacy_levels(self.alpha / max(1, comparisons), self.fractions, self.spending)

    def futile_from(self, comparisons: int) -> tuple[float, ...]:
        """p from which a look at one of so many comparisons ends it as futile; at the last look its level."""
        return futility_levels(self.alpha / max(1, comparisons), self.fractions, self.spending, self.futility, self.power).levels

    def effect(self, comparisons: int) -> float:
        """The mean difference, in standard deviations of the paired differences, that the design finds with the planned power."""
        found = futility_levels(self.alpha / max(1, comparisons), self.fractions, self.spending, self.futility, self.power)
        return found.drift / math.sqrt(self.looks[-1])

    def summary(self, comparisons: int) -> dict[str, Any]:
        """The rule as a manifest keeps it, with the levels before any comparison has crossed."""
        return {
            "seeds": list(self.looks),
            "alpha": self.alpha,
            "comparisons": comparisons,
            "spending": self.spending,
            "levels": list(self.levels(comparisons)),
            "share": "alpha over the comparisons that have not crossed",
            "futility": {"spending": self.futility, "power": self.power, "binding": False, "levels": list(self.futile_from(comparisons))},
            "effect": self.effect(comparisons),
            "interval": "repeated confidence interval, 95 % over all looks",
            "test": "paired t-test, two-sided",
        }

    def look(self, differences: Mapping[int, float], seeds: int, level: float, futility: float) -> InterimLook:
        """Look at the differences (by split seed) of the first `seeds` seeds.

        Args:
            level, futility: p at or below, and at or above which the comparison ends.
        """
        found = [value for seed, value in sorted(differences.items()) if seed < seeds]
        p, _ = paired_p(found)
        one = efficacy_levels(ALPHA, self.fractions, self.spending)[self.looks.index(seeds)]
        ends = t_interval(found, level=1 - one)
        seen = InterimLook(seeds, len(found), fmean(found) if found else None, p, level, futility)
        seen = seen if ends is None else replace(seen, low=ends.low, high=ends.high)
        return replace(seen, why=self._why(seen))

    def _why(self, seen: InterimLook) -> Why:
        if seen.p is not None and seen.p <= seen.level:
            return "crossed"
        if seen.seeds >= self.looks[-1]:
            return "last look"
        return "futile" if seen.p is not None and seen.p >= seen.futility else ""
