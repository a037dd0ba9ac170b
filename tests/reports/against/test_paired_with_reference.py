"""One's own runs beside a reference: what is paired, what is not and why, and the gains with and without another environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmark.records.atomic_files import dump_checksummed, load_checksummed
from benchmark.records.record import RunRecord
from benchmark.records.reference.reference import read_reference
from benchmark.records.store import RecordStore
from reports.against.against_tables import against_tables
from reports.against.paired_with_reference import PairedWithReference, read_own

SST2 = [0.60, 0.62, 0.58, 0.64, 0.61, 0.59]
TREC = [0.50, 0.55, 0.52, 0.51, 0.56, 0.53]
MINE = {"sst2": [0.63, 0.66, 0.60, 0.65, 0.65, 0.60], "trec": [0.55, 0.56, 0.57, 0.50, 0.61, 0.58]}
Pair = Callable[..., PairedWithReference]


def cells(**arms: dict[str, list[float]]) -> dict[tuple[str, str, str], dict[str, list[float]]]:
    return {(task, "20", ""): {arm.replace("_", "-"): scores[task] for arm, scores in arms.items()} for task in ("sst2", "trec")}


@pytest.fixture
def pair(tmp_path: Path, filled: Callable[..., Path]) -> Pair:
    """A reference with `ce` and `ce-null`, and one's own runs; what is given replaces the latter."""

    def make(
        mine: dict[str, dict[str, list[float]]] | None = None, own_arms: tuple[str, ...] = ("mine",), **more: object
    ) -> PairedWithReference:
        ce = {"sst2": SST2, "trec": TREC}
        null = {"sst2": SST2[::-1], "trec": TREC[::-1]}
        reference = filled(tmp_path / "reference", cells(ce=ce, ce_null=null))
        own = filled(tmp_path / "own", cells(**(mine or {"mine": MINE})), **more)
        arms = {r.key: r.spec.method.name for r in RecordStore(own) if isinstance(r, RunRecord) and r.spec.method.name == "mine"}
        return PairedWithReference(read_reference(reference), read_own(own, arms), "ce")

    return make


def test_the_gain_is_the_mean_over_tasks_of_the_paired_gains(pair: Pair) -> None:
    found = pair()
    gain = found.gain("mine (yours)", "ce", found.cells)
    d = {task: np.array(MINE[task]) - np.array(theirs) for task, theirs in (("sst2", SST2), ("trec", TREC))}
    error = np.sqrt(sum(x.var(ddof=1) / 6 for x in d.values())) / 2
    freedom = (sum(x.var(ddof=1) / 6 for x in d.values()) ** 2) / sum((x.var(ddof=1) / 6) ** 2 / 5 for x in d.values())
    mean = np.mean([x.mean() for x in d.values()])
    assert gain is not None
    assert gain.estimate is not None
    assert (gain.tasks, gain.pairs, gain.across) == (2, 12, False)
    assert gain.estimate.value == pytest.approx(mean)
    assert gain.estimate.interval().low == pytest.approx(mean - stats.t.ppf(0.975, freedom) * error)


def test_the_tables_hold_one_row_per_arm_and_the_new_one_last(pair: Pair) -> None:
    means, gains, per_cell = against_tables(pair())
    assert [row.cells[0].shown for row in means.rows] == ["ce", "ce-null", "mine (yours)"]
    assert [column.title for column in gains.columns][2:] == ["gain over ce", "gain over ce-null", "mine (yours) minus arm"]
    assert gains.rows[0].cells[2].shown == "-"
    assert gains.rows[-1].cells[2].shown == gains.rows[0].cells[4].shown  # mine over ce, in both places
    assert gains.rows[-1].cells[2].shown.endswith("] (12 pairs)")
    assert [row.cells[0].shown for row in per_cell.rows] == ["ce", "ce-null"]
    assert "12 of 12 runs of mine are paired" in " ".join(means.header)
    assert "no calibration is needed" in " ".join(means.header)


def test_the_reference_is_shown_on_the_splits_of_ones_own_runs_alone(pair: Pair) -> None:
    few = {task: scores[:2] for task, scores in MINE.items()}
    means = against_tables(pair({"mine": few}))[0]
    assert means.rows[0].cells[1].value == pytest.approx(np.mean(SST2[:2]))


def test_other_data_is_not_paired_and_the_reason_is_given(pair: Pair, tmp_path: Path) -> None:
    found = pair()
    record = next(iter(found.own.records.values()))
    spec = record.spec.model_copy(update={"task": record.spec.task.model_copy(update={"data": "f" * 64})})
    other = record.model_copy(update={"spec": spec, "key": spec.key})
    own = type(found.own)({spec.key: "mine"}, {spec.key: other})
    (reason,) = PairedWithReference(found.reference, own, "ce").excluded
    assert reason.startswith(f"data of {spec.task.name} is ffffffffffff here")


def test_another_split_under_an_equal_spec_is_not_paired(pair: Pair) -> None:
    found = pair()
    key, record = next(iter(found.own.records.items()))
    own = type(found.own)({key: "mine"}, {key: record.model_copy(update={"split": "a" * 64})})
    (reason,) = PairedWithReference(found.reference, own, "ce").excluded
    assert reason.startswith("split is aaaaaaaaaaaa here")


