"""From the tidy frame to paired units: what counts as independent, and what is missing."""

import json
import math

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.records.frame import COLUMNS
from benchmark.stats.paired import compare_units
from benchmark.stats.pairing import Missing, has_collapsed, nadeau_bengio, paired_units

TYPES = {"seed": "Int64", "init_seed": "Int64", "split_seed": "Int64", "n_train": "Int64", "value": "float64"}


def row(variant, split, seed, value=0.5, **other):
    base = dict.fromkeys(COLUMNS)
    base |= {"suite": "s", "profile": "p", "protocol": "honest", "task": "sst2", "shots": "20", "role": "arm", "metric": "accuracy"}
    base |= {"variant": variant, "method": variant, "split_seed": split, "seed": seed, "value": value, "n_train": 20, "n_test": 100}
    return base | {"status": "done", "alarms": "[]", "noise_level": math.nan} | other


def frame(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)


def grid(splits, seeds, score=lambda variant, split, seed: 0.5, **other):
    return frame(*(row(v, i, s, score(v, i, s), **other) for v in ("scl", "ce") for i in splits for s in seeds))


def test_one_seed_per_split_makes_pairs():
    rows = frame(*(row(v, i, i, i / 10 + (v == "scl") / 10) for v in ("scl", "ce") for i in range(4)))
    units = paired_units(rows, "scl", "ce")
    assert units.unit == "(split, seed) pair"
    assert units.labels == ((0, 0), (1, 1), (2, 2), (3, 3))
    assert list(units.a - units.b) == pytest.approx([0.1] * 4)
    assert (units.conditional, units.missing, units.runs) == ("", (), 4)


def test_several_seeds_are_averaged_inside_their_split():
    rows = grid(range(3), range(2), lambda v, i, s: i + 0.5 * s + (v == "scl"))
    units = paired_units(rows, "scl", "ce")
    assert (units.unit, units.n, units.runs) == ("split mean", 3, 6)
    assert list(units.b) == [0.25, 1.25, 2.25]
    assert units.labels == ((0, None), (1, None), (2, None))


def test_on_one_split_the_seed_is_the_unit_and_the_claim_is_conditional():
    units = paired_units(grid([7], range(5)), "scl", "ce")
    assert (units.unit, units.n, units.conditional) == ("seed", 5, "conditional on this training set")


def test_an_arm_without_seeds_stands_beside_every_seed():
    rows = frame(*(row("ce", i, s, i + s / 10) for i in (0, 1) for s in (0, 1)), row("tfidf", 0, None, 3.0), row("tfidf", 1, None, 4.0))
    units = paired_units(rows, "tfidf", "ce")
    assert units.unit == "split mean"
    assert list(units.a) == [3.0, 4.0]
    assert list(units.b) == [0.05, 1.05]


def test_an_initialisation_that_is_crossed_with_the_seed_makes_runs_of_their_own():
    rows = frame(
        *(
            row(v, i, s, i + init, init_seed=None if init == s else init)
            for v in ("scl", "ce")
            for i in (0, 1)
            for s in (0, 1)
            for init in (0, 1)
        )
    )
    units = paired_units(rows, "scl", "ce")
    assert (units.unit, units.n, units.runs) == ("split mean", 2, 8)
    assert list(units.a) == [0.5, 1.5]


def test_two_arms_without_seeds_pair_by_split():
    rows = frame(*(row(v, i, None, i) for v in ("probe", "tfidf") for i in range(3)))
    assert paired_units(rows, "probe", "tfidf").unit == "split"


def test_a_missing_partner_is_told_and_its_pair_left_out():
    rows = frame(row("scl", 0, 0), row("scl", 1, 1), row("ce", 0, 0), row("ce", 1, 1, math.nan, status="failed"), row("scl", 2, 2))
    units = paired_units(rows, "scl", "ce")
    assert units.labels == ((0, 0),)
    assert units.missing == (Missing("ce", 1, 1, "failed"), Missing("ce", 2, 2, "not planned"))


def test_a_failed_run_does_not_change_the_unit():
    rows = grid(range(2), range(2))
    rows.loc[(rows["variant"] == "ce") & (rows["seed"] == 1), "status"] = "failed"
    assert paired_units(rows, "scl", "ce").unit == "split mean"


def test_no_pair_at_all_is_a_state_and_no_error():
    rows = frame(row("scl", 0, 0), row("ce", 0, 0, math.nan, status="missing"))
    assert compare_units(paired_units(rows, "scl", "ce")).state == "no pair"


def test_tuning_trials_are_no_runs():
    rows = frame(row("scl", 0, 0), row("scl", 0, 0, role="trial"), row("ce", 0, 0))
    assert paired_units(rows, "scl", "ce").n == 1


def test_overlap_counts_above_a_tenth_of_the_pool():
    rows = grid(range(5), [0])
    rare, often = paired_units(rows, "scl", "ce", pool=1000), paired_units(rows, "scl", "ce", pool=100)
    assert (rare.overlap, rare.variance_factor) == (0.0, pytest.approx(1 / 5))
    assert (often.overlap, often.variance_factor) == (0.2, pytest.approx(1 / 5 + 0.2 / 0.8))
    assert paired_units(rows, "scl", "ce").variance_factor == pytest.approx(1 / 5)


def test_training_on_all_is_conditional_on_that_training_set():
    units = paired_units(grid(range(5), [0]), "scl", "ce", pool=20)
    assert (units.unit, units.conditional, units.overlap) == ("seed", "conditional on this training set", 0.0)


def test_nadeau_and_bengios_factor():
    assert nadeau_bengio(10, 0.0) == pytest.approx(0.1)
    assert nadeau_bengio(10, 0.1) == pytest.approx(0.1 + 1 / 9)  # their 1/J + n_test/n_train with one tenth held out
    assert nadeau_bengio(0, 0.0) == math.inf


def test_a_run_collapsed_where_it_is_within_a_standard_error_of_the_majority_score():
    rows = frame(row("scl", 0, 0, 0.54), row("ce", 0, 0, 0.9), row("scl", 1, 1, 0.56), row("ce", 1, 1, 0.9))
    units = paired_units(rows, "scl", "ce", majority=0.5)  # 0.5 plus a standard error of 0.05
    assert (units.collapsed_a, units.collapsed_b) == ((True, False), (False, False))


def test_alarms_count_no_run_as_collapsed_where_the_majority_score_is_not_known():
    rows = frame(row("scl", 0, 0, 0.54), row("ce", 0, 0, 0.9), row("scl", 1, 1, 0.56), row("ce", 1, 1, 0.9))
    rows.loc[0, "alarms"] = json.dumps(["at or below majority"])
    assert paired_units(rows, "scl", "ce").collapsed_a == (False, False)
    assert not has_collapsed(0.1, 100, None)


def test_mistakes_are_told():
    rows = grid(range(2), [0])
    with pytest.raises(UserError, match="variant 'sc1'"):
        paired_units(rows, "sc1", "ce")
    with pytest.raises(UserError, match="differ in shots"):
        paired_units(pd.concat([rows, grid(range(2), [0], shots="100")]), "scl", "ce")
    with pytest.raises(UserError, match="two runs on split 0"):
        paired_units(pd.concat([rows, rows]), "scl", "ce")


def test_a_correlation_collapses_within_its_own_error():
    assert has_collapsed(0.03, 1000, 0.0)
    assert not has_collapsed(0.04, 1000, 0.0)
