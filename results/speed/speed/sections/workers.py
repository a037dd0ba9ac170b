"""Two one-thread workers against one two-thread process: the same runs, more of them an hour."""

from __future__ import annotations

from typing import Any

from speed import suite
from speed.figures import Details, Ratio, Section
from speed.rendering import megabytes
from speed.setting import Setting

CPU_WAYS = {"one process, two threads": (1, 2), "two workers, one thread each": (2, 1)}  # workers, threads of each
GPU_WAYS = {"one process": (1, 1), "four workers on one GPU (their times are shared)": (4, 1)}


def measure(setting: Setting) -> Section:
    """The same `ce` runs under both ways of using the machine."""
    profile = setting.profile(setting.sizes.steps, setting.sizes.test_rows)
    options = {"profile": profile, "tasks": "sst2", "methods": "ce", "shots": "20", "seeds": str(setting.sizes.runs)}
    ways = CPU_WAYS if setting.device == "cpu" else GPU_WAYS
    rows, rates, wholes = [], {}, {}
    for name, (workers, threads) in ways.items():
        spent, records = suite.run(setting, options | {"workers": workers, "threads": threads})
        busy = sum(_seconds(record) for record in records)
        rates[name], wholes[name] = busy / workers / len(records), spent.seconds
        rows.append((name, len(records), rates[name], spent.seconds, spent.cpu_seconds, megabytes(spent.peak_bytes)))
    one, two = ways
    ratios = [
        Ratio("a run once started: several workers / one process", rates[two], rates[one], 1.25 if setting.device == "cpu" else None),
        Ratio(f"{setting.sizes.runs} runs, whole command: several workers / one process", wholes[two], wholes[one]),
    ]
    header = ("way", "runs", "s of the machine per run", "whole command s", "CPU s", "peak of one process")
    notes = (
        f"{setting.sizes.runs} runs of {setting.sizes.steps} steps and {setting.sizes.test_rows} test sentences. The first line counts "
        "training and scoring alone (a long grid), the second the start of every process too (a short one).",
    )
    return Section("workers", "Two workers against two threads", ratios, [Details("Throughput", header, rows)], notes)


def _seconds(record: Any) -> float:
    return float(record.seconds + record.scoring_seconds)
