"""Scoring against the matrix products alone, and where the time of scoring and of a training step goes."""

from __future__ import annotations

from typing import Any

from speed import suite
from speed.figures import Details, Ratio, Section
from speed.process import script
from speed.setting import Setting

SHORT = "sst2"
LONG = "qnli"  # two texts a row, and enough test rows for the cap of 2,000


def measure(setting: Setting) -> Section:
    """Both test sets, timed inside one process each; then the two breakdowns."""
    ratios, details = [], []
    for task, rows in ((SHORT, setting.sizes.test_rows), (LONG, setting.sizes.many_rows)):
        answer = script("own/scoring.py", _job(setting, task, rows), setting)[1]
        what = f"scoring {answer['rows']} rows of {task}: ours / matrix products alone"
        ratios.append(Ratio(what, answer["seconds"], answer["products_seconds"], 0.6))
        details.append(
            _breakdown(f"Scoring {answer['rows']} rows of {task} ({answer['tokens']} tokens)", answer["groups"], answer["profiled_seconds"])
        )
    answer = script("own/step.py", _job(setting, SHORT, 20), setting)[1]
    title = f"A training step of `ce` on {SHORT} ({1000 * answer['step_seconds']:.0f} ms; mean of {answer['steps']} steps)"
    details.append(_breakdown(title, answer["groups"], answer["profiled_seconds"]))
    notes = (
        "The products alone: the maps of all layers on the same flattened tokens of the same batches, weights already in bf16, and the two "
        "products of attention on the padded rows; nothing else. Tokens are in memory; the first call is not counted; median of several.",
        "Breakdowns are self times of operators under the profiler, which slows small operators; *python and dispatch* is the rest of "
        "the wall time. Casts between fp32 and bf16 and other copies share an operator and a line.",
    )
    return Section("scoring", "Scoring, and where the time goes", ratios, details, notes)


def _job(setting: Setting, task: str, rows: int) -> dict[str, Any]:
    profile = setting.profile(setting.sizes.steps, rows)
    options = {"profile": profile, "tasks": task, "methods": "ce", "shots": "20", "seeds": "1", "threads": setting.threads}
    folder = setting.folder("inside")
    return {"options": {name.replace("-", "_"): str(value) for name, value in suite.all_options(setting, options, folder).items()}}


def _breakdown(title: str, groups: dict[str, float], seconds: float) -> Details:
    known = sum(groups.values())
    shares = [*sorted(groups.items(), key=lambda item: -item[1]), ("python and dispatch", max(0.0, seconds - known))]
    rows = [(name, f"{1000 * spent:.1f}", f"{100 * spent / max(seconds, known):.1f} %") for name, spent in shares]
    return Details(title, ("part", "ms", "share"), rows)
