"""What a tuning budget buys, from the trials of a search, against all subsets of its settings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import MethodSpec
from benchmark.records.store import RecordStore
from reports.post_hoc.post_hoc_tables import post_hoc_tables
from reports.post_hoc.tuning_budget import alternative_settings, tuning_budgets
from reports.results.blocks import read_results

# [settings][tuning splits]; the best development score belongs to the third setting, the best test score to the second.
DEV = [[0.60, 0.62], [0.61, 0.60], [0.70, 0.68]]
TEST = [[0.60, 0.61], [0.72, 0.70], [0.66, 0.64]]


@pytest.fixture
def block_of(tmp_path, filled, make_spec, make_record):
    def make(dev=DEV, test=TEST):
        folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.61, 0.65]}})
        store, rows = RecordStore(folder), []
        (plan,) = [plan for plan in store.manifests() if isinstance(plan, Manifest)]
        for trial, scores in enumerate(test):
            for place, score in enumerate(scores):
                spec = make_spec("scl", 1000 + place, method=MethodSpec(name="scl", code="a" * 64, params={"weight": trial / 10}))
                rows.append(ManifestRow.of(spec, arm="scl", task_source="mirror", role="trial", trial=trial))
                if score is not None:
                    store.write(make_record(store, spec, score, dev_metrics={"accuracy": dev[trial][place]}))
        store.write_manifest(plan.model_copy(update={"rows": (*plan.rows, *rows)}))
        (block,) = read_results(folder).blocks
        return block

    return make


def test_a_budget_is_the_mean_over_all_subsets_of_settings(block_of):
    (found,) = tuning_budgets(block_of())
    dev, test = np.mean(DEV, axis=1), np.mean(TEST, axis=1)
    assert (found.arm, found.test) == ("scl", pytest.approx(tuple(test)))
    for k in (1, 2, 3):
        subsets = list(combinations(range(3), k))
        assert found.by_dev.expected[k - 1] == pytest.approx(np.mean([test[max(s, key=lambda i: dev[i])] for s in subsets]))
        assert found.by_test.expected[k - 1] == pytest.approx(np.mean([max(test[list(s)]) for s in subsets]))
        assert found.dev_of_chosen.expected[k - 1] == pytest.approx(np.mean([max(dev[list(s)]) for s in subsets]))


def test_a_setting_with_a_missing_trial_does_not_count(block_of):
    (found,) = tuning_budgets(block_of(test=[TEST[0], [TEST[1][0], None], TEST[2]]))
    assert len(found.test) == 2


def test_the_trials_enter_no_other_table(block_of):
    block = block_of()
    assert block.trials == 6
    assert len(block.frame) == 4
    (table,) = [table for table in post_hoc_tables(block, None) if table.name.startswith("tuning-budget.")]
    (row,) = table.grid()
    assert row == ("scl", "sst2 N = 20", "trials of a search", "3", "65.5", "63.5", "65.0", "69.0", "71.0")


def test_arms_of_one_method_are_settings_too(tmp_path, make_spec, make_record):
    """Three arms of `ce-rate` on the two splits that all of them have: chosen by development score is the second, by test score the "
    "third."""
    folder, rows = tmp_path / "results", []
    store = RecordStore(folder)
    test, dev = {0.5: [0.60, 0.62, 0.9], 2.0: [0.64, 0.66], 4.0: [0.70, 0.68]}, {0.5: [0.5] * 3, 2.0: [0.7, 0.6], 4.0: [0.5, 0.7]}
    for rate, scores in test.items():
        for seed, score in enumerate(scores):
            spec = make_spec("ce-rate", seed, method=MethodSpec(name="ce-rate", code="a" * 64, params={"rate": rate}))
            rows.append(ManifestRow.of(spec, arm=f"ce-rate-{rate:g}", task_source="mirror"))
            store.write(make_record(store, spec, score, dev_metrics={"accuracy": dev[rate][seed]}))
    store.write_manifest(Manifest(suite="s", profile="p", rows=tuple(rows)))
    (block,) = read_results(folder).blocks
    (found,) = alternative_settings(block)
    assert (found.arm, found.searched, len(found.test)) == ("ce-rate", False, 3)
    assert sorted(found.test) == pytest.approx([0.61, 0.65, 0.69])
    assert found.by_dev.expected[-1] == pytest.approx(0.65)
    assert found.by_test.expected[-1] == pytest.approx(0.69)


def test_one_setting_is_no_budget(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.61, 0.65]}})).blocks
    assert list(alternative_settings(block)) == list(tuning_budgets(block)) == []
