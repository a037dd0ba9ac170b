"""Suites in stages: what a stage inherits, what the suite has of its stages, and which mistakes are named."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.config.suite import SuiteConfig
from benchmark.config.task import task_names
from benchmark.config.toml_files import load_suite

FIRST = {"name": "1", "tasks": ["sst2"], "shots": ["20"], "arms": ["ce", "scl"]}
SECOND = {"name": "2", "arms": ["cat"], "seeds": 3}


def study(*stages: dict[str, Any], **top: Any) -> SuiteConfig:
    return SuiteConfig.model_validate({"name": "mine", "tasks": ["trec"], "seeds": 7, "stage": list(stages), **top})


def test_a_stage_is_as_the_file_says_above_it_unless_it_says_otherwise() -> None:
    first, second = study(FIRST, SECOND).parts()
    assert (first.part, first.tasks, first.seeds, first.name) == ("1", ("sst2",), 7, "mine")
    assert (second.part, second.tasks, second.seeds, second.shots) == ("2", ("trec",), 3, ("all",))


def test_a_study_has_the_arms_of_all_of_its_stages() -> None:
    suite = study(FIRST, SECOND)
    assert [arm.name for arm in suite.arms] == ["ce", "scl", "cat"]


def test_a_study_has_the_tasks_of_all_of_its_stages() -> None:
    suite = SuiteConfig.model_validate({"name": "mine", "stage": [FIRST, SECOND | {"tasks": ["trec", "sst2"]}]})
    assert suite.tasks == ("sst2", "trec")


def test_a_suite_without_stages_is_its_only_part() -> None:
    suite = SuiteConfig.model_validate({"name": "mine", "tasks": ["sst2"], "arms": ["ce"]})
    assert suite.parts() == (suite,)


def test_tables_of_one_name_are_one_stage() -> None:
    assert [part.part for part in study(FIRST, SECOND, SECOND | {"arms": ["ft"]}).parts()] == ["1", "2", "2"]


def test_an_arm_name_stands_for_one_setting_in_all_stages() -> None:
    other = {"name": "2", "arms": [{"name": "scl", "method": "scl", "params": {"weight": 0.1}}]}
    with pytest.raises(ValueError, match="two arms share a name: scl"):
        study(FIRST, other)


def test_the_baseline_stands_in_some_stage() -> None:
    with pytest.raises(ValueError, match="baseline = 'ft' is no arm"):
        study(FIRST, SECOND, baseline="ft")


def test_initialisations_are_crossed_on_fixed_splits_alone() -> None:
    with pytest.raises(ValueError, match="give splits too"):
        study(FIRST | {"inits": 4})


def test_the_study_is_that_of_its_page() -> None:
    """Tasks, arms, shots and seeds of every stage, and the caps that all stages share."""
    study = load_suite("study")
    assert {(part.max_length, part.test_cap, part.unlabelled) for part in study.parts()} == {(64, 1000, 500)}
    assert set(study.tasks) <= set(task_names())
    found = [(part.part, len(part.tasks), len(part.arms), part.shots, part.seeds) for part in study.parts()]
    assert found == [
        ("1", 8, 5, ("20",), 20),
        ("2", 8, 15, ("20",), 10),
        ("2", 2, 3, ("20",), 10),
        ("2b", 5, 4, ("20",), 15),
        ("3", 8, 5, ("100",), 10),
        ("4", 8, 15, ("100",), 5),
        ("5", 4, 6, ("100",), 8),
        ("6", 2, 3, ("100",), 4),
        ("7", 3, 5, ("100",), 10),
        ("8", 2, 4, ("100",), 10),
    ]


def test_a_mistake_in_a_stage_is_named() -> None:
    with pytest.raises(ValueError, match="sedes"):
        study(FIRST | {"sedes": 4})
