"""One's own arms are planned where the reference has results, under the keys that its own suite would give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.against.sub_grid import SubGrid, sub_grid
from benchmark.records.reference.reference import Reference, read_reference
from benchmark.records.registration.registration import DIGITS, read_registration


@pytest.fixture(scope="module")
def reference(tiny_reference: Path) -> Reference:
    return read_reference(tiny_reference)


def planned(reference: Reference, tmp_path: Path, calibrate: int = 0, **options: Any) -> SubGrid:
    folders = {"results": tmp_path / "results", "cache": tmp_path / "cache", "executor": "inline"}
    given = {"suite": "glue-fewshot", "profile": "smoke", "methods": "ce"} | folders | options
    return sub_grid(RunRequest.parse(**given), reference, calibrate)


def keys(reference: Reference, arm: str) -> set[str]:
    return {run.record.key for run in reference.runs if run.row.arm == arm}


@pytest.mark.parametrize("arm", ["ce", "ce-null"])
def test_an_arm_of_the_reference_gets_the_very_keys_of_the_reference(reference: Reference, tmp_path: Path, arm: str) -> None:
    found = planned(reference, tmp_path, methods=arm)
    assert {run.key for run in found.runs} == keys(reference, arm)
    assert found.baseline == "ce"


def test_the_study_gives_its_arms_the_same_keys_in_this_way(root: Path, data_root: Path, tmp_path: Path) -> None:
    study = read_reference(root / "results" / "study")
    options = {"suite": "study", "profile": "laptop", "data_root": data_root, "tasks": "sst2", "methods": "scl-placebo"}
    found = planned(study, tmp_path, **options)
    mine = [run.record for run in study.runs if run.row.arm == "scl-placebo" and run.row.task == "sst2"]
    assert {run.spec.split.shots for run in found.runs} == {"20"}  # the first stage in which the baseline is finished
    assert {run.key for run in found.runs} == {record.key for record in mine if record.spec.split.shots == "20"}


def test_arms_that_have_not_run_get_the_keys_that_are_registered_for_them(root: Path, data_root: Path, tmp_path: Path) -> None:
    """`ce-matched` takes the cost of another arm into its key, `tfidf` has no encoder, the others have parameters of the profile."""
    study = read_reference(root / "results" / "study")
    registered = {key for runs in read_registration(root / "results" / "study" / "registration.json").runs for _, key in runs.prefixes()}
    options = {"suite": "study", "profile": "laptop", "data_root": data_root, "tasks": "sst2"}
    found = planned(study, tmp_path, **options, methods="ce-matched,cat,three-phase,tfidf")
    few = [run for run in found.runs if run.spec.split.split_seed < 10]
    assert {run.arm.name for run in few} == {"ce-matched", "cat", "three-phase", "tfidf"}
    assert {run.key[:DIGITS] for run in few} <= registered


def test_tasks_and_seeds_narrow_it(reference: Reference, tmp_path: Path) -> None:
    found = planned(reference, tmp_path, tasks="qnli", seeds="1-1")
    assert [(run.spec.task.name, run.spec.seed) for run in found.runs] == [("qnli", 1)]


def test_seeds_that_the_baseline_lacks_are_not_planned(reference: Reference, tmp_path: Path) -> None:
    assert {run.spec.seed for run in planned(reference, tmp_path, seeds="1-9").runs} == {1}
    with pytest.raises(UserError, match="no finished run of its baseline in the cells and seeds"):
        planned(reference, tmp_path, seeds="5-9")


def test_the_price_is_known_from_the_runs_of_the_reference(reference: Reference, tmp_path: Path) -> None:
    (plan,) = planned(reference, tmp_path).plans
    assert plan.price.todo == 4
    assert plan.price.seconds is not None


def test_what_could_not_be_paired_is_not_run_and_the_reason_is_given(reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"can be paired .*compute.precision is bf16 here and fp32 in the reference"):
        planned(reference, tmp_path, precision="bf16")


def test_other_data_of_one_task_leaves_the_other_task(reference: Reference, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    lines = [f"a text {i},{'yes' if i % 2 else 'no'},{'test' if i % 3 else 'train'}" for i in range(200)]
    file.write_text("\n".join(["text,label,split", *lines]))
    found = planned(reference, tmp_path, task_file=[f"sst2={file}"])
    assert {run.spec.task.name for run in found.runs} == {"qnli"}
    assert sum(found.refused.values()) == 2
    assert all("data of sst2" in reason for reason in found.refused)


def test_a_search_does_not_go_with_a_reference(reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--search was given with --against"):
        planned(reference, tmp_path, search=3)


def test_the_calibration_takes_tasks_in_turn_and_is_the_same_every_time(reference: Reference, tmp_path: Path) -> None:
    found = [planned(reference, tmp_path, methods="ce-null", calibrate=n).calibration for n in (2, 2, 9)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[2] is not None
    assert [run.key for run in found[0].runs] == [run.key for run in found[1].runs]
    assert {run.spec.task.name for run in found[0].runs} == {"sst2", "qnli"}
    assert {run.key for run in found[2].runs} == keys(reference, "ce")
    assert "Only 4 runs" in " ".join(planned(reference, tmp_path, methods="ce-null", calibrate=9).notes)


def test_a_baseline_with_other_code_calibrates_nothing(reference: Reference, tmp_path: Path) -> None:
    runs = []
    for run in reference.runs:
        spec = run.record.spec.model_copy(update={"method": run.record.spec.method.model_copy(update={"code": "0" * 64})})
        runs.append(run._replace(record=run.record.model_copy(update={"spec": spec, "key": spec.key})))
    older = Reference(reference.folder, reference.suite, reference.profile, reference.protocol, reference.rows, tuple(runs))
    found = planned(older, tmp_path, calibrate=2)
    assert found.calibration is None
    assert "other keys than that of the reference" in found.notes[0]
