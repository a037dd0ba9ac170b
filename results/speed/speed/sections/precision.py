"""bf16 against fp32: do the same runs say the same, and how much faster are they?"""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np

from speed import suite
from speed.figures import Details, Ratio, Section
from speed.setting import Setting


def measure(setting: Setting) -> Section:
    """The same `ce` runs in both precisions: agreement of predictions, difference of the metric, ratio of training times."""
    profile = setting.profile(setting.sizes.steps, setting.sizes.test_rows)
    options = {"profile": profile, "tasks": "sst2", "methods": "ce", "shots": "20", "seeds": str(setting.sizes.seeds)}
    both = {precision: _by_split(suite.run(setting, options | {"precision": precision})[1]) for precision in ("bf16", "fp32")}
    rows = []
    for split in sorted(both["bf16"]):
        half, full = both["bf16"][split], both["fp32"][split]
        agreement = float(np.mean(np.array(half.predictions.ids()) == np.array(full.predictions.ids())))
        rows.append((split, f"{half.value:.4f}", f"{full.value:.4f}", f"{half.value - full.value:+.4f}", f"{agreement:.4f}"))
    differences = [float(row[3]) for row in rows]
    spread = float(np.std(differences, ddof=1)) if len(rows) > 1 else 0.0
    mean = ("mean", "", "", f"{fmean(differences):+.4f}", f"{fmean(float(row[4]) for row in rows):.4f}")
    ratios = [
        Ratio("training in bf16 / in fp32", *(fmean(r.seconds for r in both[p].values()) for p in ("bf16", "fp32"))),
        Ratio("scoring in bf16 / in fp32", *(fmean(r.scoring_seconds for r in both[p].values()) for p in ("bf16", "fp32"))),
    ]
    notes = (
        f"{len(rows)} splits, {setting.sizes.steps} steps. The sample standard deviation of the differences is {spread:.4f}; what a "
        "new draw of head, order and dropout changes stands under the first section.",
    )
    details = Details("Accuracy and agreement", ("split", "bf16", "fp32", "difference", "same prediction"), [*rows, mean])
    return Section("precision", "bf16 against fp32", ratios, [details], notes)


def _by_split(records: list[Any]) -> dict[int, Any]:
    return {record.spec.split.split_seed: record for record in records}
