"""Which comparisons are made, what they are paired by, and which family they belong to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmark.records.atomic_files import dump_checksummed
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import Predictions
from benchmark.records.spec import SplitSpec
from benchmark.records.store import RecordStore
from reports.analysis.analysis import analyse, correctness
from reports.analysis.contents import contents
from reports.results.arm_role import ArmRole
from reports.results.blocks import read_results
from reports.tables.vs_baseline import conclusion, differences_table, statistics_table


def analysis_of(folder, **options):
    (block,) = read_results(folder).blocks
    return analyse(block, **options)


def test_a_comparison_is_the_paired_t_test_of_scipy(grid):
    analysis = analysis_of(grid)
    place = next(place for place in analysis.places if place[0] == "scl" and place[1].label == "sst2 N = 20")
    mine, theirs = [0.65, 0.66, 0.63, 0.67, 0.67, 0.62], [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    wanted = stats.ttest_rel(mine, theirs)
    assert analysis.comparisons[place].p == pytest.approx(wanted.pvalue)
    assert analysis.comparisons[place].difference == pytest.approx(np.mean(np.subtract(mine, theirs)))


def test_the_noise_floor_is_shown_and_in_no_family(grid):
    analysis = analysis_of(grid)
    assert analysis.arms == ["ce-null", "scl"]
    assert {arm for places in analysis.members.values() for arm, _ in places} == {"scl"}
    assert differences_table(analysis).rows[0].cells[0].text == "ce-null"


def test_a_family_spans_the_suite_or_each_task(grid):
    assert {name: family.size for name, family in analysis_of(grid).families.items()} == {"paper scl, suite glue-fewshot": 3}
    assert {name: family.size for name, family in analysis_of(grid, scope="task").families.items()} == {
        "paper scl, task sst2": 2,
        "paper scl, task trec": 1,
    }


def test_families_follow_what_methods_declare(tmp_path, filled):
    """One family per paper, one for rivals, one for sanity arms: a control or a baseline makes no paper's claim harder to show."""
    arms = ("ce", "tfidf", "ce-matched", "scl", "scl-placebo", "dae-ft", "three-phase", "rdrop", "not-installed")
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): {arm: [0.6, 0.62, 0.64] for arm in arms}}))
    found = {name.split(",")[0]: {arm for arm, _ in places} for name, places in analysis.members.items()}
    assert found == {
        "sanity arms": {"tfidf", "ce-matched", "scl-placebo"},
        "paper scl": {"scl"},
        "paper three-phase": {"dae-ft", "three-phase"},
        "rivals": {"rdrop"},
        "paper not-installed": {"not-installed"},
    }


def test_the_manifest_s_declaration_comes_before_that_of_the_installed_method(grid):
    (block,) = read_results(grid).blocks
    declared = replace(block, declared={"scl": ArmRole("scl", "control", ("cat",))})
    assert set(analyse(declared).families) == {"sanity arms, suite glue-fewshot"}


def test_cells_at_floor_stay_outside_the_family(tmp_path, filled):
    low = {"ce": [0.5, 0.51, 0.52], "scl": [0.53, 0.52, 0.5]}
    high = {"ce": [0.6, 0.61, 0.62], "scl": [0.7, 0.72, 0.73]}
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): low, ("sst2", "100", ""): high}))
    assert [family.size for family in analysis.families.values()] == [1]
    place = next(place for place in analysis.places if place[1].shots == "20")
    assert analysis.adjusted(place) is None
    assert conclusion(analysis, place) == "at floor: outside the family"


def test_a_missing_partner_is_told_and_the_comparison_keeps_its_place_in_the_family(tmp_path, filled):
    cells = {("sst2", "20", ""): {"ce": [0.6, 0.62, 0.64, 0.61], "scl": [0.65, None, 0.7, 0.63], "cat": [None] * 4}}
    analysis = analysis_of(filled(tmp_path, cells))
    table = differences_table(analysis)
    assert [found.n for found in analysis.comparisons.values()] == [3, 0]
    assert {name: found.size for name, found in analysis.families.items()} == {
        "paper scl, suite glue-fewshot": 1,
        "paper cat, suite glue-fewshot": 1,
    }
    assert any("a run of one or both arms is not there (up to 4 pairs)" in line for line in table.footnotes)
    assert next(row for row in table.rows if row.cells[0].text == "cat").cells[1].shown == "no pair"


def test_a_design_that_cannot_reach_the_level_says_so(tmp_path, filled):
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.7, 0.73]}}))
    table = differences_table(analysis)
    assert table.rows[0].cells[1].marks == ("u",)
    assert any("2 pairs: the t-test cannot reach 0.05" in line and "3 pairs could" in line for line in table.footnotes)


def test_the_smallest_detectable_difference_stands_under_the_table(grid):
    assert any("with power .8" in line for line in differences_table(analysis_of(grid)).footnotes)
    assert any("with power .8" in line for line in statistics_table(analysis_of(grid)).footnotes)


