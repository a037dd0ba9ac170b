"""The contrastive pair phase and the denoising phase, against sentence-transformers training the same losses on the same rows."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from speed import handing, suite
from speed.figures import Details, Ratio, Section
from speed.process import Spent, script
from speed.rendering import megabytes
from speed.setting import Setting

PEER = "peers/sentence_losses.py"
BATCH = 16


def pairs(setting: Setting) -> Section:
    """The pair phase of `cl-ft` on 100 training rows."""
    copies = math.ceil(setting.sizes.steps * BATCH / 100)
    profile = setting.profile(1, 20)
    options = {"profile": profile, "tasks": "sst2", "methods": "cl-ft", "shots": "100", "set": [f"cl-ft.copies={copies}"]}
    return _measure(setting, options, "pairs", "contrast", "Contrastive pairs", "CosineSimilarityLoss")


def dae(setting: Setting) -> Section:
    """The denoising phase of `dae-ft` on 20 training rows and unlabelled ones, one pass."""
    profile = setting.profile(1, 20, unlabelled=setting.sizes.steps * BATCH - 20)
    options = {"profile": profile, "tasks": "sst2", "methods": "dae-ft", "shots": "20", "set": ["dae-ft.epochs_dae=1"]}
    return _measure(setting, options, "denoising", "dae", "Denoising auto-encoder", "DenoisingAutoEncoderLoss (tied decoder)")


def _measure(setting: Setting, options: dict[str, Any], loss: str, phase: str, title: str, peer: str) -> Section:
    ours: list[tuple[Spent, float, Any]] = []
    theirs: list[tuple[Spent, float, Any]] = []
    for seed in range(setting.sizes.repeats):
        chosen = options | {"seeds": f"{seed}-{seed}"}
        plan = suite.plan(setting, chosen)
        job = handing.sentence_losses(plan, plan.runs[0], loss)
        spent, (record,) = suite.run(setting, chosen)
        cost = next(cost for cost in record.phases if cost.name == phase)
        ours.append((spent, cost.seconds, next(iter(cost.log["terms"].values()))))
        took, answer = script(PEER, job, setting)
        assert answer["steps"] == cost.log["plan"]["steps"]
        theirs.append((took, answer["train_seconds"], answer["losses"]))
    steps = cost.log["plan"]["steps"]
    ratio = Ratio(f"{title.lower()}: our phase / sentence-transformers", _middle(ours), _middle(theirs), 1.0)
    rows = [_row(name, each, steps) for name, each in (("ours", ours), (peer, theirs))]
    header = ("program", "training s", "ms a step", "whole process s", "peak", "loss at the first look", "at the last")
    notes = (
        f"sst2, {steps} steps of {BATCH} rows, the same rows in the same order, same learning rate, schedule and clipping, both "
        f"{setting.precision}, {setting.threads} threads; median of {setting.sizes.repeats}.",
        "Training alone is compared: the whole process of ours also fine-tunes one step, scores and writes a record.",
        "Ours measures gradient norms and term sizes ten times on the way. The loss is looked at in single steps by ours, as a mean over "
        "a tenth of the steps by the peer.",
    )
    return Section({"pairs": "pairs", "denoising": "dae"}[loss], title, [ratio], [Details("Seconds and losses", header, rows)], notes)


def _middle(each: list[tuple[Spent, float, Any]]) -> float:
    return median(seconds for _, seconds, _ in each)


def _row(name: str, each: list[tuple[Spent, float, Any]], steps: int) -> tuple[object, ...]:
    seconds, losses = _middle(each), each[0][2]
    whole, peak = median(spent.seconds for spent, _, _ in each), max(spent.peak_bytes for spent, _, _ in each)
    return (name, seconds, 1000 * seconds / steps, whole, megabytes(peak), float(losses[0]), float(losses[-1]))
