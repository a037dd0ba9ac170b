"""One cross-entropy run, whole: a fresh process, imports, loading, training, scoring. Ours, and two Trainer scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from speed import handing, suite
from speed.figures import Details, Ratio, Section
from speed.process import Spent, script
from speed.rendering import megabytes
from speed.setting import Setting

if TYPE_CHECKING:
    from benchmark.records.record import RunRecord

OURS = "ours"
PEERS = {"default Trainer script": ("peers/stock_trainer.py", 8.0), "tuned Trainer script": ("peers/tuned_trainer.py", 1.6)}


@dataclass(frozen=True)
class Taken:
    """One program on one split.

    Args:
        train, score: seconds of these parts by the program's own clock.
        accuracy: on the test sentences.
    """

    spent: Spent
    train: float
    score: float
    predictions: NDArray[np.int64]
    accuracy: float

    @property
    def rest(self) -> float:
        """Start of the interpreter, imports, loading, writing."""
        return self.spent.seconds - self.train - self.score


def measure(setting: Setting) -> Section:
    """Each program on the same splits, one after another, so that a slower minute of the machine meets all of them."""
    options = {"profile": setting.profile(setting.sizes.steps, setting.sizes.test_rows), "tasks": "sst2", "methods": "ce", "shots": "20"}
    taken: dict[str, list[Taken]] = {name: [] for name in (OURS, *PEERS)}
    for seed in range(setting.sizes.repeats):
        for name, one in _on_one_split(setting, options | {"seeds": f"{seed}-{seed}"}).items():
            taken[name].append(one)
    return _section(setting, taken, noise_of_a_seed(setting, options))


def _on_one_split(setting: Setting, options: dict[str, Any]) -> dict[str, Taken]:
    plan = suite.plan(setting, options)
    labels = handing.split_of(plan, plan.runs[0]).test.labels
    assert labels is not None
    spent, (record,) = suite.run(setting, options)
    taken = {OURS: _taken(spent, record.seconds, record.scoring_seconds, predicted(record), labels)}
    for name, (file, _) in PEERS.items():
        spent, answer = script(file, handing.classification(plan, plan.runs[0]), setting)
        taken[name] = _taken(spent, answer["train_seconds"], answer["score_seconds"], np.array(answer["predictions"]), labels)
    return taken


def _taken(spent: Spent, train: float, score: float, predictions: NDArray[np.int64], labels: NDArray[np.int64]) -> Taken:
    return Taken(spent, train, score, predictions, float(np.mean(predictions == labels)))


def predicted(record: RunRecord) -> NDArray[np.int64]:
    """The classes that a run of ours predicted."""
    assert record.predictions is not None, record.error
    return np.array(record.predictions.ids())


def noise_of_a_seed(setting: Setting, options: dict[str, Any]) -> tuple[float, float]:
    """How far two runs of ours lie apart that differ in nothing but head, order and dropout draws: (accuracy, agreement)."""
    seeds = max(2, setting.sizes.repeats)
    _, records = suite.run(setting, options | {"methods": "ce,ce-null", "seeds": str(seeds)})
    arms: dict[str, dict[int, RunRecord]] = {"ce": {}, "ce-null": {}}
    for record in records:
        arms[record.spec.method.name][record.spec.split.split_seed] = record
    pairs = [(arms["ce"][seed], arms["ce-null"][seed]) for seed in range(seeds)]
    apart = fmean(abs((a.value or 0.0) - (b.value or 0.0)) for a, b in pairs)
    return apart, fmean(float(np.mean(predicted(a) == predicted(b))) for a, b in pairs)


def _section(setting: Setting, taken: dict[str, list[Taken]], noise: tuple[float, float]) -> Section:
    ours = median(one.spent.seconds for one in taken[OURS])
    ratios = [
        Ratio(f"one CE run: ours / {name}", ours, median(one.spent.seconds for one in taken[name]), goal)
        for name, (_, goal) in PEERS.items()
    ]
    header = ("program", "s", "training s", "scoring s", "rest s", "CPU s", "peak", "accuracy per split", "mean", "as ours")
    notes = (
        f"sst2, 20 training rows, {setting.sizes.steps} steps of 16 rows, {len(taken[OURS][0].predictions)} test sentences; median of "
        f"{len(taken[OURS])} fresh processes each (one per split), taken in turns.",
        "Rest: start, imports, loading, writing. As ours: share of equal predictions, mean over splits.",
        "Same rows in the same order, same learning rates, schedule, clipping and pooling. The peers save nothing and score no "
        "development rows; ours scores 20 more and writes a record.",
        f"Noise: two runs of ours that differ only in head, order and dropout draws lie {noise[0]:.3f} apart in accuracy and agree on "
        f"{noise[1]:.3f} of the predictions (means over splits).",
    )
    rows = [_row(name, each, taken[OURS]) for name, each in taken.items()]
    return Section("ce", "One cross-entropy run, whole", ratios, [Details("Seconds, memory, accuracy", header, rows)], notes)


def _row(name: str, each: Sequence[Taken], ours: Sequence[Taken]) -> tuple[object, ...]:
    times = [
        median(values) for values in zip(*((t.spent.seconds, t.train, t.score, t.rest, t.spent.cpu_seconds) for t in each), strict=True)
    ]
    agreement = fmean(float(np.mean(one.predictions == our.predictions)) for one, our in zip(each, ours, strict=True))
    accuracies = " ".join(f"{one.accuracy:.3f}" for one in each)
    mean = fmean(one.accuracy for one in each)
    return (name, *times, megabytes(max(one.spent.peak_bytes for one in each)), accuracies, f"{mean:.3f}", f"{agreement:.3f}")
