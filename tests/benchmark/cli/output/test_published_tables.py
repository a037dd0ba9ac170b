"""`list tables`: what a results folder can fill."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmark.cli.output import published_tables


@pytest.mark.parametrize(("suite", "filled"), [("glue-fewshot", 2), ("study", 0)])
def test_a_table_is_filled_by_the_suite_that_it_names(suite: str, filled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(suite, variant, "sst2", "20", "", None, "done") for variant in ("ce", "scl")]
    frame = pd.DataFrame(rows, columns=["suite", "variant", "task", "shots", "noise_kind", "noise_level", "status"])
    monkeypatch.setattr("benchmark.records.frame.load_results", lambda folder: frame)
    summaries = {key: summary for key, summary, _ in published_tables.tables(Path("runs"))}
    assert summaries["scl/few-shot"].endswith(f"suite glue-fewshot plans 18 of them, the results fill {filled}")
