"""Two runs may be paired where nothing but their method differs; anything else is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.records.record import RunRecord
from benchmark.records.reference.comparability import (
    EnvironmentClass,
    drawn_differently,
    environment_class,
    environment_differences,
    obstacles,
)
from benchmark.records.reference.reference import read_reference
from benchmark.records.spec import RunSpec


@pytest.fixture(scope="module")
def records(root: Path) -> dict[str, RunRecord]:
    """Two arms of the committed study on one split of 20 labels."""
    found = {}
    for run in read_reference(root / "results/study").runs:
        spec = run.record.spec
        if spec.encoder is not None and not spec.encoder.reinit:
            found[run.row.arm, spec.task.name, spec.split.shots, spec.seed] = run.record
    return {arm: found[arm, "sst2", "20", 0] for arm in ("ce", "scl")}


def changed(spec: RunSpec, path: str, value: Any) -> RunSpec:
    """The spec with one value changed."""
    content = spec.model_dump()
    *parents, last = path.split(".")
    inner = content
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return RunSpec.model_validate(content)


def test_another_method_is_no_obstacle(records: dict[str, RunRecord]) -> None:
    assert obstacles(records["scl"].spec, records["ce"].spec) == []
    assert drawn_differently(records["scl"], records["ce"]) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("numerics", 99, "engine is numerics 99"),
        ("task.data", "f" * 64, "data of sst2"),
        ("split.test_cap", 50, "split.test_cap is 50"),
        ("split.shots", "100", "split.shots is 100"),
        ("encoder.files", "f" * 64, "encoder.files"),
        ("encoder.reinit", 2, "encoder.reinit is 2"),
        ("budget.steps", 7, "budget.steps is 7"),
        ("compute.precision", "fp32", "compute.precision is fp32"),
        ("sampler", "pk:8,2", "sampler is pk:8,2"),
        ("seed", 77, "seed is 77"),
    ],
)
def test_each_difference_beyond_the_method_is_an_obstacle(records: dict[str, RunRecord], path: str, value: Any, said: str) -> None:
    (found,) = obstacles(changed(records["scl"].spec, path, value), records["ce"].spec)
    assert found.startswith(said)


def test_a_method_without_an_encoder_or_seeds_stands_beside_one_with_them(records: dict[str, RunRecord]) -> None:
    plain = records["scl"].spec.model_copy(update={"encoder": None, "budget": None, "seed": None})
    assert obstacles(plain, records["ce"].spec) == []


def test_environments_are_equal_or_across_or_unknown() -> None:
    assert environment_class("a", "a") is EnvironmentClass.SAME
    assert environment_class("a", "b") is EnvironmentClass.ACROSS
    assert environment_class("", "b") is EnvironmentClass.UNKNOWN
    said = environment_differences({"processor": "A", "system": "x"}, {"processor": "B", "system": "x"})
    assert said == ["processor is A here and B in the reference"]
