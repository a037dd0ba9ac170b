"""One cross-entropy run, whole: a fresh process, imports, loading, training, scoring. Ours, and two Trainer scripts."""

from __future__ import annotations

from statistics import fmean, median
from typing import Any

import numpy as np

from speed import handing, suite
from speed.figures import Details, Ratio, Section
from speed.process import Spent, script
from speed.rendering import megabytes
from speed.setting import Setting

PEERS = {"default Trainer script": "peers/stock_trainer.py", "tuned Trainer script": "peers/tuned_trainer.py"}
OURS = "ours"
GOALS = {"default Trainer script": 8.0, "tuned Trainer script": 1.6}


def measure(setting: Setting) -> Section:
    """Each program on the same splits, one after another, so that a slower minute of the machine meets all of them."""
    profile = setting.profile(setting.sizes.steps, setting.sizes.test_rows)
    spent: dict[str, list[Spent]] = {}
    found: list[dict[str, np.ndarray[Any, Any]]] = []
    parts: dict[str, list[tuple[float, float]]] = {}
    labels: list[np.ndarray[Any, Any]] = []
    for seed in range(setting.sizes.repeats):
        options = {"profile": profile, "tasks": "sst2", "methods": "ce", "shots": "20", "seeds": f"{seed}-{seed}"}
        plan = suite.plan(setting, options)
        truth = handing.split_of(plan, plan.runs[0]).test.labels
        assert truth is not None
        labels.append(truth)
        mine, records = suite.run(setting, options)
        (record,) = records
        assert record.predictions is not None
        spent.setdefault(OURS, []).append(mine)
        parts.setdefault(OURS, []).append((record.seconds, record.scoring_seconds))
        found.append({OURS: np.array(record.predictions.ids())})
        for name, file in PEERS.items():
            took, answer = script(file, handing.classification(plan, plan.runs[0]), setting)
            spent.setdefault(name, []).append(took)
            parts.setdefault(name, []).append((answer["train_seconds"], answer["score_seconds"]))
            found[-1][name] = np.array(answer["predictions"])
    noise = noise_of_a_seed(setting, profile)
    return section(setting, spent, parts, found, labels, noise)


def noise_of_a_seed(setting: Setting, profile: Any) -> tuple[float, float]:
    """How far two runs of ours lie apart that differ in nothing but head, order and dropout draws: (accuracy, agreement)."""
    seeds = max(2, setting.sizes.repeats)
    options = {"profile": profile, "tasks": "sst2", "methods": "ce,ce-null", "shots": "20", "seeds": str(seeds)}
    _, records = suite.run(setting, options)
    arms: dict[str, dict[int, Any]] = {}
    for record in records:
        arms.setdefault(record.spec.method.name, {})[record.spec.split.split_seed] = record
    pairs = [(arms["ce"][seed], arms["ce-null"][seed]) for seed in arms["ce"]]
    apart = fmean(abs(a.value - b.value) for a, b in pairs)
    agreement = fmean(float(np.mean(np.array(a.predictions.ids()) == np.array(b.predictions.ids()))) for a, b in pairs)
    return apart, agreement


def section(
    setting: Setting,
    spent: dict[str, list[Spent]],
    parts: dict[str, list[tuple[float, float]]],
    found: list[dict[str, np.ndarray[Any, Any]]],
    labels: list[np.ndarray[Any, Any]],
    noise: tuple[float, float],
) -> Section:
    """The figures of all repetitions as ratios of medians, with accuracy and agreement beside them."""
    ours = median(s.seconds for s in spent[OURS])
    ratios = [Ratio(f"one CE run: ours / {name}", ours, median(s.seconds for s in spent[name]), GOALS[name]) for name in PEERS]
    rows = []
    for name, each in spent.items():
        accuracy = [float(np.mean(one[name] == truth)) for one, truth in zip(found, labels, strict=True)]
        agreement = fmean(float(np.mean(one[name] == one[OURS])) for one in found)
        train, score = (median(part[index] for part in parts[name]) for index in (0, 1))
        seconds = median(s.seconds for s in each)
        rest = seconds - train - score
        cpu, peak = median(s.cpu_seconds for s in each), max(s.peak_bytes for s in each)
        shown = " ".join(f"{a:.3f}" for a in accuracy)
        rows.append((name, seconds, rest, train, score, cpu, megabytes(peak), shown, f"{fmean(accuracy):.3f}", f"{agreement:.3f}"))
    header = (
        "program",
        "s",
        "other s",
        "training s",
        "scoring s",
        "CPU s",
        "peak",
        "accuracy per split",
        "mean",
        "as ours",
    )
    notes = (
        f"sst2, 20 training rows, {setting.sizes.steps} steps of 16 rows, {len(labels[0])} test sentences; median of {len(labels)} "
        "fresh processes each (one per split), taken in turns.",
        "Other: start, imports, loading, writing. As ours: share of equal predictions, mean over splits.",
        "Same rows in the same order, same learning rates, schedule, clipping and pooling. The peers save nothing and score no "
        "development rows; ours scores 20 more and writes a record.",
        f"Noise: two runs of ours that differ only in head, order and dropout draws lie {noise[0]:.3f} apart in accuracy and agree on "
        f"{noise[1]:.3f} of the predictions (means over splits).",
    )
    return Section("ce", "One cross-entropy run, whole", ratios, [Details("Seconds, memory, accuracy", header, rows)], notes)
