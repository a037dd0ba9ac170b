"""How long a report takes: `pytest tests/reports/test_speed.py --benchmark-only`. The aim is 20,000 records in under 60 seconds and 1 GiB.

Small unless REPORT_RECORDS says how many (20000 for the aim itself).
"""

from __future__ import annotations

import os
import resource
from typing import Any

import pytest

from reports.report import Options, report

RECORDS = int(os.environ.get("REPORT_RECORDS", "400"))
ARMS = ["ce", "ce-null", "ce-matched", "tfidf", "probe", "scl", "scl-only", "cat", "dae-cl-joint", "three-phase"]
NOISE = ["", "label-flip:0.1", "label-flip:0.2", "label-flip:0.3", "label-flip:0.4"]
SEEDS = max(10, RECORDS // (100 * len(ARMS)))  # there are 100 cells
GIBIBYTE = 1024 * 1024  # in kB, as getrusage counts on Linux


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, filled: Any) -> Any:
    """RECORDS runs: ten arms with ten seeds or more in the cells that are needed; half of the arms are better, so predictions are read."""
    tasks, shots = [f"task{i}" for i in range(5)], ["20", "100", "500", "1000"]
    cells = [(task, n, noise) for noise in NOISE for n in shots for task in tasks][: max(1, RECORDS // (len(ARMS) * SEEDS))]
    scores = {
        arm: [round(0.60 + 0.03 * (a > 4) + 0.005 * ((7 * seed + 3 * a * seed + a) % 17), 3) for seed in range(SEEDS)]
        for a, arm in enumerate(ARMS)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)  # only the making of the folder: it is not what is measured
        return filled(tmp_path_factory.mktemp("speed") / "results", dict.fromkeys(cells, scores))


def test_report_of_many_records(benchmark: Any, large: Any, tmp_path: Any) -> None:
    benchmark.pedantic(lambda: report(Options(large, out=tmp_path / "out")), rounds=1, iterations=1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < GIBIBYTE
