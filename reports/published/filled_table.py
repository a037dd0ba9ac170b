"""A published table, filled with our runs: for each printed cell ours beside it, and a verdict on its gain."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.config.task import load_task
from benchmark.errors import UserError
from benchmark.stats.example_uncertainty import two_way_estimate
from benchmark.stats.intervals import Estimate
from benchmark.stats.multiplicity import holm
from benchmark.stats.paired import Comparison, compare_units
from benchmark.stats.pairing import PairedUnits
from reports.analysis.analysis import Analysis, correctness, declared_baseline, floor_of, paired
from reports.published import PublishedCell, PublishedTable, load_table, load_tables
from reports.results.blocks import Block
from reports.results.runs import Runs, Unit
from reports.results.scored_cell import ScoredCell
from reports.tables.table import counted
from reports.verdicts.claim import ClaimSetting, OurRuns, Outcome, PublishedArm, PublishedClaim, Verdict
from reports.verdicts.verdict import verdict

KINDS = {"sd": "std", "se": "se"}


@dataclass(frozen=True)
class OurCell:
    """Our number for a printed cell, in percent.

    Args:
        cell: where in our grid it stands.
        mean, spread: over `n` runs of `planned`; the sample standard deviation, None for one run.
        selected: the selection that was applied, in words; "" where every run counts.
        seconds: of training per run, over all runs that finished.
        marks: letters of `tables.model.MARKS`.
    """

    cell: ScoredCell
    mean: float | None
    spread: float | None
    n: int
    planned: int
    selected: str = ""
    seconds: float | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A printed cell with ours beside it.

    Args:
        base: the printed cell that its gain is over.
        ours: None where the results have no such cell; `why` says what lacks.
        verdict: on the gain; None for baselines, averages and cells without enough runs.
        floor: of a baseline, the baseline under other random numbers against it: the noise floor.
    """

    printed: PublishedCell
    base: PublishedCell | None = None
    ours: OurCell | None = None
    verdict: Verdict | None = None
    why: str = ""
    floor: Comparison | None = None


@dataclass(frozen=True)
class PaperTable:
    """A published table and what one block can say to it."""

    table: PublishedTable
    block: Block
    cells: tuple[Filled, ...]

    @property
    def fillable(self) -> int:
        """How many cells have a number of ours."""
        return sum(cell.ours is not None and cell.ours.mean is not None for cell in self.cells)

    @property
    def has_an_arm(self) -> bool:
        """Whether an arm of the table has a number of ours; the baseline counts only where the table has no other arm."""
        arms = [cell for cell in self.cells if cell.base is not None] or list(self.cells)
        return any(cell.ours is not None and cell.ours.mean is not None for cell in arms)

    def cell(self, row: str, column: str) -> Filled:
        """The cell at a row id and a column id."""
        return next(cell for cell in self.cells if (cell.printed.row, cell.printed.column) == (row, column))


def fillable_tables(block: Block, analysis: Analysis | None = None) -> list[PaperTable]:
    """Every published table that names the block's suite and at least one arm of which the block has runs for, beside its baseline."""
    mine = [table for table in load_tables().values() if table.fill.suite == block.suite and table.kind != "parameters"]
    return [filled for table in mine if (filled := fill(table, block, analysis)).has_an_arm]


def find_table(key: str) -> PublishedTable:
    """A published table by `PAPER/TABLE`. UserError for an unknown one."""
    return load_table(key)


def fill(table: PublishedTable, block: Block, analysis: Analysis | None = None) -> PaperTable:
    """Set our runs beside every printed cell.

    Verdicts of a table are one family: levels are corrected over them (Holm), and no verdict claims a direction that the report's own
    family does not show.

    Args:
        analysis: the report's comparisons of the block.
    """
    asked = {number: one for number, cell in enumerate(table.cells) if (one := _asked(table, block, cell)) is not None}
    given = _verdicts(block, asked, analysis)
    return PaperTable(table, block, tuple(_filled(table, block, cell, given.get(number)) for number, cell in enumerate(table.cells)))


@dataclass(frozen=True)
class _Asked:
    """What a verdict on one printed cell takes."""

    claim: PublishedClaim
    runs: OurRuns
    setting: ClaimSetting
    units: PairedUnits
    mine: Runs
    theirs: Runs


