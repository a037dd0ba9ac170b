"""Calibration: runs of the reference that were made again here, and what their differences add to the error of a comparison."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchmark.cell import Cell
from benchmark.records.record import RunRecord
from benchmark.stats.intervals import Estimate

LEVEL = 0.95


class RepeatedRun(NamedTuple):
    """One run of the reference and the same run, by key, made here.

    Args:
        mine, theirs: the primary metric.
        changed: test examples that got another label.
        environments: the two env_ids.
    """

    label: str
    mine: float
    theirs: float
    changed: int
    n_test: int
    environments: tuple[str, str] = ("", "")


class AddedError(NamedTuple):
    """What another environment adds to the error of a mean of differences: a standard error, and its degrees of freedom."""

    error: float
    freedom: float


@dataclass(frozen=True)
class Calibration:
    """What the environment changes in runs of the baseline.

    A difference between one's own run here and a run of the reference made elsewhere holds three parts: the gain, what the environment
    changes from run to run, and a shift that all runs may share. The second is in the spread of the differences, so that a t interval has
    it already. The third is not: its size is estimated from the repeated runs.
    """

    runs: tuple[RepeatedRun, ...]

    @property
    def equal(self) -> int:
        """Runs that predict every test example as before."""
        return sum(run.changed == 0 for run in self.runs)

    @property
    def differences(self) -> list[float]:
        """The metric here minus that of the reference, one per run."""
        return [run.mine - run.theirs for run in self.runs]

    @property
    def added(self) -> AddedError | None:
        """The standard error of the shift: the root of its square (as estimated) and its sampling variance, so that a shift that is seen
        and one that so few runs cannot exclude both widen. None where nothing differs (`error` would be 0) or one run alone differs."""
        if len(self.runs) < 2 or self.equal == len(self.runs):
            return None
        d = self.differences
        variance = statistics.fmean(d) ** 2 + statistics.variance(d) / len(d)
        return AddedError(math.sqrt(variance), len(d) - 1) if variance else None

    @property
    def environments(self) -> set[tuple[str, str]]:
        """The pairs of env_ids (here, there) that it says something of."""
        return {run.environments for run in self.runs}

    @property
    def usable(self) -> bool:
        """Whether it says enough for an interval across environments: at least two runs, or none that differs."""
        return bool(self.runs) and (len(self.runs) > 1 or self.equal == len(self.runs))

    def lines(self) -> list[str]:
        """What was found, in sentences."""
        n = len(self.runs)
        if not n:
            return ["No run of the reference was made again here, so what the environment changes is not known."]
        if self.equal == n:
            bound = 1 - (1 - LEVEL) ** (1 / n)
            return [
                f"Calibration: {n} of {n} repeated runs of the baseline predict every test example as in the reference; "
                f"at most {100 * bound:.0f} % of such runs differ (95 %, one-sided), so nothing is added to the intervals."
            ]
        d = [100 * value for value in self.differences]
        changed = 100 * sum(run.changed for run in self.runs) / sum(run.n_test for run in self.runs)
        spread = f", standard deviation {statistics.stdev(d):.2f}" if n > 1 else ""
        said = (
            f"Calibration: {n - self.equal} of {n} repeated runs of the baseline differ from the reference, in {changed:.1f} % of the "
            f"predictions; metric here minus there in points: mean {statistics.fmean(d):+.2f}{spread}, from {min(d):+.2f} to {max(d):+.2f}."
        )
        if self.added is None:
            return [said, "One repeated run gives no standard deviation: no interval is given across environments."] if n == 1 else [said]
        return [
            said,
            f"Intervals across environments are widened by a standard error of {100 * self.added.error:.2f} points for a shift that all "
            "runs may share (the mean difference squared, plus its sampling variance); what differs from run to run is in the spread of "
            "the pairs. The shift was measured on the baseline; that it is as large for other arms is an assumption.",
        ]

    def plain(self) -> dict[str, object]:
        """The calibration for the JSON file."""
        added = None if self.added is None else self.added._asdict()
        return {"runs": [run._asdict() for run in self.runs], "equal": self.equal, "added": added}


def calibration(mine: Mapping[str, RunRecord], theirs: Mapping[str, RunRecord]) -> Calibration:
    """The finished runs that both sides have under one key and that were made in different environments, in the order of keys."""
    pairs = [(mine[key], theirs[key]) for key in sorted(mine.keys() & theirs.keys())]
    return Calibration(tuple(_repeated(here, there) for here, there in pairs if here.env_id != there.env_id and here.status == "done"))


def _repeated(mine: RunRecord, theirs: RunRecord) -> RepeatedRun:
    assert mine.value is not None
    assert theirs.value is not None
    assert mine.predictions is not None
    assert theirs.predictions is not None
    pairs = zip(mine.predictions.ids(), theirs.predictions.ids(), strict=True)
    label = f"{mine.spec.method.name} {Cell.of_spec(mine.spec).label} seed {mine.spec.split.split_seed}"
    return RepeatedRun(label, mine.value, theirs.value, sum(a != b for a, b in pairs), mine.predictions.n, (mine.env_id, theirs.env_id))


def widened(found: Estimate, added: AddedError | None) -> Estimate:
    """An estimate with a further independent error. The degrees of freedom are by Satterthwaite, and no more than the estimate had: the two
    errors together may have more, and an interval would then shrink by what is added to it."""
    if added is None:
        return found
    parts = ((found.error**2, found.freedom), (added.error**2, added.freedom))
    variance = sum(part for part, _ in parts)
    below = sum(part**2 / freedom for part, freedom in parts)
    method = f"{found.method}, widened across environments"
    return replace(found, error=math.sqrt(variance), freedom=min(found.freedom, variance**2 / below), method=method)
