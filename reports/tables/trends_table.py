"""What the papers claim beyond means: a gain that grows as labels get fewer or noise gets stronger, and steadier runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.matching import Match, matching_n
from benchmark.stats.paired import paired_p
from benchmark.stats.pairing import PairedUnits, nadeau_bengio
from benchmark.stats.power import rank_reach
from benchmark.stats.slopes import Slope, gain_against_noise, gain_against_shots
from benchmark.stats.spread import SpreadRatio, smallest_ratio, spread_ratio
from reports.analysis.analysis import Analysis
from reports.analysis.over_tasks import family_sizes, holm_by_group
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, number, words
from reports.tables.vs_baseline import p_value

Gains = Mapping[float, list[float]]
HEADS = (
    *("arm", "task", "over", "slope of the gain [95 %]", "p", "Holm p", "smallest detectable", "splits with a rising gain"),
    *("p, lack of fit", "straight line"),
)


def slopes_table(analysis: Analysis) -> Table | None:
    """The gain's slope over log10 N and over the level of noise, and whether a line is a fit; None where no task has two points."""
    found = {(arm, f"{task} {over}"): (task, over, one) for arm in analysis.arms for task, over, one in _slopes(analysis, arm)}
    adjusted = holm_by_group(analysis, {place: one.p for place, (_, _, one) in found.items()})
    rows = [TableRow(tuple(_slope_line(place[0], *one, adjusted[place]))) for place, one in found.items()]
    block = analysis.block
    return _table(
        f"slopes-{analysis.against}.{block.name}",
        f"How the gain over {analysis.against} changes, in points: {block.title}",
        HEADS,
        rows,
        "Slope: points per tenfold N, or points per unit of noise level (0 to 1); one slope per split, t-test over the splits that are "
        "there at every point; smallest detectable: of that test, power .8, before correction. A gain that is larger with fewer labels has "
        "a negative slope over N. Lack of fit: Hotelling's test that the mean gains at three points or more lie on a straight line, the "
        "largest departure of a mean from it beside it; uncorrected, as a warning: where the line is no fit, a slope still says whether "
        "gains rise or fall on the whole, and nothing of what lies between the points. Cells at floor are left out. "
        f"{_corrected(analysis, found)}",
    )


def _corrected(analysis: Analysis, places: Iterable[tuple[str, str]]) -> str:
    """How the p-values of a table are corrected, in a sentence."""
    return f"Corrected over the lines of this table, within each family: {family_sizes(analysis, dict.fromkeys(places))}."


def _slopes(analysis: Analysis, arm: str) -> Iterator[tuple[str, str, Slope]]:
    for task in dict.fromkeys(cell.panel for cell in analysis.block.cells):
        cells = [cell for cell in analysis.block.cells if cell.panel == task]
        over_n = {cell.examples: cell for cell in cells if not cell.noise and math.isfinite(cell.examples)}
        yield from _slope(analysis, arm, task, "log10 N", over_n, gain_against_shots)
        for shots, kind, where in dict.fromkeys((c.size, c.noise.kind, c.noise.where) for c in cells if c.noise):
            of = [c for c in cells if c.size == shots and (c.noise is None or (c.noise.kind, c.noise.where) == (kind, where))]
            over = f"{kind} {where}, N = {shots}"
            yield from _slope(analysis, arm, task, over, {c.noise_level: c for c in of}, gain_against_noise)


def _slope(
    analysis: Analysis, arm: str, task: str, over: str, at: Mapping[float, ScoredCell], test: Callable[[Gains], Slope]
) -> Iterator[tuple[str, str, Slope]]:
    there = {x: cell for x, cell in at.items() if not analysis.floored(cell)}
    units = {x: found for x, cell in there.items() if (found := analysis.units.get((arm, cell))) is not None and found.n}
    gains = common(units, lambda found: found.a - found.b)
    if len(gains) > 1 and len(next(iter(gains.values()))) > 1:
        yield task, over, test(gains)