def test_correctness_per_example_averages_to_the_score(grid):
    (block,) = read_results(grid).blocks
    runs = block.runs["ce", block.cells[0]]
    right = correctness(block, runs, [0, 1, 2, 3, 4, 5], runs.units)
    assert right.shape == (6, 200)
    assert right.mean(axis=1) == pytest.approx([0.60, 0.62, 0.58, 0.64, 0.61, 0.59])


def test_correctness_is_of_the_runs_whose_partner_finished_too(tmp_path, make_spec, make_record):
    """Two seeds on each split, one run of the method lost: its partner is in no difference, and so in no statement on test examples."""
    store, rows = RecordStore(tmp_path), []
    for arm, lost in (("ce", ()), ("scl", ((1, 1),))):
        for split, seed in ((0, 0), (0, 1), (1, 0), (1, 1)):
            spec = make_spec(arm, seed, split=SplitSpec(split_seed=split, shots="20"))
            rows.append(ManifestRow.of(spec, arm=arm, task_source="mirror", n_train=20, n_dev=20, n_test=200))
            if (split, seed) not in lost:
                store.write(make_record(store, spec, 0.5 + 0.1 * split + 0.05 * seed))
    store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows)))
    (block,) = read_results(tmp_path).blocks
    mine, theirs = (block.runs[arm, block.cells[0]] for arm in ("scl", "ce"))
    assert [tuple(unit)[:2] for unit in theirs.shared(mine)] == [(0, 0), (0, 1), (1, 0)]
    right = correctness(block, theirs, [0, 1], theirs.shared(mine))
    assert right.mean(axis=1) == pytest.approx([0.525, 0.60])


def answered(folder, wrong):
    """Give every run of a folder predictions of which those at `wrong[arm](seed)` are wrong, and the score that they have."""
    store = RecordStore(folder)
    for record in list(store):
        labels = [i % 2 for i in range(record.n_test)]
        for place in (places := wrong[record.spec.method.name](record.spec.seed)):
            labels[place] = 1 - labels[place]
        told = {"predictions": Predictions.of(labels, 2), "metrics": {"accuracy": 1 - len(places) / record.n_test}}
        store.write(record.model_copy(update=told))
    return folder


@pytest.mark.parametrize(
    ("wrong_of_scl", "said", "marked"),
    [
        (lambda seed: range(50), "better on sst2", False),  # right wherever `ce` is, and more often
        (lambda seed: range(100, 172), "better on these test examples", True),  # right on some where `ce` is wrong, and the other way round
    ],
)
def test_better_on_the_task_needs_the_test_examples_too(tmp_path, filled, wrong_of_scl, said, marked):
    """Some points on every split, which is sure for these 200 test examples and not always for the task."""
    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6] * 4, "scl": [0.6] * 4}})
    analysis = analysis_of(answered(folder, {"ce": lambda seed: range(80 - seed), "scl": wrong_of_scl}))
    (place,) = analysis.places
    assert analysis.significant(place)
    assert conclusion(analysis, place) == said
    assert ("t" in differences_table(analysis).rows[0].cells[1].marks) is marked


def test_identical_scores_are_named(tmp_path, filled):
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62, 0.64], "scl": [0.6, 0.62, 0.64]}}))
    (place,) = analysis.places
    assert conclusion(analysis, place) == "identical scores"


def test_a_suite_given_as_a_file_keeps_its_baseline(tmp_path, filled):
    """No suite of that name is installed: the manifest has the arm that its suite compares the others with."""
    cells = {("sst2", "20", ""): {"ce": [0.6, 0.62, 0.61], "probe": [0.5, 0.52, 0.51], "scl": [0.64, 0.66, 0.63]}}
    folder = filled(tmp_path, cells, suite="mine")
    assert analysis_of(folder).against == "ce"
    store = RecordStore(folder)
    (manifest,) = store.manifests()
    (tmp_path / "manifests" / f"{manifest.id}.json").write_bytes(
        dump_checksummed({**manifest.model_dump(mode="json"), "baseline": "probe"})
    )
    assert analysis_of(folder).against == "probe"


def test_every_table_of_comparisons_on_one_training_set_says_so(tmp_path, filled, make_spec):
    cells = {
        (task, shots, ""): {"ce": [0.6, 0.62, 0.61], "scl": [0.66, 0.68, 0.65]} for task in ("sst2", "trec") for shots in ("20", "100")
    }
    (block,) = read_results(filled(tmp_path, cells)).blocks
    one_split = replace(block, frame=block.frame.assign(split_seed=0))
    found = {table.name.split("-")[0]: table for table in contents(one_split).tables}
    for name in ("against", "across", "statistics", "spread"):
        assert "Claims are conditional on this training set." in found[name].header, name
    assert not any("conditional" in line for table in contents(block).tables for line in table.header)


