"""NUMERICS is bumped by hand; this fails when the engine's numbers changed and it was not.

To write the golden numbers anew after a bump: `python tests/benchmark/test_numerics.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.checks.tiny_run import BUDGET, small_split, tiny_run
from benchmark.contract.predictor import Scores
from benchmark.plugins.registry import build
from benchmark.records.spec import Compute
from benchmark.running.machine.compute import apply_compute
from benchmark.version import NUMERICS

GOLDEN = Path(__file__).with_name("golden_numerics.json")
NAMES = ("ce", "probe", "three-phase")  # the shared loop and head, the frozen encoder, and three phases in a row
TOLERANCE = 1e-4  # other processors sum in another order; a changed schedule, loss or stream moves scores by far more


def scores(name: str) -> Scores:
    """Test scores of a method on the tiny encoder: fp32, few steps."""
    apply_compute(Compute())
    return tiny_run(build(name), small_split()).scores


@pytest.mark.parametrize("name", NAMES)
def test_numbers_change_only_with_numerics(name: str) -> None:
    golden = json.loads(GOLDEN.read_text())
    assert golden["numerics"] == NUMERICS, "NUMERICS was raised: write the golden numbers anew (see the top of this file)"
    close = np.allclose(scores(name)[:4], np.array(golden["scores"][name]), rtol=0, atol=TOLERANCE)
    assert close, "the engine's numbers changed: raise NUMERICS, then write the golden numbers anew"


def test_the_tolerance_notices_one_step_more() -> None:
    """The test above must be able to fail."""
    apply_compute(Compute())
    from benchmark.checks import tiny_run as module

    longer = BUDGET.model_copy(update={"steps": BUDGET.steps + 1})
    before = tiny_run(build("ce"), small_split()).scores
    original, module.BUDGET = module.BUDGET, longer
    try:
        after = tiny_run(build("ce"), small_split()).scores
    finally:
        module.BUDGET = original
    assert np.abs(before - after).max() > 10 * TOLERANCE


if __name__ == "__main__":
    first_rows = {name: [[round(float(s), 6) for s in row] for row in scores(name)[:4]] for name in NAMES}
    GOLDEN.write_text(json.dumps({"numerics": NUMERICS, "scores": first_rows}, indent=1) + "\n")
