"""Runs that differ in anything but their seeds never share a cell or an arm, on equal and on disjoint seeds, and none is dropped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import RunSpec, setting_id
from benchmark.records.store import RecordStore
from reports.results.blocks import Block, read_results

# What one plan may have different from another one, as (where in the spec, one value, the other).
CHANGES: dict[str, tuple[Any, Any]] = {
    "task.data": ("b" * 64, "e" * 64),
    "method.params": ({"weight": 0.5}, {"weight": 0.9}),
    "method.code": ("a" * 64, "a" * 63 + "b"),
    "encoder.weights": ("d" * 64, "9" * 64),
    "encoder.pooling": ("mean", "cls"),
    "split.unlabelled": (0, 500),
    "split.test_cap": (None, 2000),
    "split.dev": ("like-train", "clean"),
    "budget.lr_encoder": (1e-4, 2e-4),
    "budget.steps": (60, 90),
    "compute.threads": (1, 2),
    "numerics": (1, 2),
    "noise.size": ("replace", "add:2"),
    "noise.where": ("train", "both"),
}


def changed(spec: RunSpec, changes: dict[str, Any]) -> RunSpec:
    """The spec with other values at some paths."""
    content = spec.model_dump(mode="json")
    for path, value in changes.items():
        part, _, name = path.rpartition(".")
        (content[part] if part else content)[name] = value
    return RunSpec.model_validate(content)


def folder_of(folder: Path, plans: list[tuple[dict[str, int], range]], make_spec: Any, make_record: Any) -> tuple[Path, int]:
    """A folder with one manifest per plan, each with the seeds of its own; every run has a record. Returns it and the number of runs."""
    store, keys = RecordStore(folder), set()
    for choice, seeds in plans:
        rows, found = [], {}
        for arm in ("ce", "scl"):
            for seed in seeds:
                changes = {path: CHANGES[path][which] for path, which in choice.items()}
                spec = changed(make_spec(arm, seed, noise="char:0.1"), changes)
                rows.append(ManifestRow.of(spec, arm=arm, task_source="mirror", n_train=20))
                found[setting_id(spec.setting)] = spec.setting
                store.write(make_record(store, spec, 0.6))
                keys.add(spec.key)
        store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows), settings=found))
    return folder, len(keys)


def mixed(block: Block) -> list[tuple[str, str]]:
    """Arms in cells whose runs come from several settings."""
    found = {(arm, cell.label): {row["setting"] for row in runs.rows} for (arm, cell), runs in block.runs.items()}
    return [where for where, names in found.items() if len(names) > 1]


plans = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(sorted(CHANGES)), st.integers(0, 1), max_size=3),
        st.sampled_from([range(2), range(2, 4), range(1, 3)]),
    ),
    min_size=2,
    max_size=3,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans)
def test_no_two_settings_share_a_name_and_none_is_dropped(
    tmp_path_factory: pytest.TempPathFactory, make_spec: Any, make_record: Any, given_plans: list[tuple[dict[str, int], range]]
) -> None:
    folder, count = folder_of(tmp_path_factory.mktemp("mix") / "results", given_plans, make_spec, make_record)
    found = read_results(folder)
    (block,) = found.blocks
    assert found.problems == ()
    assert mixed(block) == []
    assert sorted(Counter(block.frame["key"]).values()) == [1] * count
    assert sum(len(runs.done) for runs in block.runs.values()) == count
    labels = [cell.label for cell in block.cells]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("seeds", [range(2), range(2, 4)], ids=["equal seeds", "disjoint seeds"])
@pytest.mark.parametrize(
    ("path", "arms", "cells"),
    [
        ("method.params", {"ce [weight 0.5]", "ce [weight 0.9]", "scl [weight 0.5]", "scl [weight 0.9]"}, {""}),
        ("task.data", {"ce", "scl"}, {"[data bbbbbbbb]", "[data eeeeeeee]"}),
        ("split.unlabelled", {"ce", "scl"}, {"[unlabelled 0]", "[unlabelled 500]"}),
        ("numerics", {"ce", "scl"}, {"[numerics 1]", "[numerics 2]"}),
        ("budget.steps", {"ce [steps 60]", "ce [steps 90]", "scl [steps 60]", "scl [steps 90]"}, {""}),
        ("encoder.pooling", {"ce [pooling mean]", "ce [pooling cls]", "scl [pooling mean]", "scl [pooling cls]"}, {""}),
    ],
)
def test_the_names_say_what_differs(
    tmp_path: Path, make_spec: Any, make_record: Any, path: str, arms: set[str], cells: set[str], seeds: range
) -> None:
    folder, _ = folder_of(tmp_path / "results", [({path: 0}, range(2)), ({path: 1}, seeds)], make_spec, make_record)
    (block,) = read_results(folder).blocks
    assert set(block.arms) == arms
    assert {cell.apart for cell in block.cells} == cells
    assert block.separated


def test_a_budget_that_follows_the_size_of_the_training_set_separates_nothing(tmp_path: Path, make_spec: Any, make_record: Any) -> None:
    store, rows, found = RecordStore(tmp_path / "results"), [], {}
    for seed, (n_train, steps) in enumerate([(20, 60), (25, 75), (20, 60)]):
        spec = changed(make_spec("ce", seed), {"budget.steps": steps})
        rows.append(ManifestRow.of(spec, arm="ce", task_source="mirror", n_train=n_train))
        found[setting_id(spec.setting)] = spec.setting
        store.write(make_record(store, spec, 0.6, n_train=n_train))
    store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows), settings=found))
    (block,) = read_results(tmp_path / "results").blocks
    assert (block.arms, block.separated) == (["ce"], ())


def test_settings_that_agree_in_their_first_digits_get_longer_names(tmp_path: Path, make_spec: Any, make_record: Any) -> None:
    folder, _ = folder_of(tmp_path / "results", [({"method.code": 0}, range(2)), ({"method.code": 1}, range(2))], make_spec, make_record)
    (block,) = read_results(folder).blocks
    assert {arm for arm in block.arms if arm.startswith("ce")} == {f"ce [code {'a' * 64}]", f"ce [code {'a' * 63}b]"}
