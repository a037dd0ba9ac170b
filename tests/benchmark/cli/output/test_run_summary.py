"""The table at the end: n, sample standard deviation, failures, alarms, and what the data are."""

from __future__ import annotations

import pytest

from benchmark.cli.output.run_summary import summary_table

BASE = {
    "suite": "glue-fewshot",
    "profile": "smoke",
    "protocol": "honest",
    "task": "sst2",
    "task_source": "embedded",
    "partial": "",
    "method": "ce",
    "variant": "",
    "shots": "8",
    "noise_kind": "",
    "noise_level": "",
    "noise_where": "",
    "sampler": "natural",
    "metric": "accuracy",
    "value": 0.5,
    "status": "done",
    "encoder": "tiny",
    "device": "cpu",
    "precision": "fp32",
    "env_id": "e1",
    "alarms": "[]",
}


def row(**changes):
    return {**BASE, **changes}


def line_of(table, arm):
    return next(line.split() for line in table.splitlines() if arm in line.split())


def test_mean_and_sample_standard_deviation_per_arm():
    table = summary_table([row(value=0.5), row(value=0.7), row(method="scl", value=0.25)])
    assert line_of(table, "ce")[-4:] == ["0.600", "0.141", "2", "0"]
    assert line_of(table, "scl")[-4:] == ["0.250", "-", "1", "0"]
    assert "ddof 1" in table


def test_failed_runs_are_counted_and_left_out_of_the_mean():
    table = summary_table([row(value=0.5), row(status="failed", value=float("nan"))])
    assert line_of(table, "ce")[-4:] == ["0.500", "-", "1", "1"]


def test_alarms_are_shown_with_their_number():
    assert "constant predictions (2)" in summary_table([row(alarms='["constant predictions"]')] * 2)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row()], "stand-in"),
        ([row(partial="train")], "Partial data (fewer rows than the original): sst2."),
        ([row(), row(env_id="e2")], "more than one environment"),
        ([row(noise_kind="label-flip", noise_level=0.2, noise_where="train")], "label-flip:0.2 train"),
        ([], "No runs."),
    ],
)
def test_it_says_what_a_reader_must_know(rows, said):
    assert said in summary_table(rows)