def test_an_edited_record_is_left_out_and_named(pair: Pair, tmp_path: Path) -> None:
    pair()
    path = next((tmp_path / "own" / "records").glob("*/*.json"))
    path.write_bytes(dump_checksummed({**load_checksummed(path), "metrics": {"accuracy": 0.99}}))
    own = read_own(tmp_path / "own")
    found = PairedWithReference(read_reference(tmp_path / "reference"), own, "ce")
    assert found.unfinished == {"cannot be believed": 1}
    assert any("its predictions give" in line for line in found.lines())


def test_another_environment_without_repeated_runs_gives_no_interval(pair: Pair) -> None:
    found = pair(env_id="e" * 64)
    means, gains, _ = against_tables(found)
    assert "(not calibrated)" in gains.rows[-1].cells[2].shown
    assert "12 across environments" in " ".join(means.header)
    assert gains.rows[1].cells[2].interval is not None  # ce-null over ce: both of the reference


def test_another_environment_widens_the_interval_by_what_the_repeated_runs_differ(pair: Pair) -> None:
    same = pair().gain("mine (yours)", "ce", pair().cells)
    again = {"sst2": [0.61, 0.60], "trec": [0.51]}
    found = pair({"mine": MINE, "ce": again}, env_id="e" * 64)
    across = found.gain("mine (yours)", "ce", found.cells)
    assert same is not None
    assert across is not None
    assert same.estimate is not None
    assert across.estimate is not None
    d = np.array([0.01, -0.02, 0.01])
    added = d.mean() ** 2 + d.var(ddof=1) / 3
    assert across.across
    assert across.estimate.error == pytest.approx(np.sqrt(same.estimate.error**2 + added))
    null = found.gain("ce-null", "ce", found.cells)
    assert null is not None
    assert null.estimate is not None
    assert "widened" not in null.estimate.method
    assert any("3 of 3 repeated runs of the baseline differ" in line for line in found.lines())


def test_a_task_with_one_pair_is_left_out_of_the_interval(pair: Pair) -> None:
    found = pair({"mine": {"sst2": MINE["sst2"], "trec": MINE["trec"][:1]}})
    gain = found.gain("mine (yours)", "ce", found.cells)
    assert gain is not None
    assert gain.estimate is not None
    assert (gain.tasks, gain.few) == (1, 1)
    assert "(6 pairs, 1 of 2 tasks)" in against_tables(found)[1].rows[-1].cells[2].shown
    assert gain.estimate.value == pytest.approx(np.mean(np.array(MINE["sst2"]) - np.array(SST2)))


def test_a_failed_run_is_counted_and_not_paired(pair: Pair) -> None:
    found = pair({"mine": {"sst2": [float("nan"), *MINE["sst2"][1:]], "trec": MINE["trec"]}})
    assert found.unfinished == {"failed": 1}
    assert len(found.accepted) == 11


def test_an_arm_that_lacks_a_run_has_no_mean_over_tasks(pair: Pair, tmp_path: Path) -> None:
    found = pair()
    victim = next(run.record for run in found.reference.runs if run.row.arm == "ce-null")
    (tmp_path / "reference" / "records" / victim.key[:2] / f"{victim.key}.json").unlink()
    means = against_tables(PairedWithReference(read_reference(tmp_path / "reference"), found.own, "ce"))[0]
    assert [row.cells[-1].shown == "incomplete" for row in means.rows] == [False, True, False]


def test_an_arm_of_the_reference_by_another_engine_is_not_paired(pair: Pair, tmp_path: Path) -> None:
    found = pair()
    older = []
    for run in found.reference.runs:
        spec = run.record.spec.model_copy(update={"numerics": 0})
        older.append(run._replace(record=run.record.model_copy(update={"spec": spec})) if run.row.arm == "ce-null" else run)
    mixed = PairedWithReference(dataclasses.replace(found.reference, runs=tuple(older)), found.own, "ce")
    assert mixed.arms == ["ce", "mine (yours)"]
    assert any("12 runs of ce-null: engine is numerics 1" in line for line in mixed.lines())


def test_repeated_runs_say_nothing_of_a_third_environment(pair: Pair) -> None:
    found = pair({"mine": MINE, "ce": {"sst2": [0.61, 0.60], "trec": [0.51]}}, env_id="e" * 64)
    third = [
        run._replace(record=run.record.model_copy(update={"env_id": "f" * 64})) if run.row.arm == "ce-null" else run
        for run in found.reference.runs
    ]
    mixed = PairedWithReference(dataclasses.replace(found.reference, runs=tuple(third)), found.own, "ce")
    null, ce = (mixed.gain("mine (yours)", arm, mixed.cells) for arm in ("ce-null", "ce"))
    assert null is not None
    assert ce is not None
    assert (null.withheld, ce.withheld) == ("not calibrated", "")
    assert any("come from 2 environments" in line for line in mixed.lines())
