"""Reports of a search and of looks: tuned or default, what was chosen, which look ended what, and p-values that know of the looks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from benchmark.cell import Cell
from benchmark.planning.adaptive.stopping_rule import StoppingRule
from benchmark.records.manifest import Manifest
from benchmark.records.store import RecordStore
from benchmark.stats.sequential.boundaries import sequential_p
from reports.analysis.analysis import analyse
from reports.analysis.contents import contents
from reports.analysis.context import header, notes
from reports.analysis.headlines import headlines
from reports.analysis.power_notes import missing_notes
from reports.figures.search_curve import best_of_k_settings
from reports.figures.selection_curve import best_of_k_curves
from reports.results.blocks import Block, read_results
from reports.tables.across_table import across_table
from reports.tables.search_and_looks import choices_table, looks_table

SEARCH = {
    "trials": 3,
    "splits": [1000, 1001, 1002, 1003, 1004],
    "labels": {"sst2 N=20": 190},
    "drawn": {"ce": 0, "scl": 3},
    "spaces": {"scl": {"weight": [0.1, 0.9]}},
    "choices": [{"cell": "sst2 N=20", "arm": "scl", "setting": {"weight": 0.1}, "trial": 2, "means": [0.6, None, 0.7], "why": ""}],
}
RULE = StoppingRule()
CELL = Cell("sst2", "20").label
LOOKS = {
    **RULE.summary(1),
    "baseline": "ce",
    "table": [
        {
            "cell": CELL,
            "arm": "scl",
            "seeds": seeds,
            "pairs": seeds,
            "difference": difference,
            "p": p,
            "why": why,
            "level": RULE.levels(1)[number],
            "futility": RULE.futile_from(1)[number],
            "low": difference - 0.01,
            "high": difference + 0.01,
        }
        for number, (seeds, difference, p, why) in enumerate([(5, 0.02, 0.03, ""), (10, 0.04, 0.001, "crossed")])
    ],
}
OF_AN_OLDER_RELEASE = {
    "seeds": [5, 10, 20, 50],
    "alpha": 0.05,
    "comparisons": 1,
    "level": 0.0125,
    "test": "paired t-test, two-sided",
    "baseline": "ce",
    "table": [
        {"cell": CELL, "arm": "scl", "seeds": 5, "pairs": 5, "difference": 0.02, "p": 0.03, "why": ""},
        {"cell": CELL, "arm": "scl", "seeds": 10, "pairs": 10, "difference": 0.04, "p": 0.001, "why": "crossed"},
    ],
}
SCORES = {"ce": [0.60, 0.62, 0.58, 0.64, 0.61, 0.59], "scl": [0.62, 0.61, 0.63, 0.65, 0.63, 0.60]}


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.fixture
def block_of(filled: Callable[..., Path], tmp_path: Path) -> Callable[..., Block]:
    """A block of two arms in one cell, with this design in its manifest; an earlier manifest of it has none of the results."""

    def make(design: dict[str, Any], earlier: dict[str, Any] | None = None) -> Block:
        for path in tmp_path.glob("results/manifests/*"):
            path.unlink()
        folder = filled(tmp_path / "results", {("sst2", "20", ""): SCORES})
        store = RecordStore(folder)
        (plan,) = [plan for plan in store.manifests() if isinstance(plan, Manifest)]
        for path in (folder / "manifests").iterdir():
            path.unlink()
        for one in (design, earlier):
            if one is not None:
                store.write_manifest(plan.model_copy(update={"design": one}))
        (block,) = read_results(folder).blocks
        return block

    return make


def shown(table: Any) -> str:
    return "\n".join([table.caption, *("|".join(row) for row in table.grid()), *table.legend])


def test_defaults_are_called_defaults(block_of: Callable[..., Block]) -> None:
    block = block_of({})
    assert any("parameters: defaults" in line for line in header(block))
    assert choices_table(block) is looks_table(block) is best_of_k_settings(block) is None


def test_tuned_results_say_so_with_their_budget(block_of: Callable[..., Block]) -> None:
    said = " ".join(header(block_of({"search": SEARCH})))
    assert "parameters: tuned, 3 settings per arm and cell, chosen by development score, none chosen by test score" in said


def test_the_choices_stand_in_a_table(block_of: Callable[..., Block]) -> None:
    text = shown(choices_table(block_of({"search": SEARCH})))
    assert "scl|sst2 N=20|weight = 0.1|3|3|70.0|60.0" in text
    assert "sst2 N=20: 190" in text
    assert "no trials: ce" in text


def test_the_manifest_with_the_choice_is_the_one_that_counts(block_of: Callable[..., Block]) -> None:
    trials = {name: value for name, value in SEARCH.items() if name != "choices"}
    assert choices_table(block_of({"search": SEARCH}, earlier={"search": trials})) is not None
    assert choices_table(block_of({"search": trials})) is None


def test_the_curve_of_settings_is_drawn_beside_that_of_runs(block_of: Callable[..., Block]) -> None:
    block = block_of({"search": SEARCH})
    figure = best_of_k_settings(block)
    assert figure is not None
    (line,) = figure.axes[0].lines
    assert list(line.get_ydata()) == pytest.approx([65.0, 70.0])  # type: ignore[arg-type]
    assert best_of_k_curves(block) is not None
    assert {picture.name.split(".")[0] for picture in contents(block).pictures} >= {"best-of-k", "best-of-k-settings"}


def test_the_look_that_ended_a_comparison_is_told_with_its_boundaries_and_a_valid_interval(block_of: Callable[..., Block]) -> None:
    text = shown(looks_table(block_of({"looks": LOOKS})))
    valid = sequential_p(0.001, 1, RULE.fractions, "pocock")
    assert f"scl|{CELL}|2 of 4|10|10|+4.0 [+3.0; +5.0]|0.001|0.0087|0.92|{valid:.2g}|crossed: p is at or below the level" in text
    assert "spent over the looks as pocock does" in text
    assert "Futility is not binding" in text
    assert "+2.0" not in text


def test_a_comparison_that_stopped_for_futility_says_so(block_of: Callable[..., Block]) -> None:
    table = [{**LOOKS["table"][0], "p": 0.97, "why": "futile"}]
    text = shown(looks_table(block_of({"looks": {**LOOKS, "table": table}})))
    assert "stopped for futility: p is at or above the futility level" in text
    assert "not that there is no difference" in text


def test_looks_of_an_older_release_are_shown_by_their_own_rule(block_of: Callable[..., Block]) -> None:
    text = shown(looks_table(block_of({"looks": OF_AN_OLDER_RELEASE})))
    assert f"scl|{CELL}|2 of 4|10|10|+4.0|0.001|-|-|0.004|crossed: p is at or below the level" in text
    assert "level 0.0125 at each look: 0.05 over 4 looks and 1 comparison." in text


def test_the_furthest_manifest_tells_the_looks(block_of: Callable[..., Block]) -> None:
    earlier = {"looks": {**LOOKS, "table": LOOKS["table"][:1]}}
    assert "10|10" in shown(looks_table(block_of({"looks": LOOKS}, earlier=earlier)))


@pytest.mark.parametrize("looks", [LOOKS, OF_AN_OLDER_RELEASE], ids=["spending", "equal shares"])
def test_corrected_p_values_and_intervals_know_how_often_was_looked(block_of: Callable[..., Block], looks: dict[str, Any]) -> None:
    plain, looked = (analyse(block_of(design)) for design in ({}, {"looks": looks}))
    assert plain is not None
    assert looked is not None
    (place,) = plain.members["paper scl, suite glue-fewshot"]
    found, wide = plain.comparisons[place], looked.comparisons[place]
    assert found.p is not None
    assert found.interval is not None
    assert wide.interval is not None
    assert plain.adjusted(place) == pytest.approx(found.p)
    if "spending" in looks:
        valid, level = sequential_p(found.p, 1, RULE.fractions, "pocock"), RULE.levels(1)[1]
    else:
        valid, level = min(1.0, 4 * found.p), 0.05 / 4
    assert looked.adjusted(place) == pytest.approx(valid)
    assert wide.p == found.p
    units = looked.units[place]
    ends = stats.t.interval(1 - level, units.n - 1, found.difference, stats.sem(units.a - units.b))
    assert (wide.interval.low, wide.interval.high) == pytest.approx(ends)
    assert wide.interval.method.startswith("repeated confidence interval")
    assert any("looks at 5, 10, 20, 50 seeds" in line for line in notes(looked.block))
    assert missing_notes(looked) == ()


def test_no_test_over_tasks_is_made_of_cells_that_chose_their_own_end(block_of: Callable[..., Block]) -> None:
    analysis = analyse(block_of({"looks": LOOKS}))
    assert analysis is not None
    (one,) = headlines(analysis)
    assert one.p_holm is None
    assert "not tested over tasks" in one.said


def test_a_count_of_tasks_is_a_test_too_and_not_made_there(filled: Callable[..., Path], tmp_path: Path) -> None:
    folder = filled(tmp_path / "results", {(task, "20", ""): SCORES for task in ("sst2", "trec")})
    (plan,) = [plan for plan in RecordStore(folder).manifests() if isinstance(plan, Manifest)]
    for path in (folder / "manifests").iterdir():
        path.unlink()
    RecordStore(folder).write_manifest(plan.model_copy(update={"design": {"looks": LOOKS}}))
    (block,) = read_results(folder).blocks
    analysis = analyse(block)
    assert analysis is not None
    table = across_table(analysis)
    assert table is not None
    column = [column.name for column in table.columns].index("better on at least")
    assert {row[column] for row in table.grid() if row[1] == "scl"} == {"not tested"}


def test_the_curve_of_settings_is_drawn_for_an_arm_that_the_report_calls_otherwise(block_of: Callable[..., Block]) -> None:
    """The search chose one setting for two arms, or code changed between two runs: the results have no arm of the choice's name."""
    choice = {**SEARCH["choices"][0], "arm": "scl-wide"}  # type: ignore[index]
    assert best_of_k_settings(block_of({"search": {**SEARCH, "choices": [choice]}})) is not None