def _verdicts(block: Block, asked: Mapping[int, _Asked], analysis: Analysis | None) -> dict[int, Verdict]:
    """Number of the printed cell -> its verdict, corrected over the table."""
    for number, one in asked.items():
        alone = verdict(one.claim, one.runs, one.setting)
        if alone.kind == "conceptual" and alone.outcome not in (Outcome.BLOCKED, Outcome.UNDECIDED):
            asked = {**asked, number: replace(one, runs=replace(one.runs, two_way=_two_way(block, one)))}
    first = {number: verdict(one.claim, one.runs, one.setting) for number, one in asked.items()}
    family = [number for number, found in first.items() if found.outcome is not Outcome.BLOCKED]
    adjusted = holm({str(number): first[number].p for number in family}).adjusted
    for number in family:
        one, p = asked[number], adjusted[str(number)]
        known = [q for q in (p, _reported(analysis, one)) if q is not None]
        first[number] = verdict(one.claim, one.runs, replace(one.setting, family=len(family), p_holm=max(known, default=None)))
    return first


def _reported(analysis: Analysis | None, one: _Asked) -> float | None:
    """The corrected p that the report's own tables show for this comparison; None where they do not have it."""
    return analysis.adjusted((one.mine.arm, one.mine.cell)) if analysis is not None and analysis.against == one.theirs.arm else None


def _two_way(block: Block, one: _Asked) -> Estimate | None:
    """Our gain in points with its error over splits and test examples; None where predictions are not available, or on one split."""
    splits = sorted({split for split, _ in one.units.labels})
    if len(splits) < 2 or one.mine.cell.metric != "accuracy":
        return None
    pair = (one.mine, one.theirs), (one.theirs, one.mine)
    a, b = (correctness(block, runs, splits, runs.shared(other)) for runs, other in pair)
    if a is None or b is None or a.shape != b.shape:
        return None
    found = two_way_estimate(a, b, variance_factor=one.units.variance_factor if one.units.overlap else None)
    return replace(found, value=100 * found.value, error=100 * found.error)


def _filled(table: PublishedTable, block: Block, printed: PublishedCell, given: Verdict | None) -> Filled:
    base, runs = table.base(printed), _find(block, printed)
    if runs is None or not runs.scores:
        return Filled(printed, base, why=_why(block, printed, runs))
    ours = _ours(block, printed, runs)
    if base is not None:
        return Filled(printed, base, ours, given)
    return Filled(printed, base, ours, floor=_floor(block, runs) if printed.metric == runs.cell.metric else None)


def _floor(block: Block, runs: Runs) -> Comparison | None:
    """The baseline of a printed table under other random numbers, against itself; None where the block has no such arm in the cell."""
    null = next((arm for arm in block.arms if block.roles[arm].is_null and (arm, runs.cell) in block.runs), None)
    if null is None or runs.arm != declared_baseline(block):
        return None
    return compare_units(paired(block, null, runs.cell, runs.arm))


def _find(block: Block, printed: PublishedCell) -> Runs | None:
    """Our runs for a printed cell; the metric may be any that the records hold."""
    if printed.arm is None or printed.task is None or printed.shots is None or printed.mean_of:
        return None
    for (arm, cell), runs in block.runs.items():
        if arm == printed.arm and _same(cell, printed):
            return runs
    return None


def _same(cell: ScoredCell, printed: PublishedCell) -> bool:
    wanted, noise = printed.noise, cell.noise
    mine, theirs = (None if one is None else (one.kind, one.level, one.where) for one in (noise, wanted))
    return (cell.task, cell.size) == (printed.task, printed.shots) and mine == theirs


def _why(block: Block, printed: PublishedCell, runs: Runs | None) -> str:
    if runs is not None:
        return f"none of {counted(runs.planned, 'run')} is there"
    lacking = {"arm": printed.arm, "task": printed.task, "number of labels": printed.shots}
    missing = [name for name, value in lacking.items() if value is None]
    return f"no one {' or '.join(missing)} of ours" if missing else "not in these results"


def _ours(block: Block, printed: PublishedCell, runs: Runs) -> OurCell:
    scores, selected = scores_of(runs, printed.metric), ""
    rule = printed.selection
    if block.protocol == "paper" and rule.rule == "top" and rule.keep and len(scores) >= rule.keep:
        dev = runs.dev
        best = sorted(scores, key=lambda unit: (-dev.get(unit, 0.0), unit))[: rule.keep]
        scores, selected = {unit: scores[unit] for unit in best}, f"top {rule.keep} of {len(scores)} by development score"
    # Averaged before they are scaled: the mean of 0.1 and 0.2 must be one number in every table, to the last digit that is rounded.
    values = list(scores.values())
    mean = 100 * statistics.fmean(values) if values else None
    spread = 100 * statistics.stdev(values) if len(values) > 1 else None
    marks = [mark for mark, on in {"l": runs.cut, "p": runs.partial, "s": block.stand_in}.items() if on]
    return OurCell(runs.cell, mean, spread, len(values), runs.planned, selected, runs.median("seconds"), tuple(marks))


