"""What a design can find: reach under Holm, smallest detectable difference, number of pairs needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """Whether a design can reach the level at all.

    Args:
        test: `t` (reaches any level from n = 3), `sign-flip` or `wilcoxon` (smallest two-sided p is 2 / 2^n).
        smallest_p: the smallest p that n pairs can give; None where the test does not exist for n.
        threshold: alpha / m, what the first step of Holm asks for.
        reachable: smallest_p <= threshold.
        needed: the smallest n that can reach the threshold.
    """

    test: str
    n: int
    smallest_p: float | None
    threshold: float
    reachable: bool
    needed: int


def rank_reach(n: int, *, cells: int = 1, alpha: float = 0.05, test: str = "sign-flip") -> Reach:
    """Whether a rank or sign-flip test of `n` pairs can reach alpha under Holm over `cells` comparisons."""
    raise NotImplementedError


def t_reach(n: int, *, cells: int = 1, alpha: float = 0.05) -> Reach:
    """The same for the paired t-test, which exists from n = 3."""
    raise NotImplementedError


def smallest_detectable(sd: float, n: int, *, alpha: float = 0.05, power: float = 0.8, factor: float | None = None) -> float | None:
    """The smallest mean difference that a paired t-test finds with this power, in the unit of `sd`; None for n < 2 or sd = 0.

    Args:
        sd: sample standard deviation of the differences.
        factor: variance of the mean over s^2, 1 / n where None.
    """
    raise NotImplementedError


def pairs_needed(difference: float, sd: float, *, alpha: float = 0.05, power: float = 0.8, most: int = 100_000) -> int | None:
    """Pairs with which a paired t-test finds `difference` with this power; None above `most`."""
    raise NotImplementedError
