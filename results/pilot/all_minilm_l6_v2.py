"""The pilot behind the training constants of all-MiniLM-L6-v2: plain cross-entropy on tuning splits that no report uses.

    python results/pilot/all_minilm_l6_v2.py --data-root DIR

Split seeds 1000 and up are the pilot's. A setting is scored on 1,000 further texts of the training pool, never on test or development
data of any report. Writes results/pilot/all-minilm-l6-v2.json, which the constants in benchmark/config/encoders are read off.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

TASKS, SHOTS, SPLITS = ("sst2", "trec"), ("20", "100"), (1000, 1001)
RATES = (3e-5, 1e-4, 3e-4)  # encoder; the head's is ten times it
STEPS = {"20": 60, "100": 100}
SCORED = 1000


def accuracy(data_root: str, task: str, shots: str, split_seed: int, rate: float) -> float:
    """Accuracy of one run of `ce` on texts of the training pool that it was not trained on."""
    import numpy as np

    from benchmark.config.task import load_task
    from benchmark.config.toml_files import load_encoder
    from benchmark.contract.phase import Context, TrainingData
    from benchmark.contract.state import State
    from benchmark.contract.task_info import TaskInfo
    from benchmark.data.sources.source import load_task_data
    from benchmark.data.splits.split import make_split
    from benchmark.models.loading import kept_encoder
    from benchmark.plugins.registry import build
    from benchmark.records.spec import Budget, Compute, SplitSpec
    from benchmark.running.machine.compute import apply_compute
    from benchmark.streams import Streams

    apply_compute(Compute(precision="bf16", threads=1))
    data = load_task_data(load_task(task), Path(data_root))
    split = make_split(data, SplitSpec(shots=shots, split_seed=split_seed, unlabelled=SCORED))
    labels = dict(zip(data.train.ids.tolist(), data.train.labels.tolist(), strict=True))  # type: ignore[union-attr]
    shape = TaskInfo(task, data.label_names, data.pair, len(split.train), len(split.dev), 0)
    budget = Budget(steps=STEPS[shots], batch=16, lr_encoder=rate, lr_head=10 * rate)
    state = State(kept_encoder(load_encoder("all-minilm-l6-v2"), "cpu", "bf16").fresh())
    training = TrainingData(split.train, split.dev, split.unlabelled.take([]))
    for phase in build("ce").phases(shape):
        streams = Streams(split_seed, split_seed).at(phase.name)
        phase.build(state, shape, streams)
        phase.fit(state, training, Context(shape, budget, "natural", streams, _Passes()))
    assert state.predictor is not None
    predicted = state.predictor(split.unlabelled).argmax(1)
    return float(np.mean(predicted == np.array([labels[int(i)] for i in split.unlabelled.ids])))


class _Passes:
    forward = backward = 0


def main() -> None:
    """Run the grid in two processes and write the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", required=True)
    root = parser.parse_args().data_root
    cells = list(itertools.product(TASKS, SHOTS, SPLITS, RATES))
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        scores = list(pool.map(accuracy, [root] * len(cells), *zip(*cells, strict=True)))
    runs = [
        dict(zip(("task", "shots", "split_seed", "lr_encoder", "accuracy"), (*cell, score), strict=True))
        for cell, score in zip(cells, scores, strict=True)
    ]
    means = {f"{rate:g}": sum(r["accuracy"] for r in runs if r["lr_encoder"] == rate) / (len(runs) / len(RATES)) for rate in RATES}
    Path(__file__).with_name("all-minilm-l6-v2.json").write_text(
        json.dumps({"steps": STEPS, "means": means, "runs": runs}, indent=1) + "\n"
    )
    print(means)


if __name__ == "__main__":
    main()
