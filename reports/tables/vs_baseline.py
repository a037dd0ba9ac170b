"""Each arm against the baseline: the differences in one grid, and all the statistics behind them in a long table."""

from __future__ import annotations

import math
from dataclasses import asdict

from benchmark.stats.example_uncertainty import ExampleUncertainty
from benchmark.stats.multiplicity import holm
from benchmark.stats.paired import Comparison, ComparisonState
from benchmark.stats.power import DetectableRange
from reports.analysis import context
from reports.analysis.analysis import ALPHA, Analysis, Place, label
from reports.analysis.over_tasks import estimate_of, margin_heads, margin_note, p_beyond, smallest_effect
from reports.analysis.power_notes import missing_notes, power_notes, reach_notes
from reports.results.scored_cell import ScoredCell
from reports.tables.means_table import columns
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

NULL = "the baseline under other random numbers: the noise floor, in no family"


def differences_table(analysis: Analysis) -> Table:
    """Mean paired difference in points with its t interval, per arm and cell."""
    block = analysis.block
    rows = [TableRow((words(arm), *(difference_cell(analysis, (arm, cell)) for cell in block.cells))) for arm in analysis.arms]
    rows.append(
        TableRow(
            (words("smallest detectable, largest of the arms"), *(_detectable(analysis, cell) for cell in block.cells)),
            rule=True,
            foot=True,
        )
    )
    return Table(
        name=f"against-{analysis.against}.{block.name}",
        caption=f"Difference to {analysis.against} in points, mean over pairs [95 % t interval]: {block.title}",
        columns=columns(block),
        rows=tuple(rows),
        header=(*context.header(block), *_rules(analysis)),
        footnotes=(*power_notes(analysis), *reach_notes(analysis), *missing_notes(analysis), *context.notes(block)),
    )


def _rules(analysis: Analysis) -> tuple[str, ...]:
    families = [f"{name}: {family}" for name, family in analysis.families.items()]
    null = f"{analysis.null} is {NULL}." if analysis.null else f"No arm is {analysis.against} under other random numbers: no noise floor."
    units = sorted({found.unit for found in analysis.units.values()})
    said = f"Test: two-sided paired t-test per cell, unit {' or '.join(units) or 'none'}; family: {'; '.join(families) or 'empty'}."
    variances = sorted({found.variance for found in analysis.comparisons.values() if "Nadeau" in found.variance})
    return (said, null, *(f"Variance: {name}." for name in variances), *conditions(analysis))


def conditions(analysis: Analysis) -> tuple[str, ...]:
    """What the comparisons are conditional on, one line each: every table that uses them has these lines."""
    return tuple(
        f"Claims are {one}." for one in sorted({found.conditional for found in analysis.comparisons.values() if found.conditional})
    )


def difference_cell(analysis: Analysis, place: Place) -> TableCell:
    """The mean paired difference of one comparison with its interval and marks."""
    found = analysis.comparisons.get(place)
    if found is None:
        return words("not planned")
    if found.difference is None:
        return TableCell(text=str(found.state), marks=tuple(_marks(analysis, place, found)))
    ends = None if found.interval is None else (found.interval.low, found.interval.high)
    planned = min(analysis.block.runs[name, place[1]].planned for name in (place[0], analysis.against))
    marks = tuple(_marks(analysis, place, found))
    n, uneven = analysis.units[place].runs, analysis.block.uneven
    return TableCell(found.difference, interval=ends, n=n, planned=planned, counted=uneven, marks=marks, signed=True)


def _marks(analysis: Analysis, place: Place, found: Comparison) -> list[str]:
    scope = analysis.over_examples.get(place)
    on = {
        "c": sum(found.collapsed) > 0,
        "f": analysis.floored(place[1]),
        "h": analysis.significant(place),
        "k": found.leans and found.p is not None and found.p <= ALPHA,
        "l": analysis.block.runs[place].cut,
        "p": analysis.block.runs[place].partial,
        "s": analysis.block.stand_in,
        "t": analysis.significant(place) and (scope is None or scope.scope != "task"),
        "u": found.n > 0 and not found.reach.reachable,
    }
    return [mark for mark, is_on in on.items() if is_on]


def _detectable(analysis: Analysis, cell: ScoredCell) -> TableCell:
    """Of the least steady comparison of a cell."""
    values = [one for place in analysis.comparisons if place[1] == cell and (one := analysis.detectable_in(place)) is not None]
    return _detectable_cell(DetectableRange(max(one.low for one in values), max(one.high for one in values)) if values else None)


def _detectable_cell(found: DetectableRange | None) -> TableCell:
    if found is None:
        return TableCell()
    if found.low == found.high and math.isfinite(found.low):
        return TableCell(found.low)
    ends = dict.fromkeys("more than the scores allow" if math.isinf(end) else f"{100 * end:.1f}" for end in (found.low, found.high))
    return words(" to ".join(ends))


FIELDS = (
    *("arm", "cell", "pairs", "difference", "low", "high", "p", "Holm p", "conclusion", "sign-flip p", "Wilcoxon p", "McNemar p, collapse"),
    *("collapsed", "Hedges g", "won / tied / lost", "sd of differences", "smallest detectable", "on new test examples"),
)
TEXT = {"arm", "cell", "conclusion", "collapsed", "won / tied / lost", "on new test examples"}