def common(units: Mapping[float, PairedUnits], of: Callable[[PairedUnits], object]) -> dict[float, list[float]]:
    """A value per unit at each point, for the units that every point has, in the same order; empty where there is none."""
    if not units:
        return {}
    shared = sorted(set.intersection(*(set(found.labels) for found in units.values())), key=lambda label: (label[0], label[1] or 0))
    found = {x: dict(zip(one.labels, np.asarray(of(one), dtype=float), strict=True)) for x, one in units.items()}
    return {x: [float(values[label]) for label in shared] for x, values in found.items()} if shared else {}


def _slope_line(arm: str, task: str, over: str, found: Slope, p_holm: float | None) -> list[TableCell]:
    ends = found.interval
    slope = words(found.state) if ends is None else TableCell(ends.value, interval=(ends.low, ends.high), signed=True)
    rising = (
        TableCell()
        if found.sign is None
        else TableCell(found.sign * found.n, text=f"{found.sign * found.n:.0f} of {found.n}", scale=1, n=found.n)
    )
    fit = p_value(None if found.fit is None else found.fit.p)
    ps = (p_value(found.p), p_value(p_holm))
    return [words(arm), words(task), words(over), slope, *ps, TableCell(found.detectable), rising, fit, words(_fit(found, over))]


def _fit(found: Slope, over: str) -> str:
    """Whether the straight line describes the means, in words."""
    fit = found.fit
    if fit is None:
        return "two points: no check"
    if fit.p is None:
        return f"no check: {fit.state}"
    at = f"N = {10**fit.at:.0f}" if over == "log10 N" else f"level {fit.at:g}"
    away = f"largest departure {number(100 * fit.departure, signed=True)} points at {at}"
    in_what = "log N" if over == "log10 N" else "the noise level"
    said = f"the straight line in {in_what} is not a fit here" if fit.fails() else "no departure from a straight line shown"
    return f"{said}; {away}"


SPREAD_HEADS = (
    "arm",
    "cell",
    "sd of the arm",
    "sd of the baseline",
    "ratio [95 %]",
    "p",
    "p by swapping",
    "Holm p by swapping",
    "smallest detectable ratio",
    "pairs",
)


def spread_table(analysis: Analysis) -> Table | None:
    """Is an arm steadier than the baseline? Ratio of standard deviations on pairs; None where no cell has three pairs."""
    found = {
        (arm, cell.label): spread_ratio(units.a, units.b, unit=units.unit)
        for arm, cell in analysis.places
        if (units := analysis.units[arm, cell]).n > 2 and not analysis.floored(cell)
    }
    adjusted = holm_by_group(analysis, {place: one.p_swap for place, one in found.items()})
    rows = [TableRow(tuple(_spread_line(place, one, adjusted[place]))) for place, one in found.items()]
    block = analysis.block
    return _table(
        f"spread-{analysis.against}.{block.name}",
        f"Steadiness: standard deviation over paired units against that of {analysis.against}, in points: {block.title}",
        SPREAD_HEADS,
        rows,
        "Ratio, interval and p: Pitman-Morgan on pairs, which leans on normal scores; below 1 the arm is steadier. p by swapping: scores "
        "change places within their pairs (all patterns up to 12 pairs, 10,000 above), which holds with collapsing runs too; where the "
        "two disagree, trust the latter, and only it is corrected. Smallest detectable ratio, or its inverse: of Pitman-Morgan with power "
        f".8, rough below eight pairs, before correction. Cells at floor are left out. {_corrected(analysis, found)}"
        + _swaps_that_cannot([one.n for one in found.values()]),
    )


def _spread_line(place: tuple[str, str], found: SpreadRatio, p_holm: float | None) -> list[TableCell]:
    ends = found.interval
    ratio = words(found.state) if ends is None else TableCell(ends.value, interval=(ends.low, ends.high), scale=1, digits=2)
    ps = (p_value(found.p), p_value(found.p_swap), p_value(p_holm))
    least = None if found.correlation is None else smallest_ratio(found.n, found.correlation)
    last = (TableCell(least, scale=1, digits=2), TableCell(float(found.n), scale=1, digits=0))
    return [words(place[0]), words(place[1]), TableCell(found.sd_method), TableCell(found.sd_baseline), ratio, *ps, *last]


