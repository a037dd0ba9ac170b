"""NUMERICS is bumped by hand; this fails when the engine's numbers changed and it was not.

To write the golden numbers anew after a bump: `python tests/benchmark/execution/test_numerics.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.execution.compute import honour
from benchmark.execution.numerics import NUMERICS
from benchmark.execution.rehearsal import BUDGET, rehearse, small_split
from benchmark.learning.contract import Scores
from benchmark.records.spec import Compute
from benchmark.registry import build

GOLDEN = Path(__file__).with_name("golden_numerics.json")
NAMES = ("ce", "probe", "three-phase")  # the shared loop and head, the frozen encoder, and three phases in a row
TOLERANCE = 1e-4  # other processors sum in another order; a changed schedule, loss or stream moves scores by far more


def scores(name: str) -> Scores:
    """Test scores of a method on the tiny encoder: fp32, few steps."""
    honour(Compute())
    return rehearse(build(name), small_split()).scores


@pytest.mark.parametrize("name", NAMES)
def test_numbers_change_only_with_numerics(name: str) -> None:
    golden = json.loads(GOLDEN.read_text())
    assert golden["numerics"] == NUMERICS, "NUMERICS was raised: write the golden numbers anew (see the top of this file)"
    close = np.allclose(scores(name)[:4], np.array(golden["scores"][name]), rtol=0, atol=TOLERANCE)
    assert close, "the engine's numbers changed: raise NUMERICS, then write the golden numbers anew"


def test_the_tolerance_notices_one_step_more() -> None:
    """The test above must be able to fail."""
    honour(Compute())
    from benchmark.execution import rehearsal

    longer = BUDGET.model_copy(update={"steps": BUDGET.steps + 1})
    before = rehearse(build("ce"), small_split()).scores
    original, rehearsal.BUDGET = rehearsal.BUDGET, longer
    try:
        after = rehearse(build("ce"), small_split()).scores
    finally:
        rehearsal.BUDGET = original
    assert np.abs(before - after).max() > 10 * TOLERANCE


if __name__ == "__main__":
    first_rows = {name: [[round(float(s), 6) for s in row] for row in scores(name)[:4]] for name in NAMES}
    GOLDEN.write_text(json.dumps({"numerics": NUMERICS, "scores": first_rows}, indent=1) + "\n")
