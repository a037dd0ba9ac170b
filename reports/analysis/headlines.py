"""The answers that a report begins with: each arm against the baseline over tasks, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark import methods
from benchmark.stats.intervals import Interval
from benchmark.stats.multiplicity import holm
from benchmark.stats.pairing import PairedUnits
from reports.analysis.analysis import ALPHA, Analysis, paired
from reports.analysis.over_tasks import TaskLevel, over_tasks, task_levels, usable
from reports.results.arm_role import RIVALS
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.table import number

HOW_TO_READ = (
    "Gains in points with 95 % intervals, for these tasks and test sets. Shown: at 5 % after Holm's correction over the arms and numbers "
    "of labels of one paper; intervals and comparisons with controls are before correction."
)


@dataclass(frozen=True)
class Compared:
    """An arm against one other, over tasks, in points.

    Args:
        against: the other arm.
        gain: mean over these tasks of the mean paired difference, with its 95 % interval.
        new_task: the same with tasks taken as a sample; None for fewer than two tasks.
        p: two-sided, on these tasks, before any correction.
    """

    against: str
    gain: Interval
    new_task: Interval | None
    p: float

    @property
    def shown(self) -> str:
        """The gain and its interval."""
        return f"{number(self.gain.value, signed=True)} [{number(self.gain.low, signed=True)}; {number(self.gain.high, signed=True)}]"


@dataclass(frozen=True)
class Headline:
    """What the report says of one arm at one number of labels.

    Args:
        arm, level: such as `scl`, `N = 20`.
        group: the family of tests (`ArmRole.group`), or `null`.
        said: the answer in words.
        table: name of the table with the numbers behind it.
        tasks, pairs: what the comparison rests on.
        baseline: the comparison with the baseline; None without enough pairs.
        controls: those with controls of the arm's method that ran.
        p_holm: corrected over the arms and levels of the group.
    """

    arm: str
    level: str
    group: str
    said: str
    table: str
    tasks: tuple[str, ...] = ()
    pairs: int = 0
    baseline: Compared | None = None
    controls: tuple[Compared, ...] = ()
    p_holm: float | None = None

    @property
    def in_words(self) -> bool:
        """Whether it belongs on the first screen: sanity arms are no answer to a question."""
        return self.group == RIVALS or self.group.startswith("paper ")


STOPPED = (
    "not tested over tasks, and the interval does not know of the looks, since each cell ended at a look that its scores chose: "
    "what was decided stands cell by cell in the table of looks"
)


@dataclass(frozen=True)
class _Measured:
    """An arm at a level before its family is known."""

    arm: str
    level: TaskLevel
    used: tuple[ScoredCell, ...]
    units: tuple[PairedUnits, ...]
    baseline: Compared | None
    controls: tuple[Compared, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.arm} {self.level.name}"


def headlines(analysis: Analysis) -> list[Headline]:
    """One per arm and level, the papers' arms first; Holm's correction over the arms and levels of a group."""
    found = [_measured(analysis, arm, level) for arm in analysis.arms for level in task_levels(analysis.block)]
    found = [one for one in found if any((one.arm, cell) in analysis.units for cell in one.level.cells)]
    groups: dict[str, dict[str, float | None]] = {}
    for one in found:
        p = None if one.baseline is None or analysis.looks is not None else one.baseline.p  # each cell stopped by its own scores
        groups.setdefault(_group(analysis.block, one.arm), {})[one.name] = p
    adjusted = {group: holm(ps, alpha=ALPHA).adjusted for group, ps in groups.items()}
    told = [_headline(analysis, one, adjusted[_group(analysis.block, one.arm)][one.name]) for one in found]
    return sorted(told, key=lambda one: (not one.group.startswith("paper "), one.group != RIVALS))


def controls_of(block: Block, arm: str) -> tuple[list[str], list[str]]:
    """The controls of an arm's method: those among the block's arms, and those installed that did not run."""
    method = block.roles[arm].method
    ran = [name for name in block.arms if method in block.roles[name].controls]
    there = {block.roles[name].method for name in block.arms}
    return ran, [entry.name for entry in methods.listing() if method in entry.controls and entry.name not in there]


def _group(block: Block, arm: str) -> str:
    return "null" if block.roles[arm].is_null else block.roles[arm].group


def _measured(analysis: Analysis, arm: str, level: TaskLevel) -> _Measured:
    suite = analysis.block.suite
    used = usable(analysis, arm, level.cells)
    units = tuple(analysis.units[arm, cell] for cell in used)
    controls = []
    for name in controls_of(analysis.block, arm)[0] if analysis.block.roles[arm].is_claim else ():
        both = [cell for cell in used if (name, cell) in analysis.block.runs]
        control = [paired(analysis.block, arm, cell, name) for cell in both]
        if (one := _compared(suite, name, both, control)) is not None:
            controls.append(one)
    return _Measured(arm, level, used, units, _compared(suite, analysis.against, used, units), tuple(controls))


def _compared(suite: str, against: str, cells: Sequence[ScoredCell], units: Sequence[PairedUnits]) -> Compared | None:
    found = over_tasks(suite, cells, units)
    if found is None:
        return None
    new_task = None if found.random is None else found.random.mean.interval()
    return Compared(against, found.fixed.interval(), new_task, found.fixed.p())


def _headline(analysis: Analysis, one: _Measured, p_holm: float | None) -> Headline:
    table = f"against-{analysis.against}.{analysis.block.name}"
    tasks = tuple(dict.fromkeys(cell.task for cell in one.used))
    pairs = sum(units.n for units in one.units)
    said = _said(analysis, one, p_holm, pairs)
    group = _group(analysis.block, one.arm)
    return Headline(one.arm, one.level.name, group, said, table, tasks, pairs, one.baseline, one.controls, p_holm)


def _said(analysis: Analysis, one: _Measured, p_holm: float | None, pairs: int) -> str:
    low = [cell.task for cell in one.level.cells if analysis.floored(cell)]
    floor = f" ({', '.join(low)} left out: no arm learnt anything there)" if low else ""
    if one.baseline is None:
        return f"{one.level.name}: too few pairs of runs for an interval{floor}."
    tasks = [cell.task for cell in one.used]
    on = f"on {', '.join(tasks)}" if len(tasks) < 4 else f"on {len(tasks)} tasks"
    judged = STOPPED if analysis.looks is not None else _judged(one, p_holm)
    return f"{one.level.name}: {one.baseline.shown} points {on}, {pairs} pairs of runs{floor}; {judged}."


def _judged(one: _Measured, p_holm: float | None) -> str:
    """What follows, with what stands in its way: the correction, one training set, the controls."""
    assert one.baseline is not None
    shown = p_holm is not None and p_holm <= ALPHA
    word = ("a gain was shown" if one.baseline.gain.value > 0 else "a loss was shown") if shown else "no difference was shown"
    conditional = sorted({units.conditional for units in one.units if units.conditional})
    said = [f"{word} ({'; '.join(conditional)})" if conditional else word]
    new = one.baseline.new_task
    if shown and (new is None or not new.excludes(0.0)):
        said.append("not shown for a new task")
    for control in one.controls:
        found = "not shown above" if control.p > ALPHA else "above" if control.gain.value > 0 else "below"
        said.append(f"{found} its control {control.against} ({control.shown})")
    return "; ".join(said)


def not_run_note(block: Block, arm: str) -> str:
    """The controls of an arm that did not run, in one sentence; "" where all did or there is none."""
    gone = controls_of(block, arm)[1] if block.roles[arm].is_claim else []
    if not gone:
        return ""
    some = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
    return f"Not shown above its control{'s' * (len(gone) > 1)} {some} (not run): nothing is known of the cause of a difference."
