"""Seed ensembles against votes counted in plain loops."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reports.post_hoc.seed_ensembles import ensemble_scores, groups, majority_vote, mean_probability
from reports.results.blocks import read_results


@given(arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.integers(0, 3)))
def test_the_vote_is_the_most_named_class_and_ties_go_to_the_earliest_member(votes):
    for example, found in zip(votes.T, majority_vote(votes), strict=True):
        counts = Counter(example.tolist())
        leading = [label for label in example.tolist() if counts[label] == max(counts.values())]
        assert found == leading[0]


def test_the_mean_probability_of_two_members():
    members = np.array([[[0.9, 0.1], [0.4, 0.6]], [[0.2, 0.8], [0.3, 0.7]]])
    assert mean_probability(members).tolist() == [0, 1]  # 0.55 against 0.45, and 0.35 against 0.65


def test_groups_are_disjoint_and_leave_a_rest_out():
    assert [list(range(7))[part] for part in groups(7, 3)] == [[0, 1, 2], [3, 4, 5]]
    assert groups(2, 3) == []


def test_an_ensemble_of_stored_predictions(tmp_path, filled):
    """Oracle: the votes of the stored predictions, counted per example."""
    from benchmark.records.store import RecordStore

    scores = [0.6, 0.62, 0.58, 0.64]
    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": scores}})
    (block,) = read_results(folder).blocks
    (found,) = ensemble_scores(block)
    (cell,) = block.cells
    store, gold = RecordStore(folder), block.gold[cell]
    rows = [store.get(key).predictions.ids() for key in block.runs["ce", cell].keys.values()]
    right = 0
    for i, label in enumerate(gold):
        counts = Counter(row[i] for row in rows)
        right += next(row[i] for row in rows if counts[row[i]] == max(counts.values())) == label
    assert found.voted[4] == pytest.approx(right / len(gold) - np.mean(scores))
    assert found.single == pytest.approx(np.mean(scores))
    assert set(found.voted) == {3, 4}
    assert (found.n, found.splits, found.averaged) == (4, 4, None)


def test_a_small_ensemble_is_held_against_its_own_members(tmp_path, filled):
    """Three equal members vote as each of them does: nothing is added, whatever the fourth run scores."""
    from benchmark.records.record import Predictions
    from benchmark.records.store import RecordStore

    folder = filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.6, 0.6, 0.9]}})
    store = RecordStore(folder)
    records = {record.spec.seed: record for record in store}
    for seed in (1, 2):
        same: Predictions = records[0].predictions
        store.write(records[seed].model_copy(update={"predictions": same}))
    (block,) = read_results(folder).blocks
    (found,) = ensemble_scores(block)
    assert found.voted[3] == pytest.approx(0)
    assert found.voted[4] != pytest.approx(0)


def test_two_runs_make_no_ensemble(tmp_path, filled):
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62]}})).blocks
    assert list(ensemble_scores(block)) == []