def scores_of(runs: Runs, metric: str) -> dict[Unit, float]:
    """Unit -> any metric of the records, as a fraction of 1; runs without it are left out."""
    if metric == runs.cell.metric:
        return runs.scores
    told = [json.loads(text).get(metric) for text in runs.column("metrics")]
    return {unit: float(value) for unit, value in zip(runs.units, told, strict=True) if value is not None}


def _asked(table: PublishedTable, block: Block, printed: PublishedCell) -> _Asked | None:
    """What a verdict on a printed cell takes; None where there can be none."""
    base, mine = table.base(printed), _find(block, printed)
    if base is None or mine is None or not mine.scores or not (printed.known and base.known) or table.kind != "scores":
        return None
    theirs = _find(block, base)
    if theirs is None or printed.metric != mine.cell.metric or printed.arm is None or base.arm is None:
        return None
    units = paired(block, printed.arm, mine.cell, base.arm)
    claim = PublishedClaim(_arm(printed), _arm(base), _top(printed))
    return _Asked(claim, _our_runs(units, mine, theirs), setting(table, block, printed, mine.cell), units, mine, theirs)


def _arm(cell: PublishedCell) -> PublishedArm:
    assert cell.value is not None
    return PublishedArm(cell.value, cell.spread, KINDS.get(cell.spread_kind or "", "unknown"), cell.n)


def _top(cell: PublishedCell) -> tuple[int, int] | None:
    rule = cell.selection
    return (rule.keep, rule.of) if rule.rule == "top" and rule.keep and rule.of else None


def _our_runs(units: PairedUnits, mine: Runs, theirs: Runs) -> OurRuns:
    dev, base_dev = (_dev(units, runs) for runs in (mine, theirs))
    if dev is None or base_dev is None:
        dev = base_dev = None
    return OurRuns(
        100 * units.a,
        100 * units.b,
        dev,
        base_dev,
        variance_factor=units.variance_factor,
        unit=units.unit,
        conditional=units.conditional,
    )


def _dev(units: PairedUnits, runs: Runs) -> list[float] | None:
    """Development scores in percent, in the order of the units; None where a unit is a mean of several runs."""
    found = [runs.dev.get(Unit.of(label)) for label in units.labels]
    return None if None in found else [100 * value for value in found if value is not None]


def setting(table: PublishedTable, block: Block, printed: PublishedCell, cell: ScoredCell) -> ClaimSetting:
    """How our runs of a cell relate to the printed ones."""
    rows = block.frame[block.frame["task"] == cell.task]
    partial, fill = ",".join(sorted(set(rows["partial"]))), table.fill
    encoders = {row["encoder"] for row in block.runs[str(printed.arm), cell].rows}
    same = (
        block.profile in fill.profiles and block.protocol == fill.protocol and printed.encoder is not None and encoders == {printed.encoder}
    )
    pool = block.pool_size(cell) if "train" in partial else None
    floor = floor_of(block, cell)
    labels = [int(n) for n in rows.loc[rows["shots"] == cell.size, "n_train"].dropna()]
    return ClaimSetting(
        direct=same and not partial,
        stand_in=block.stand_in,
        partial_test="test" in partial or capped(block, cell),
        pool_times_shots=None if "train" not in partial else (pool / max(labels) if pool and labels else 1.0),
        at_floor=floor is not None and floor.at_floor,
    )


def capped(block: Block, cell: ScoredCell) -> bool:
    """Whether fewer test examples were scored than the protocol scores: all of the task's test set, or the half of the official validation
    set that scores in the papers' few-shot protocol (docs/protocol.md)."""
    try:
        task = load_task(cell.task)
    except UserError:
        return False
    whole = task.rows.get("test")
    if whole is None:
        return False
    half = block.protocol == "paper" and cell.size != "all" and task.test_is_validation
    return len(block.gold.get(cell, ())) < (whole // 2 if half else whole)
