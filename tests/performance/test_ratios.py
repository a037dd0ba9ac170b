"""The comparison in its quick form, held to loose bounds: they fail when something is broken, not when a machine is busy.

    python -m pytest -m performance tests/performance/test_ratios.py

The goals themselves stand in results.md, from the full form on a quiet machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import compare
import pytest

pytestmark = pytest.mark.performance

BOUNDS = {
    "one CE run: ours / default Trainer script": 1.5,
    "one CE run: ours / tuned Trainer script": 0.9,
    "contrastive pairs: our phase / sentence-transformers": 0.8,
    "denoising auto-encoder: our phase / sentence-transformers": 0.8,
    "a run once started: several workers / one process": 0.9,
    "training in bf16 / in fp32": 1.0,
}
PREFIXED = {"the grid of": 1.2, "scoring": 0.3}  # their names hold a size


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of one quick call."""
    pytest.importorskip("accelerate", reason="the Trainer needs it")
    pytest.importorskip("sentence_transformers", reason="a peer")
    out: Path = tmp_path_factory.mktemp("ratios")
    compare.main(["--quick", "--out", str(out)])
    return json.loads((out / "results.json").read_text())  # type: ignore[no-any-return]


def test_ratios_are_not_far_below_their_goals(measured: dict[str, Any]) -> None:
    ratios = {ratio["what"]: ratio["ratio"] for section in measured["sections"] for ratio in section["ratios"]}
    bounds = BOUNDS | {what: bound for what in ratios for start, bound in PREFIXED.items() if what.startswith(start) and "fp32" not in what}
    low = {what: (ratios[what], bound) for what, bound in bounds.items() if ratios[what] < bound}
    assert low == {}


def test_both_precisions_predict_nearly_the_same(measured: dict[str, Any]) -> None:
    section = next(section for section in measured["sections"] if section["name"] == "precision")
    mean = section["details"][0]["rows"][-1]
    assert mean[0] == "mean"
    assert float(mean[-1]) > 0.85


def test_every_section_was_measured(measured: dict[str, Any]) -> None:
    assert {section["name"] for section in measured["sections"]} == set(compare.SECTIONS)
