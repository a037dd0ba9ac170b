"""The post-hoc tables of a block: selecting runs, tuning budgets, seed ensembles. Nothing is trained, and nothing here chooses anything."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from reports.analysis import context
from reports.analysis.analysis import Analysis
from reports.post_hoc.seed_ensembles import SIZES, EnsembleScores, ensemble_scores
from reports.post_hoc.selection_effects import PRACTICES, PairedScores, PracticeEffect, paired_scores, practice_effects
from reports.post_hoc.tuning_budget import TuningBudget, alternative_settings, tuning_budgets
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

POINT = 1.0  # a gain above so many points counts in the summary
BUDGETS = (2, 4, 8, 16, 32, 64)
POST_HOC = "Post hoc, from stored results; nothing was trained or chosen for this table."
BY_TEST = (
    "By test score: selecting by the test score is what inflates a table; it is shown for its size, and no number of any other table is "
    "selected by it."
)
BY_DEV = (
    "By development score: what somebody gets who trains so many runs and keeps the best by development score. Beside an arm that reports "
    "all of its runs it inflates too: more was spent."
)
EXACT = "Expected values over all subsets of the runs, without replacement; ties in the ranking share."


def post_hoc_tables(block: Block, analysis: Analysis | None) -> Iterator[Table]:
    """The tables that the block has enough runs, trials or predictions for."""
    against = analysis.against if analysis else None
    scores = list(paired_scores(block, against))
    effects = practice_effects(scores)
    if effects:
        yield inflation_table(block, effects, against)
        yield selection_table(block, scores, [effect for effect in effects if effect.lifts])
    if budgets := [*tuning_budgets(block), *alternative_settings(block)]:
        yield budget_table(block, budgets)
    if ensembles := list(ensemble_scores(block)):
        yield ensemble_table(block, ensembles)


def inflation_table(block: Block, effects: Sequence[PracticeEffect], against: str | None) -> Table:
    """One row per practice: what it would add to the scores of this report, and to the gains over the baseline."""
    heads = ("scores", "added to a score, mean", "added to a score, largest", "comparisons", "added to a gain, both select")
    more = ("added to a gain, only the method selects", "gains above 1 point: all runs", "both select", "only the method selects")
    return Table(
        name=f"selection-inflation.{block.name}",
        caption=f"What selecting runs would add to the tables of this report, in points: {block.title}",
        columns=(TableColumn("practice", ("practice",), False), *(TableColumn(head, (head,)) for head in (*heads, *more))),
        rows=tuple(_effect(effect) for effect in effects),
        header=(
            *context.header(block),
            POST_HOC,
            f"Gains are over {against}, on the runs that both arms have." if against else "There is no baseline, so no gains.",
        ),
        footnotes=(EXACT, BY_DEV, BY_TEST, *_no_dev(effects), *context.notes(block)),
        sortable=False,
    )


def _effect(effect: PracticeEffect) -> TableRow:
    changes = [[gain[i] - gain[0] for gain in effect.gains] for i in (1, 2)]
    counts = effect.above(POINT) if effect.gains else (None, None, None)
    return TableRow(
        (
            words(effect.practice.name),
            _count(len(effect.lifts)),
            _points(effect.lifts),
            TableCell(max(effect.lifts), signed=True),
            _count(len(effect.gains)),
            _points(changes[0]),
            _points(changes[1]),
            *(TableCell() if count is None else _count(count) for count in counts),
        )
    )


def _points(values: Sequence[float]) -> TableCell:
    return TableCell(statistics.fmean(values), signed=True) if values else TableCell()


def _mean(block: Block, arm: str, cell: ScoredCell, value: float) -> TableCell:
    """The mean of all runs, with the marks of what must be known of them."""
    runs = block.runs[arm, cell]
    said = {"a": bool(runs.alarms), "l": runs.cut, "p": runs.partial, "s": block.stand_in, "x": runs.failed > 0}
    return TableCell(value, marks=tuple(mark for mark, on in said.items() if on))


def _count(value: int) -> TableCell:
    return TableCell(float(value), scale=1, digits=0)


def _no_dev(effects: Sequence[PracticeEffect]) -> tuple[str, ...]:
    if any(effect.practice.guide == "dev" for effect in effects):
        return ()
    return ("The runs keep no development scores, so that selection by them cannot be shown.",)


def selection_table(block: Block, scores: Sequence[PairedScores], effects: Sequence[PracticeEffect]) -> Table:
    """One row per arm and cell: the mean of all runs, and what each practice adds to it."""
    practices = [practice for practice in PRACTICES if practice in {effect.practice for effect in effects}]
    heads = (TableColumn("arm", ("arm",), False), TableColumn("cell", ("cell",), False), TableColumn("runs", ("runs",)))
    lifts = (TableColumn(practice.name, (practice.name,)) for practice in practices)
    rows = []
    for one in scores:
        added = [one.lift(practice) for practice in practices]
        if any(value is not None for value in added):
            numbers = (
                _count(len(one.test)),
                _mean(block, one.arm, one.cell, one.mean),
                *(TableCell(value, signed=True) for value in added),
            )
            rows.append(TableRow((words(one.arm), words(one.cell.label), *numbers), name=f"{one.arm} | {one.cell.label}"))
    return Table(
        name=f"selection.{block.name}",
        caption=f"What selecting runs would add to each score, in points: {block.title}",
        columns=(*heads, TableColumn("mean of all runs", ("mean of all runs",)), *lifts),
        rows=tuple(rows),
        header=(*context.header(block), POST_HOC),
        footnotes=(EXACT, BY_DEV, BY_TEST, *context.notes(block)),
    )


def budget_table(block: Block, budgets: Sequence[TuningBudget]) -> Table:
    """One row per arm and cell: test score of a random setting, of the one chosen by development score from 2, 4, ... and all settings."""
    ks = [k for k in BUDGETS if any(k < len(one.test) for one in budgets)]
    names = (
        *("arm", "cell", "settings are", "settings", "one at random"),
        *(f"best of {k} by development score" for k in ks),
        *("of all by development score", "its development score", "of all by test score"),
    )
    return Table(
        name=f"tuning-budget.{block.name}",
        caption=f"What a tuning budget buys, mean test score over splits in points: {block.title}",
        columns=tuple(TableColumn(name, (name,), name not in ("arm", "cell", "settings are")) for name in names),
        rows=tuple(_budget(one, ks) for one in budgets),
        header=(
            *context.header(block),
            POST_HOC,
            "Trials of a search: on its tuning splits, which no other table reports. Arms: settings of one method that the suite reports "
            "as arms of their own, on the reported splits; nothing was chosen among them.",
        ),
        footnotes=(
            "Expected values over all subsets of the settings that were tried. The search itself saw development scores only.",
            "Its development score: what a table of development scores would print for the setting chosen by it; it is above the "
            "setting's test score partly because it was chosen for being high.",
            "By test score: what nobody may do; the distance to the column by development score is what it would inflate.",
            *context.notes(block),
        ),
    )


def _budget(one: TuningBudget, ks: Sequence[int]) -> TableRow:
    by_dev, n = one.by_dev.expected, len(one.test)
    chosen = (TableCell(by_dev[k - 1]) if k < n else TableCell() for k in ks)
    ends = (TableCell(by_dev[-1]), TableCell(one.dev_of_chosen.expected[-1]), TableCell(one.by_test.expected[-1]))
    kind = words("trials of a search" if one.searched else "arms")
    cells = (words(one.arm), words(one.cell.label), kind, _count(n), TableCell(by_dev[0]), *chosen, *ends)
    return TableRow(cells, name=f"{one.arm} | {one.cell.label}")


def ensemble_table(block: Block, ensembles: Sequence[EnsembleScores]) -> Table:
    """One row per arm and cell: single runs, votes of 3, of 5 and of all runs, and the mean probability of all where it was kept."""
    sizes = [size for size in SIZES if any(one.n > size for one in ensembles)]
    names = ("arm", "cell", "runs", "single run", *(f"vote of {size}" for size in sizes), "vote of all", "mean probability of all")
    several = any(one.splits > 1 for one in ensembles)
    kept = sum(one.averaged is not None for one in ensembles)
    return Table(
        name=f"ensembles.{block.name}",
        caption=f"Seed ensembles, in points: the mean of single runs, and what a vote of several runs adds to it: {block.title}",
        columns=tuple(TableColumn(name, (name,), name not in ("arm", "cell")) for name in names),
        rows=tuple(_ensemble(block, one, sizes) for one in ensembles),
        header=(*context.header(block), POST_HOC),
        footnotes=(
            "Votes of fewer than all: mean over disjoint groups in the order of seeds, each beside its own members. A tie goes to the "
            "class that the earliest run of "
            "the group names.",
            "An ensemble costs as many trainings as it has members. A table that sets an ensemble beside single runs has this much in it "
            "that is not the method.",
            *(
                ["Here a new seed also draws a new training set: k members have seen up to k times the labels of a single run."]
                if several
                else []
            ),
            *([] if kept == len(ensembles) else ["Mean probabilities need runs with --keep-probabilities."]),
            "Records keep no labels of development sets, so that an ensemble has no development score.",
            *context.notes(block),
        ),
    )


def _ensemble(block: Block, one: EnsembleScores, sizes: Sequence[int]) -> TableRow:
    def added(score: float | None) -> TableCell:
        return TableCell(score, signed=True)

    votes = (added(one.voted.get(size) if size < one.n else None) for size in sizes)
    numbers = (_count(one.n), _mean(block, one.arm, one.cell, one.single), *votes, added(one.voted[one.n]), added(one.averaged))
    return TableRow((words(one.arm), words(one.cell.label), *numbers), name=f"{one.arm} | {one.cell.label}")
