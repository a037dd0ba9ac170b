"""Recipe: a table of a report. `python -m benchmark report --plugin docs/recipes/drift_table.py` adds it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from benchmark import report_tables


@report_tables.register("drift")
def drift(frame: pd.DataFrame) -> pd.DataFrame | None:
    """How far each arm moved the encoder, and how often its gradients were clipped.

    Distance of the encoder's trained parameters from their start at the end of the last phase, and share of clipped steps: means over
    the finished runs of the arm in all cells.
    """
    rows = [{"arm": row["variant"], **_last(json.loads(row["diagnostics"]))} for _, row in frame.iterrows() if row["status"] == "done"]
    known = pd.DataFrame([row for row in rows if len(row) > 1])
    return None if known.empty else known.groupby("arm", sort=False).mean().reset_index()


def _last(diagnostics: dict[str, Any]) -> dict[str, float]:
    """Drift and clipped share of the last phase that measured them."""
    measured = [phase for phase in diagnostics.values() if phase.get("drift")]
    return {} if not measured else {"drift": measured[-1]["drift"][-1], "clipped_share": measured[-1].get("clipped_share", 0.0)}
