"""What a tuning budget buys: the test score of the setting with the best development score among k of those that were tried."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.stats.selection import BestOfK, best_of_k, best_of_k_by_dev
from reports.results.blocks import Block
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell


@dataclass(frozen=True)
class TuningBudget:
    """The settings that were tried for one method in one cell.

    Args:
        arm: the arm that was tuned; for settings that are arms of their own the method.
        test, dev: mean score of each setting over the same splits.
        searched: whether they are the trials of a search, on tuning splits; else they are arms, on the reported splits.
    """

    arm: str
    cell: ScoredCell
    test: tuple[float, ...]
    dev: tuple[float, ...]
    searched: bool = True

    @property
    def by_dev(self) -> BestOfK:
        """Expected test score of the setting chosen by development score among k = 1 .. n settings: what the budget buys."""
        return best_of_k_by_dev(self.test, self.dev)

    @property
    def by_test(self) -> BestOfK:
        """Expected test score of the setting chosen by test score: what nobody may do, shown for its size."""
        return best_of_k(self.test)

    @property
    def dev_of_chosen(self) -> BestOfK:
        """Expected development score of the setting chosen by it: what a report of development scores would print."""
        return best_of_k(self.dev)


def tuning_budgets(block: Block) -> Iterator[TuningBudget]:
    """Every arm and cell with at least two settings whose trials all finished. A setting with a failed or missing trial does not count,
    as in the search."""
    groups: dict[tuple[str, ScoredCell], dict[int, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in block.trial_rows:
        groups[str(row["variant"]), ScoredCell.of_row(row)][int(row["trial"])].append(row)
    for (arm, cell), trials in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        means = [mean for _, rows in sorted(trials.items()) if (mean := _means(rows)) is not None]
        if len(means) > 1:
            yield TuningBudget(arm, cell, tuple(test for test, _ in means), tuple(dev for _, dev in means))


def alternative_settings(block: Block) -> Iterator[TuningBudget]:
    """Every method of which a cell has several arms that differ in parameters, on the units that all of them have."""
    groups: dict[tuple[str, ScoredCell], dict[str, Runs]] = defaultdict(dict)
    for (_, cell), runs in block.runs.items():
        for method, params in {(str(row["method"]), str(row["params"])) for row in runs.rows}:
            groups[method, cell].setdefault(params, runs)
    for (method, cell), settings in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        units = set.intersection(*(set(runs.scores) & set(runs.dev) for runs in settings.values()))
        if len(settings) > 1 and units:
            test, dev = (
                tuple(statistics.fmean(scores[unit] for unit in sorted(units)) for scores in kind)
                for kind in ([runs.scores for runs in settings.values()], [runs.dev for runs in settings.values()])
            )
            yield TuningBudget(method, cell, test, dev, searched=False)


def _means(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float] | None:
    """(test, development) means of one setting; None where a run lacks a score, or runs of two plans stand under one number."""
    scores = [(row.get("value"), row.get("dev_value")) for row in rows if row["status"] == "done"]
    whole = [(float(test), float(dev)) for test, dev in scores if test is not None and dev is not None]
    if len(whole) < len(rows) or not all(math.isfinite(value) for pair in whole for value in pair):
        return None
    if len({row["split_seed"] for row in rows}) < len(rows):
        return None
    return statistics.fmean(test for test, _ in whole), statistics.fmean(dev for _, dev in whole)