def test_another_baseline_can_be_chosen_and_an_absent_one_gives_no_analysis(grid):
    assert analysis_of(grid, against="scl").arms == ["ce", "ce-null"]
    assert analysis_of(grid, against="nothing") is None


def test_a_detectable_difference_never_goes_beyond_what_accuracy_allows(tmp_path, filled):
    scores = {"ce": [0.90, 0.95, 0.98, 0.88, 0.93, 0.96], "scl": [0.70, 0.99, 0.80, 0.97, 0.75, 0.99]}
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): scores}))
    (place,) = analysis.places
    assert analysis.comparisons[place].detectable > 1 - 0.95
    assert math.isinf(analysis.detectable().high)
    assert any("Holm: more than the scores allow." in line for line in differences_table(analysis).footnotes)
    line = dict(zip((c.name for c in statistics_table(analysis).columns), statistics_table(analysis).rows[0].cells, strict=True))
    assert line["smallest detectable"].shown == "more than the scores allow"


def test_few_pairs_give_a_range_of_detectable_differences(tmp_path, filled):
    scores = {"ce": [0.60, 0.61, 0.60, 0.62], "scl": [0.64, 0.65, 0.64, 0.655]}
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): scores}))
    found, exact = analysis.detectable(), analysis.comparisons[analysis.places[0]].detectable
    assert found.low < exact < found.high
    (note,) = (line for line in differences_table(analysis).footnotes if line.startswith("Smallest difference"))
    assert f"from {100 * found.low:.1f} points (steadiest comparison) to {100 * found.high:.1f} points (least steady)" in note


def test_a_claim_on_one_training_set_says_so_in_its_sentence(tmp_path, filled, make_spec):
    runs = {"ce": [0.60, 0.61, 0.60, 0.62, 0.61, 0.60], "scl": [0.70, 0.72, 0.70, 0.73, 0.72, 0.70]}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): runs})).blocks
    frame = block.frame.assign(split_seed=0)
    analysis = analyse(replace(block, frame=frame))
    (place,) = analysis.places
    assert analysis.significant(place)
    assert "(conditional on this training set)" in conclusion(analysis, place)


def test_nothing_is_claimed_of_new_examples_where_no_difference_is_shown(tmp_path, filled):
    """Told from zero alone, not after the correction: the row said `no difference shown` and `better on sst2` side by side."""
    ce = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
    none = {"ce": ce, "scl": [a + 0.001 * i * (-1) ** i for i, a in enumerate(ce)]}
    gains = [0.03, 0.00, 0.04, -0.005, 0.035, 0.02]
    found = {"ce": ce, "scl": [a + b for a, b in zip(ce, gains, strict=True)]}
    analysis = analysis_of(filled(tmp_path, {("sst2", "20", ""): found, ("trec", "20", ""): none, ("subj", "20", ""): none}))
    place = next(place for place in analysis.places if place[1].task == "sst2")
    assert place in analysis.over_examples
    assert conclusion(analysis, place).startswith("no difference shown")
    table = statistics_table(analysis)
    line = next(row for row in table.rows if row.cells[0].shown == "scl")
    assert line.cells[[column.name for column in table.columns].index("on new test examples")].shown == "-"


def test_the_noise_floor_is_told_by_the_family_that_its_method_declares_and_not_by_its_name(filled, tmp_path):
    scores = {"ce": [0.6, 0.62, 0.61], "floor": [0.6, 0.6, 0.62], "ce-null": [0.7, 0.72, 0.71]}
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): scores})).blocks
    roles = {"ce": "baseline", "floor": "null", "ce-null": "paper"}
    declared = {arm: ArmRole(arm, family) for arm, family in roles.items()}
    found = analyse(replace(block, declared=declared))
    assert (found.null, found.claims) == ("floor", ["ce-null"])
    assert analyse(replace(block, declared=declared), "ce-null").null is None


@pytest.mark.parametrize(
    ("gains", "marked"),
    [
        ([0.04, 0.03, 0.05, 0.02, 0.06, 0.04], False),
        ([0.04, 0.035, 0.045, 0.04, 0.05, 0.005], True),  # one far below the rest
        ([0.04, 0.03, 0.05, 0.02, 0.06], True),  # five pairs cannot show a tail
        ([0.04, -0.03, 0.05, -0.02, 0.06, -0.09], False),  # skewed, and nothing is found
    ],
)
def test_a_finding_that_leans_on_normal_scores_is_marked(tmp_path, filled, gains, marked):
    base = [0.60, 0.63, 0.58, 0.66, 0.61, 0.57][: len(gains)]
    scores = {"ce": base, "scl": [b + gain for b, gain in zip(base, gains, strict=True)]}
    cell = differences_table(analysis_of(filled(tmp_path, {("sst2", "20", ""): scores}))).rows[0].cells[1]
    assert ("k" in cell.marks) == marked