def statistics_table(analysis: Analysis) -> Table:
    """One line per comparison with everything that was computed."""
    block = analysis.block
    margin = None if analysis.looks is not None else smallest_effect(block.suite)
    against = _against_margin(analysis, margin)
    rows = [TableRow((*_line(analysis, place), *against.get(place, ()))) for place in analysis.places]
    return Table(
        name=f"statistics-{analysis.against}.{block.name}",
        caption=f"All comparisons with {analysis.against}, differences in points: {block.title}",
        columns=tuple(TableColumn(name, (name,), name not in TEXT) for name in (*FIELDS, *margin_heads(margin))),
        rows=tuple(rows),
        header=(*_rules(analysis), *([margin_note(margin).strip()] if margin is not None else [])),
        footnotes=(*power_notes(analysis), *reach_notes(analysis), *missing_notes(analysis), *sensitivity_notes(analysis)),
        data={label(place): asdict(analysis.comparisons[place]) for place in analysis.places},
    )


def _against_margin(analysis: Analysis, margin: float | None) -> dict[Place, tuple[TableCell, ...]]:
    """The tests of each comparison against a declared smallest effect in points, Holm within each family of the report."""
    if margin is None:
        return {}
    found: dict[Place, tuple[TableCell, ...]] = {place: (TableCell(), TableCell()) for place in analysis.places}
    for places in analysis.members.values():
        estimates = {place: estimate_of(analysis.units[place]) for place in places}
        beyond, within = (
            holm({label(place): None if one is None else test(one) for place, one in estimates.items()}, alpha=ALPHA).adjusted
            for test in (lambda one: p_beyond(one, margin), lambda one: one.p_equivalence(margin))
        )
        found |= {place: (p_value(beyond[label(place)]), p_value(within[label(place)])) for place in places}
    return found


def sensitivity_notes(analysis: Analysis) -> tuple[str, ...]:
    """What the secondary tests are, and where they disagree with the primary."""
    return (
        "p: paired t-test, the primary. Sign-flip: exact permutation, from six pairs. Wilcoxon and McNemar: only where a run collapsed. "
        "Interval and detectable difference: before and at the first step of Holm's correction.",
        "On new test examples: two-way bootstrap over splits and test examples (2,000 resamples, 95 %), where the corrected test shows a "
        "difference.",
    )


def _line(analysis: Analysis, place: Place) -> list[TableCell]:
    found, scope = analysis.comparisons[place], analysis.over_examples.get(place)
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    shares = (found.won, found.tied, found.lost)
    return [
        words(place[0]),
        words(place[1].label),
        TableCell(float(found.n), scale=1, digits=0),
        _points(found.difference, signed=True),
        _points(low, signed=True),
        _points(high, signed=True),
        p_value(found.p),
        p_value(analysis.adjusted(place)),
        words(conclusion(analysis, place)),
        p_value(found.p_sign_flip),
        p_value(found.p_wilcoxon),
        p_value(found.p_collapse),
        words(f"{found.collapsed[0]} against {found.collapsed[1]}"),
        TableCell(found.hedges_g, scale=1, digits=2, signed=True),
        words("-" if None in shares else " / ".join(f"{100 * (share or 0):.0f} %" for share in shares)),
        _points(found.sd),
        _detectable_cell(analysis.detectable_in(place)),
        words(_on_new_examples(analysis, place, scope)),
    ]


def _on_new_examples(analysis: Analysis, place: Place, scope: ExampleUncertainty | None) -> str:
    """What holds for new test examples; nothing is claimed there of a comparison that the corrected test does not show."""
    return scope.sentence if scope is not None and analysis.significant(place) else "-"


def _points(value: float | None, signed: bool = False) -> TableCell:
    return TableCell(value, signed=signed)


def p_value(p: float | None) -> TableCell:
    """A p with two digits that count; very small ones as `< 0.0001`."""
    if p is None:
        return TableCell()
    return TableCell(value=p, text="< 0.0001" if p < 1e-4 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}", scale=1)


def conclusion(analysis: Analysis, place: Place) -> str:
    """What may be said of one comparison, in words."""
    found = analysis.comparisons[place]
    if found.state in (ComparisonState.NONE, ComparisonState.SINGLE, ComparisonState.TWO):
        return str(found.state)
    if not found.reach.reachable:
        return f"{found.n} pairs cannot reach the level; {found.reach.needed} could"
    if analysis.floored(place[1]):
        return "at floor: outside the family"
    if place[0] in analysis.nulls:
        return f"{'noise floor' if place[0] == analysis.null else 'other random numbers'}: outside the family"
    said = _direction(analysis, place, found)
    said += f" ({found.state}: no t-test, the sign-flip test stands in)" if found.state == ComparisonState.CONSTANT else ""
    said += f" ({found.conditional})" if found.conditional else ""
    return f"{said} (sensitivity tests disagree)" if found.disagree else said


def _direction(analysis: Analysis, place: Place, found: Comparison) -> str:
    if not analysis.significant(place) or found.difference is None:
        return "no difference shown" if found.state != ComparisonState.IDENTICAL else str(found.state)
    word = "better" if found.difference > 0 else "worse"
    scope = analysis.over_examples.get(place)
    if scope is None:
        why = "predictions not available" if place[1].metric == "accuracy" else f"not computed for {place[1].metric}"
        return f"{word} on these test examples (for others: {why})"
    return f"{word} on {place[1].task}" if scope.scope == "task" else f"{word} on these test examples"
