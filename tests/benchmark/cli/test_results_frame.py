"""The frame of `load_results`: a plain pandas frame to everyone, and the numbers of the report as further frames."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.cli.results_frame import CONCLUSIONS, OBJECTS, ResultsFrame, _concluded
from benchmark.config.toml_files import load_analysis
from benchmark.errors import UserError
from benchmark.records.archive.restored import restore
from benchmark.records.frame import COLUMNS
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.conclusions import Answer, WithoutTask, conclusions
from reports.results.study_scores import ArmPlace

ROOT = Path(__file__).resolve().parents[3]
ARMS, STUDY = ROOT / "results" / "arms", ROOT / "results" / "study"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed runs of every arm as a folder of records."""
    place = tmp_path_factory.mktemp("arms") / "results"
    restore(ARMS, place)
    return place


@pytest.fixture(scope="module")
def results(folder: Path) -> ResultsFrame:
    return benchmark.load_results(folder)


@pytest.fixture(scope="module")
def tables(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The tables of the report on the same folder, as JSON, by name."""
    return tables_of(folder, tmp_path_factory.mktemp("report"))


def tables_of(folder: Path, out: Path, **options: Any) -> dict[str, Any]:
    benchmark.report(folder, out, figures=False, formats="json", **options)
    blocks = json.loads((out / "report.json").read_text())["blocks"]
    return {table["name"]: table for block in blocks for table in block["tables"]}


def block_name(row: Any) -> str:
    return f"{row.suite}.{row.profile}.{row.protocol}".replace("*", "+")


def same(value: float, other: float | None) -> bool:
    return math.isnan(value) if other is None else value == pytest.approx(other, rel=0, abs=1e-15)


def test_it_is_the_frame_of_export(results: ResultsFrame) -> None:
    assert isinstance(results, pd.DataFrame)
    assert list(results.columns) == COLUMNS
    assert type(results[results["task"] == "sst2"]) is pd.DataFrame, "a selection is no whole folder"
    assert type(results.copy()) is pd.DataFrame
    assert results.attrs["problems"] == []


def test_json_columns_become_objects_on_request(results: ResultsFrame) -> None:
    parsed = results.parsed()
    for name in OBJECTS:
        assert [json.dumps(value, sort_keys=True) for value in parsed[name]] == [
            json.dumps(json.loads(text), sort_keys=True) for text in results[name]
        ]
    assert isinstance(results["params"].iloc[0], str), "the frame itself stays as it is"
    only = results.parsed(["alarms"])
    assert isinstance(only["alarms"].iloc[0], list)
    assert isinstance(only["params"].iloc[0], str)
    with pytest.raises(UserError, match="'task'"):
        results.parsed(["task"])


def test_means_are_those_of_the_report(results: ResultsFrame, tables: dict[str, Any]) -> None:
    means = results.means()
    assert len(means)
    for row in means.itertuples():
        table = tables[f"means.{block_name(row)}"]
        place = [column["name"] for column in table["columns"]].index(row.cell)
        lines = {line["name"]: line["cells"] for line in table["rows"]}
        cell = lines[row.arm][place]
        assert same(row.mean, cell.get("value"))
        assert same(row.sd, cell.get("spread"))
        assert (row.n, row.planned) == (cell["n"], cell["planned"])
        assert same(row.majority, lines["majority rate"][place].get("value"))


def test_pairs_are_those_of_the_report(results: ResultsFrame, tables: dict[str, Any]) -> None:
    paired, units = results.paired(against="ce"), results.units(against="ce")
    assert len(paired)
    for row in paired.itertuples():
        table = tables[f"statistics-ce.{block_name(row)}"]
        told = table["data"][f"{row.arm} | {row.cell}"]
        for name, other in {"mean": "mean_method", "mean_against": "mean_baseline"}.items():
            assert same(getattr(row, name), told[other])
        for name in ("difference", "p", "sd", "hedges_g", "won", "tied", "lost"):
            assert same(getattr(row, name), told[name]), name
        ends = told["interval"] or {"low": None, "high": None}
        assert same(row.low, ends["low"])
        assert same(row.high, ends["high"])
        names = [column["name"] for column in table["columns"]]
        line = next(one["cells"] for one in table["rows"] if (one["cells"][0]["shown"], one["cells"][1]["shown"]) == (row.arm, row.cell))
        assert same(row.p_holm, line[names.index("Holm p")].get("value"))
        mine = units[(units["arm"] == row.arm) & (units["cell"] == row.cell) & (units["suite"] == row.suite)]
        mine = mine[(mine["profile"] == row.profile) & (mine["protocol"] == row.protocol)]
        assert len(mine) == row.n == told["n"]
        assert same(row.difference, mine["difference"].mean() if row.n else None)


def test_an_arm_that_is_not_there_is_refused(results: ResultsFrame) -> None:
    with pytest.raises(UserError, match="Did you mean"):
        results.paired(against="scll")


def test_another_arm_is_compared_with_on_request(results: ResultsFrame) -> None:
    paired = results.paired(against="scl")
    assert set(paired["against"]) == {"scl"}
    there = results.paired(against="ce")
    mine, theirs = paired[paired["arm"] == "ce"], there[there["arm"] == "scl"]
    columns = ["suite", "profile", "protocol", "cell"]
    both = mine.merge(theirs, on=columns)
    assert len(both)
    assert both["difference_x"].to_numpy() == pytest.approx(-both["difference_y"].to_numpy())


def test_a_suite_without_a_registered_analysis_has_no_conclusions(results: ResultsFrame) -> None:
    assert results.conclusions().empty


@pytest.mark.slow
def test_conclusions_are_those_of_the_report(tmp_path: Path) -> None:
    registration = STUDY / "registration.json"
    found = benchmark.load_results(STUDY).conclusions(registration)
    told = tables_of(STUDY, tmp_path, registration=registration)["registered-questions"]["data"]["conclusions"]
    assert len(found) == len(told)
    for row, one in zip(found.itertuples(), told, strict=True):
        for name in ("question", "claim", "estimand", "treatment", "shots", "answer", "complete", "on_a_new_task"):
            assert getattr(row, name) == one[name]
        for name in ("p", "p_holm", "p_equivalence"):
            assert same(getattr(row, name), one[name])
        assert row.waits_for == "; ".join(one["waits"])
        assert row.hangs_on == ", ".join(gone["task"] for gone in one["without"] if gone["answer"] != "credited")
        first = one["comparisons"][0] if one["comparisons"] else None
        assert row.against == ("" if first is None else first["arm"])
        assert same(row.value, None if first is None else first["fixed"]["value"])
        assert row.pairs == (0 if first is None else sum(task["n"] for task in first["evidence"]["tasks"]))


def test_answers_have_their_estimate_and_what_it_rests_on() -> None:
    """A study of one stage, made up and complete: the frame has the numbers of its conclusions."""
    rng = np.random.default_rng(1)
    plan = load_analysis("study")
    scores: dict[ArmPlace, ArmRuns] = {}
    for task in plan.tasks:
        split = 0.7 + 0.03 * rng.standard_normal(20)
        for arm, gain in {"ce": 0.0, "scl": 0.03, "scl-placebo": 0.0, "scl-simcse": 0.0}.items():
            values = (split + gain + 0.02 * rng.standard_normal(20)).tolist()
            runs = {(i, i): Run(value, "done", False) for i, value in enumerate(values)}
            scores[ArmPlace(plan.encoder, task, "20", arm)] = ArmRuns(arm, runs)
    one = next(one for one in conclusions(plan, scores, None) if (one.question, one.shots) == ("Q1", "20"))
    row = _concluded(one)
    first = one.comparisons[0]
    ends = first.fixed.interval()
    assert (row["answer"], row["against"], row["tasks"], row["pairs"]) == ("credited", "ce", 8, 160)
    assert (row["value"], row["low"], row["high"]) == (ends.value, ends.low, ends.high)
    assert first.random is not None
    assert row["new_task_value"] == first.random.value
    assert set(row) == set(CONCLUSIONS) - {"suite", "protocol"}
    assert row["hangs_on"] == ""
    without = [WithoutTask(task, Answer.UNDECIDED if task in ("trec", "sst2") else one.answer, (), ()) for task in plan.tasks]
    assert _concluded(replace(one, without=tuple(without)))["hangs_on"] == "sst2, trec"


def test_a_folder_and_an_archive_are_read_alike(results: ResultsFrame) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(results), pd.DataFrame(benchmark.load_results(ARMS)))


@pytest.mark.parametrize("place", [ARMS, STUDY], ids=["arms", "study"])
def test_every_planned_arm_has_its_means(place: Path) -> None:
    frame = benchmark.load_results(place)
    assert set(frame["status"]) <= {"done", "missing", "failed"}
    arms = {arm.partition(" [")[0] for arm in frame.means()["arm"]}  # arms that differ in what they ran with are set apart
    assert arms == set(frame["variant"])


def test_duckdb_and_parquet_take_it(results: ResultsFrame) -> None:
    duckdb = pytest.importorskip("duckdb")
    frame = results  # duckdb finds it by this name
    counted = duckdb.sql("select variant, count(*) as n from frame where status = 'done' group by variant order by variant").df()
    plain = pd.DataFrame(results).query("status == 'done'").groupby("variant").size()
    assert dict(zip(counted["variant"], counted["n"], strict=True)) == plain.to_dict()
    assert len(frame) == len(results)
    buffer = io.BytesIO()
    results.to_parquet(buffer, index=False)
    assert len(pd.read_parquet(io.BytesIO(buffer.getvalue()))) == len(results)
