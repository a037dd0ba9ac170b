"""Loading and splitting the largest task: in processor seconds of this process, since other work on the machine is not its."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmark.config.task import load_task
from benchmark.data.sources.source import load_task_data
from benchmark.data.splits.split import make_split
from benchmark.records.spec import SplitSpec

pytestmark = pytest.mark.performance


def test_the_largest_task_loads_and_splits_in_little_time(data_root: Path) -> None:
    """67,349 rows: a second and a half of processor time to load, a fifth of a second to split (0.4 and 0.06 when idle)."""
    start = time.process_time()
    data = load_task_data(load_task("sst2"), data_root)
    loaded = time.process_time()
    make_split(data, SplitSpec(shots="20", unlabelled=2000))
    assert loaded - start < 1.5
    assert time.process_time() - loaded < 0.25
