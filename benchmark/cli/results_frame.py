"""The results frame of `load_results`: a pandas frame with one row per run, and what a report says of these runs as further frames."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from benchmark.errors import unknown

if TYPE_CHECKING:
    from os import PathLike

    from benchmark.stats.intervals import Estimate
    from reports.analysis.analysis import Analysis, Place
    from reports.questions.conclusions import Conclusion
    from reports.results.blocks import Block
    from reports.results.scored_cell import ScoredCell

OBJECTS = ("alarms", "params", "metrics", "diagnostics", "transfer")  # columns that are JSON texts
WHERE = ["suite", "profile", "protocol", "task", "shots", "noise", "cell", "metric"]  # how the frames below begin
MEANS = [*WHERE, "arm", "family", "mean", "sd", "n", "planned", "failed", "alarms", "majority", "n_test"]
PAIRED = [
    *(*WHERE, "arm", "against", "n", "mean", "mean_against", "difference", "low", "high", "p", "p_holm", "holm_family", "sd", "hedges_g"),
    *("won", "tied", "lost", "collapsed", "collapsed_against", "missing", "unit", "conditional", "state"),
]
UNITS = [*WHERE, "arm", "against", "split_seed", "seed", "init_seed", "value", "value_against", "difference"]
CONCLUSIONS = [
    *("suite", "protocol", "question", "claim", "estimand", "treatment", "shots", "answer", "p", "p_holm", "p_equivalence"),
    *("on_a_new_task", "complete", "waits_for", "against", "value", "low", "high", "new_task_value", "new_task_low", "new_task_high"),
    *("tasks", "pairs", "lost_pairs", "hangs_on"),
]


class ResultsFrame(pd.DataFrame):
    """One row per (suite, profile, protocol, key): a planned run with its record, the columns of `export`.

    It is a pandas frame, so everything that pandas and duckdb do with frames works; what a selection from it returns is a plain frame.
    The methods below are about the whole folder that was loaded, and give the numbers of `report`.

    `attrs["problems"]` names files that cannot be read or believed, as (file, reason); their runs have the status `missing`.
    """

    _metadata = ["folder"]  # noqa: RUF012 - pandas's own way to keep an attribute
    folder: Path

    @classmethod
    def of(cls, frame: pd.DataFrame, folder: Path) -> ResultsFrame:
        """A frame that knows the results folder or the archive that it was read from."""
        made = cls(frame)
        made.attrs = frame.attrs
        object.__setattr__(made, "folder", folder)
        return made

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def parsed(self, columns: Iterable[str] = OBJECTS) -> pd.DataFrame:
        """A copy in which columns of JSON text are Python objects: `alarms` a list of texts, `params`, `metrics`, `diagnostics` and
        `transfer` dictionaries.

        Raises:
            UserError: a column that is no JSON text.

        Examples:
            >>> runs = benchmark.load_results("results/study").parsed()
            >>> runs["alarms"].explode().value_counts()
            >>> metrics = pd.DataFrame(runs["metrics"].tolist(), index=runs.index)
        """
        frame = pd.DataFrame(self)
        for name in columns:
            if name not in OBJECTS:
                raise unknown("column of JSON text", name, OBJECTS)
            frame[name] = pd.Series([json.loads(text) for text in self[name]], index=self.index, dtype=object)
        return frame

    def means(self) -> pd.DataFrame:
        """Mean and sample standard deviation (ddof 1) of the primary metric, as shares of 1: one row per cell and arm. `n` counts finished
        runs, `planned` those that are not there too.

        `alarms` counts runs that raised one, `majority` is the score of always naming the most frequent class of the test set.

        Examples:
            >>> benchmark.load_results("results/study").means().query("task == 'sst2'")[["arm", "mean", "sd", "n", "planned"]]
        """
        rows = [
            _mean(block, arm, cell) for block in self._blocks for cell in block.cells for arm in block.arms if (arm, cell) in block.runs
        ]
        return pd.DataFrame(rows, columns=MEANS)

    def paired(self, against: str = "ce") -> pd.DataFrame:
        """Every arm against one, paired on the units that both have: one row per cell and arm. The numbers are those of the report's table
        of comparisons.

        Differences, ends of the 95 % t interval and spreads are shares of 1. `p` is the two-sided paired t-test's; `p_holm` is corrected
        over `holm_family`, and missing where a comparison is in none (the noise floor, cells at floor).

        Args:
            against: an arm of these results.

        Raises:
            UserError: no such arm.

        Examples:
            >>> found = benchmark.load_results("results/study").paired(against="ce")
            >>> found.query("p_holm <= .05")[["cell", "arm", "difference", "low", "high", "n"]]
        """
        analyses = self._analyses(against)
        return pd.DataFrame([_comparison(one, place) for one in analyses for place in one.places], columns=PAIRED)

    def units(self, against: str = "ce") -> pd.DataFrame:
        """The pairs behind `paired`: one row per cell, arm and independent unit, with both scores as shares of 1. A unit is a split and a
        training seed; `seed` is missing where a split has several runs, whose scores are averaged, or where none is drawn.

        Args:
            against: an arm of these results.

        Raises:
            UserError: no such arm.

        Examples:
            >>> gains = benchmark.load_results("results/study").units().groupby(["arm", "task"])["difference"]
            >>> gains.agg(["mean", "std", "count"])
        """
        rows = [row for one in self._analyses(against) for place in one.places for row in _pairs(one, place)]
        frame = pd.DataFrame(rows, columns=UNITS)
        return frame.astype(dict.fromkeys(("split_seed", "seed", "init_seed"), "Int64"))

    def conclusions(self, registration: str | PathLike[str] | None = None) -> pd.DataFrame:
        """The answers to the registered questions of a study: one row per question, treatment and number of shots, with the estimate
        against the first arm that the treatment must beat. A row has numbers when every stage that holds runs for it is complete. Before
        that `answer` says so, and `waits_for` names the stages. No rows where no suite of these results has a registered analysis.

        Gains are in points, slopes in points per layer, `sd-ratio` on the log scale. `hangs_on` names the tasks without which a credited
        statement would not be credited (not registered, decides nothing).

        Args:
            registration: the file of `plan --freeze`, which says what belongs to a stage; None: what the manifests plan.

        Raises:
            UserError: a registration that cannot be read.

        Examples:
            >>> study = benchmark.load_results("results/study")
            >>> study.conclusions("results/study/registration.json")[["question", "treatment", "shots", "answer", "waits_for"]]
        """
        from benchmark.records.registration.registration import read_registration
        from reports.analysis.contents import answering, study_of
        from reports.questions.study_answers import is_study

        registered = None if registration is None else read_registration(Path(registration)).runs
        rows: list[dict[str, Any]] = []
        for suite in dict.fromkeys(block.suite for block in self._blocks if is_study(block.suite)):
            study, protocol = study_of(self._blocks, suite, registered), answering(self._blocks, suite).protocol
            rows += [{"suite": suite, "protocol": protocol, **_concluded(one)} for one in study.conclusions]
        return pd.DataFrame(rows, columns=CONCLUSIONS)

    @property
    def _blocks(self) -> tuple[Block, ...]:
        """The runs as a report takes them, read when they are first needed."""
        if "_read" not in self.__dict__:
            from reports.results.blocks import read_results

            object.__setattr__(self, "_read", read_results(self.folder).blocks)
        return cast("tuple[Block, ...]", self.__dict__["_read"])

    def _analyses(self, against: str) -> list[Analysis]:
        from reports.analysis.analysis import analyse

        found = [one for block in self._blocks if (one := analyse(block, against)) is not None]
        if not found:
            raise unknown("arm", against, {arm for block in self._blocks for arm in block.arms}, "Give one of the arms of these results.")
        return found


def _where(block: Block, cell: ScoredCell) -> dict[str, Any]:
    said = {"suite": block.suite, "profile": block.profile, "protocol": block.protocol, "task": cell.task, "shots": cell.shots}
    return said | {"noise": cell.noise_text, "cell": cell.label, "metric": cell.metric}


def _mean(block: Block, arm: str, cell: ScoredCell) -> dict[str, Any]:
    runs = block.runs[arm, cell]
    values = list(runs.scores.values())
    labels = block.gold.get(cell)
    return _where(block, cell) | {
        "arm": arm,
        "family": block.roles[arm].family,
        "mean": fmean(values) if values else math.nan,
        "sd": stdev(values) if len(values) > 1 else math.nan,
        "n": len(values),
        "planned": runs.planned,
        "failed": runs.failed,
        "alarms": sum(row["alarms"] != "[]" for row in runs.rows),
        "majority": _number(block.majority(cell)),
        "n_test": math.nan if labels is None else len(labels),
    }


def _comparison(analysis: Analysis, place: Place) -> dict[str, Any]:
    (arm, cell), found, units = place, analysis.comparisons[place], analysis.units[place]
    holm = analysis.adjusted(place)
    return _where(analysis.block, cell) | {
        "arm": arm,
        "against": analysis.against,
        "n": found.n,
        "mean": _number(found.mean_method),
        "mean_against": _number(found.mean_baseline),
        "difference": _number(found.difference),
        "low": math.nan if found.interval is None else found.interval.low,
        "high": math.nan if found.interval is None else found.interval.high,
        "p": _number(found.p),
        "p_holm": _number(holm),
        "holm_family": "" if holm is None else analysis.family_name(place),
        **{name: _number(getattr(found, name)) for name in ("sd", "hedges_g", "won", "tied", "lost")},
        "collapsed": found.collapsed[0],
        "collapsed_against": found.collapsed[1],
        "missing": len(units.missing),
        "unit": found.unit,
        "conditional": found.conditional,
        "state": str(found.state),
    }


def _pairs(analysis: Analysis, place: Place) -> Iterable[dict[str, Any]]:
    (arm, cell), units = place, analysis.units[place]
    for (split, seed), mine, theirs in zip(units.labels, units.a.tolist(), units.b.tolist(), strict=True):
        order, init = seed if isinstance(seed, tuple) else (seed, None)
        drawn: Mapping[str, Any] = {"split_seed": split, "seed": order, "init_seed": init}
        scores = {"value": mine, "value_against": theirs, "difference": mine - theirs}
        yield _where(analysis.block, cell) | {"arm": arm, "against": analysis.against, **drawn, **scores}


def _concluded(one: Conclusion) -> dict[str, Any]:
    first = one.baseline
    fixed, random = (None, None) if first is None else (first.fixed, first.random)
    return {
        **{name: getattr(one, name) for name in ("question", "claim", "estimand", "treatment", "shots")},
        "answer": str(one.answer),
        **{name: _number(getattr(one, name)) for name in ("p", "p_holm", "p_equivalence")},
        "on_a_new_task": one.on_a_new_task,
        "complete": one.complete,
        "waits_for": "; ".join(map(str, one.waits)),
        "against": "" if first is None else first.arm,
        **_ends("", fixed),
        **_ends("new_task_", random),
        "tasks": 0 if first is None else len(first.evidence.tasks),
        "pairs": 0 if first is None else first.evidence.pairs,
        "lost_pairs": 0 if first is None else first.evidence.lost,
        "hangs_on": ", ".join(gone.task for gone in one.without if gone.answer != "credited"),
    }


def _ends(prefix: str, estimate: Estimate | None) -> dict[str, float]:
    ends = None if estimate is None else estimate.interval()
    return {f"{prefix}{name}": math.nan if ends is None else getattr(ends, name) for name in ("value", "low", "high")}


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
