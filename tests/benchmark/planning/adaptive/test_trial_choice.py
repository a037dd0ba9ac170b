"""The choice reads development scores, all of them, and nothing else."""

from __future__ import annotations

import inspect

from benchmark.planning.adaptive import trial_choice
from benchmark.planning.adaptive.trial_choice import choose


def test_the_best_mean_is_chosen() -> None:
    found = choose([[0.5, 0.7], [0.9, 0.4], [0.6, 0.6]])
    assert (found.trial, found.why) == (1, "")
    assert [round(mean or 0, 6) for mean in found.means] == [0.6, 0.65, 0.6]


def test_of_equals_the_earlier_one_is_chosen_so_that_the_default_wins_ties() -> None:
    assert choose([[0.5], [0.5], [0.4]]).trial == 0


def test_a_trial_counts_only_with_all_of_its_scores() -> None:
    assert choose([[0.5, 0.5], [0.9, None]]).trial == 0


def test_without_any_complete_trial_the_default_is_kept_and_that_is_told() -> None:
    found = choose([[None, 0.5], [0.9, None]])
    assert found.trial == 0
    assert "default is kept" in found.why


def test_nothing_but_development_scores_is_handed_to_it() -> None:
    assert list(inspect.signature(choose).parameters) == ["scores"]
    assert not any(word in inspect.getsource(trial_choice) for word in ("import benchmark", "from benchmark", "record", "store"))
