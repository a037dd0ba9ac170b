"""What the papers claim beyond means: a gain that grows as labels get fewer or noise gets stronger, and steadier runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from benchmark.stats.matching import Match, matching_n
from benchmark.stats.pairing import PairedUnits
from benchmark.stats.power import rank_reach
from benchmark.stats.slopes import Slope, gain_against_noise, gain_against_shots
from benchmark.stats.spread import smallest_ratio, spread_ratio
from reports.analysis.analysis import Analysis
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words
from reports.tables.vs_baseline import p_value

Gains = Mapping[float, list[float]]
HEADS = ("arm", "task", "over", "slope of the gain [95 %]", "p", "smallest detectable", "splits with a rising gain")


def slopes_table(analysis: Analysis) -> Table | None:
    """The gain's slope over log10 N and over the level of noise; None where no task has two points."""
    rows = [TableRow(tuple(_slope_line(arm, *found))) for arm in analysis.arms for found in _slopes(analysis, arm)]
    block = analysis.block
    return _table(
        f"slopes-{analysis.against}.{block.name}",
        f"How the gain over {analysis.against} changes, in points: {block.title}",
        HEADS,
        rows,
        "Slope: points per tenfold N, or points per unit of noise level (0 to 1); one slope per split, t-test over the splits that are "
        "there at every point; smallest detectable: of that test, power .8. A gain that is larger with fewer labels has a negative slope "
        "over N. Uncorrected.",
    )


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
    units = {x: found for x, cell in at.items() if (found := analysis.units.get((arm, cell))) is not None and found.n}
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


def _slope_line(arm: str, task: str, over: str, found: Slope) -> list[TableCell]:
    ends = found.interval
    slope = words(found.state) if ends is None else TableCell(ends.value, interval=(ends.low, ends.high), signed=True)
    rising = (
        TableCell()
        if found.sign is None
        else TableCell(found.sign * found.n, text=f"{found.sign * found.n:.0f} of {found.n}", scale=1, n=found.n)
    )
    return [words(arm), words(task), words(over), slope, p_value(found.p), TableCell(found.detectable), rising]


SPREAD_HEADS = (
    "arm",
    "cell",
    "sd of the arm",
    "sd of the baseline",
    "ratio [95 %]",
    "p",
    "p by swapping",
    "smallest detectable ratio",
    "pairs",
)


def spread_table(analysis: Analysis) -> Table | None:
    """Is an arm steadier than the baseline? Ratio of standard deviations on pairs; None where no cell has three pairs."""
    rows, rows_n = [], []
    for arm, cell in analysis.places:
        units = analysis.units[arm, cell]
        if units.n > 2:
            rows_n.append(units.n)
            found = spread_ratio(units.a, units.b, unit=units.unit)
            ends = found.interval
            ratio = words(found.state) if ends is None else TableCell(ends.value, interval=(ends.low, ends.high), scale=1, digits=2)
            ps = (p_value(found.p), p_value(found.p_swap))
            least = None if found.correlation is None else smallest_ratio(found.n, found.correlation)
            last = (TableCell(least, scale=1, digits=2), TableCell(float(found.n), scale=1, digits=0))
            rows.append(
                TableRow((words(arm), words(cell.label), TableCell(found.sd_method), TableCell(found.sd_baseline), ratio, *ps, *last))
            )
    block = analysis.block
    return _table(
        f"spread-{analysis.against}.{block.name}",
        f"Steadiness: standard deviation over runs against that of {analysis.against}, in points: {block.title}",
        SPREAD_HEADS,
        rows,
        "Ratio, interval and p: Pitman-Morgan on pairs, which leans on normal scores; below 1 the arm is steadier. p by swapping: scores "
        "change places within their pairs (all patterns up to 12 pairs, 10,000 above), which holds with collapsing runs too; where the "
        "two disagree, trust the latter. Smallest detectable ratio, or its inverse: of Pitman-Morgan with power .8, rough below eight "
        "pairs. Uncorrected." + _swaps_that_cannot(rows_n),
    )


def _swaps_that_cannot(pairs: Sequence[int]) -> str:
    """Says where the test by swapping cannot reach 5 %: 2 of the 2^n patterns are always as far from equal spreads."""
    few = sorted({n for n in pairs if not rank_reach(n).reachable})
    if not few:
        return ""
    listed = ", ".join(f"{n} pairs: smallest p {2 / 2**n:.2g}" for n in few)
    return f" The test by swapping cannot reach .05 with fewer than {rank_reach(1).needed} pairs ({listed})."


RESAMPLES = 500
MATCH_HEADS = ("arm", "task", "N of the arm", "N of the baseline for the same score [95 %]", "times as many", "splits")


def matching_table(analysis: Analysis) -> Table | None:
    """With how many labels does the baseline reach an arm's score? None where no task has two clean N."""
    rows = [TableRow(tuple(line)) for arm in analysis.arms for line in _matches(analysis, arm)]
    block = analysis.block
    return _table(
        f"matching-{analysis.against}.{block.name}",
        f"The N that {analysis.against} needs to match an arm: {block.title}",
        MATCH_HEADS,
        rows,
        f"Read off the baseline's mean curve over log N; splits resampled jointly over all N ({RESAMPLES} resamples, 95 %). "
        "Outside the measured range only a bound is known. The row of the noise floor shows what the baseline itself would get.",
    )


def _matches(analysis: Analysis, arm: str) -> Iterator[list[TableCell]]:
    for task in dict.fromkeys(cell.task for cell in analysis.block.cells):
        cells = [c for c in analysis.block.cells if c.task == task and not c.noise and math.isfinite(c.examples)]
        units = {c.examples: found for c in cells if (found := analysis.units.get((arm, c))) is not None and found.n}
        mine, theirs = common(units, lambda found: found.a), common(units, lambda found: found.b)
        if len(mine) > 1 and len(next(iter(mine.values()))) > 1:
            for n in mine:
                yield _match_line(arm, task, matching_n(mine[n], n, theirs, resamples=RESAMPLES), len(mine[n]))


def _match_line(arm: str, task: str, found: Match, splits: int) -> list[TableCell]:
    return [
        words(arm),
        words(task),
        TableCell(found.method_n, scale=1, digits=0),
        _open(found.interval if found.state == "ok" else None, 0, found.state),
        _open(found.factor if found.state == "ok" else None, 2, found.state),
        TableCell(float(splits), scale=1, digits=0),
    ]


def _open(interval: object, digits: int, state: str) -> TableCell:
    value, low, high = (getattr(interval, name, math.nan) for name in ("value", "low", "high"))
    if not math.isfinite(value):
        return words(state)
    shown = [f"{end:.{digits}f}" if math.isfinite(end) and end > 0 else name for end, name in ((low, "open"), (high, "open"))]
    return TableCell(value, text=f"{value:.{digits}f} [{shown[0]}; {shown[1]}]")


def _table(name: str, caption: str, heads: tuple[str, ...], rows: list[TableRow], how: str) -> Table | None:
    text = ("arm", "task", "cell", "over")
    columns = tuple(TableColumn(head, (head,), head not in text) for head in heads)
    return Table(name, caption, columns, tuple(rows), header=(how,)) if rows else None