def _swaps_that_cannot(pairs: Sequence[int]) -> str:
    """Says where the test by swapping cannot reach 5 %: 2 of the 2^n patterns are always as far from equal spreads."""
    few = sorted({n for n in pairs if not rank_reach(n).reachable})
    if not few:
        return ""
    listed = ", ".join(f"{n} pairs: smallest p {2 / 2**n:.2g}" for n in few)
    return f" The test by swapping cannot reach .05 with fewer than {rank_reach(1).needed} pairs ({listed})."


RESAMPLES = 500
MATCH_HEADS = (
    *("arm", "task", "N of the arm", "N of the baseline for the same score [95 %]", "times as many", "p, other than the same N", "Holm p"),
    "splits",
)


@dataclass(frozen=True)
class _Matched:
    """An arm at one N of one task: the N of the baseline for its score, and p that this is another N."""

    arm: str
    task: str
    found: Match
    p: float | None
    splits: int

    @property
    def place(self) -> tuple[str, str]:
        return self.arm, f"{self.task} {self.found.method_n:g}"


def matching_table(analysis: Analysis) -> Table | None:
    """With how many labels does the baseline reach an arm's score? None where no task has two clean N."""
    found = [one for arm in analysis.arms for one in _matches(analysis, arm)]
    adjusted = holm_by_group(analysis, {one.place: one.p for one in found})
    rows = [TableRow(tuple(_match_line(one, adjusted[one.place]))) for one in found]
    block = analysis.block
    return _table(
        f"matching-{analysis.against}.{block.name}",
        f"The N that {analysis.against} needs to match an arm: {block.title}",
        MATCH_HEADS,
        rows,
        f"Read off the baseline's mean curve over log N; splits resampled jointly over all N ({RESAMPLES} resamples, 95 %, before "
        "correction). Outside the measured range only a bound is known. p: the baseline needs another N than the arm exactly where the two "
        "differ at the arm's own N, which is tested by the paired t-test there, over the splits that are there at every N. "
        "The row of the noise floor shows what the baseline itself would get. No row for a cell at floor. "
        f"{_corrected(analysis, [one.place for one in found])}",
    )


def _matches(analysis: Analysis, arm: str) -> Iterator[_Matched]:
    for task in dict.fromkeys(cell.panel for cell in analysis.block.cells):
        cells = [c for c in analysis.block.cells if c.panel == task and not c.noise and math.isfinite(c.examples)]
        floored = {c.examples for c in cells if analysis.floored(c)}
        units = {c.examples: found for c in cells if (found := analysis.units.get((arm, c))) is not None and found.n}
        mine, theirs = common(units, lambda found: found.a), common(units, lambda found: found.b)
        if len(mine) > 1 and len(next(iter(mine.values()))) > 1:
            for n in (n for n in mine if n not in floored):
                p, _ = paired_p(np.subtract(mine[n], theirs[n]), variance_factor=nadeau_bengio(len(mine[n]), units[n].overlap))
                yield _Matched(arm, task, matching_n(mine[n], n, theirs, resamples=RESAMPLES), p, len(mine[n]))


def _match_line(one: _Matched, p_holm: float | None) -> list[TableCell]:
    found = one.found
    return [
        words(one.arm),
        words(one.task),
        TableCell(found.method_n, scale=1, digits=0),
        _open(found.interval if found.state == "ok" else None, 0, found.state),
        _open(found.factor if found.state == "ok" else None, 2, found.state),
        p_value(one.p),
        p_value(p_holm),
        TableCell(float(one.splits), scale=1, digits=0),
    ]


def _open(interval: object, digits: int, state: str) -> TableCell:
    value, low, high = (getattr(interval, name, math.nan) for name in ("value", "low", "high"))
    if not math.isfinite(value):
        return words(state)
    shown = [f"{end:.{digits}f}" if math.isfinite(end) and end > 0 else name for end, name in ((low, "open"), (high, "open"))]
    return TableCell(value, text=f"{value:.{digits}f} [{shown[0]}; {shown[1]}]")


def _table(name: str, caption: str, heads: tuple[str, ...], rows: list[TableRow], how: str) -> Table | None:
    text = ("arm", "task", "cell", "over", "straight line")
    columns = tuple(TableColumn(head, (head,), head not in text) for head in heads)
    return Table(name, caption, columns, tuple(rows), header=(how,)) if rows else None
