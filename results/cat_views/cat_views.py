"""How far apart the two views of CAT are, and why: dropout masks, the attack, or any step of its length.

    python results/cat_views/cat_views.py --data-root DIR

One batch of 16 training texts of sst2 (split seed 1000, which no report uses) with all-MiniLM-L6-v2 in float32, before training and
after 100 steps of `cat`. Each distance is a mean over the texts and over 20 draws of dropout masks (and of random directions). Writes
cat_views.json and cat_views.md beside this file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from benchmark.config.task import load_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.feed import Batch
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.contract.task_info import TaskInfo
from benchmark.data.sources.source import load_task_data
from benchmark.data.splits.split import make_split
from benchmark.models.loading import kept_encoder
from benchmark.plugins.registry import build
from benchmark.records.spec import Budget, Compute, SplitSpec
from benchmark.running.machine.compute import apply_compute
from benchmark.streams import Streams
from methods.losses.adversarial import Norm, perturbation, random_step

TASK, SPLIT_SEED, TEXTS, DRAWS, STEPS = "sst2", 1000, 16, 20, 100
SIZES: dict[Norm, float] = {"sign": 0.005, "l2": 0.5}
HERE = Path(__file__).parent
Distances = dict[str, list[tuple[float, float]]]  # what tells the views apart -> (1 - cosine, CE' - CE) of each draw


def distances(state: State, batch: Batch, streams: Streams) -> Distances:
    """1 - cosine between the views and the rise of the cross-entropy, for each cause, over the draws."""
    found: Distances = {}
    state.backbone.train()
    state.modules["head"].train()
    for draw in range(DRAWS):
        step = Step(draw, state, batch, PhaseScope(streams, 2))
        clean = step.encode()
        assert step.labels is not None
        ce = F.cross_entropy(step.logits(clean), step.labels)
        for cause, view in views(step, ce):
            with torch.no_grad():
                z = view()
                apart = 1 - F.cosine_similarity(clean, z).mean().item()
                rise = F.cross_entropy(step.logits(z, same_masks=True), step.labels) - ce
            found.setdefault(cause, []).append((apart, rise.item()))
    return found


def views(step: Step, ce: Tensor) -> Iterator[tuple[str, Callable[[], Tensor]]]:
    """What tells the second view apart, and how to take it."""
    yield "dropout redrawn", lambda: step.encode(fresh=True)
    matrix = step.word_rows()
    for norm, size in SIZES.items():
        attack = perturbation(step.grad(ce, matrix), norm, size)
        anywhere = random_step(attack, step.generator(norm))
        for name, moved in (("attack", matrix + attack), ("random direction", matrix + anywhere)):
            yield f"{name}, {norm} {size}", lambda moved=moved: step.encode(embeddings=moved, same_masks=True)  # type: ignore[misc]
            yield f"{name}, {norm} {size}, and dropout redrawn", lambda moved=moved: step.encode(embeddings=moved, fresh=True)  # type: ignore[misc]


def measured(data_root: Path) -> dict[str, Distances]:
    """The distances before and after training."""
    apply_compute(Compute(precision="fp32", threads=1))
    data = load_task_data(load_task(TASK), data_root)
    split = make_split(data, SplitSpec(shots="100", split_seed=SPLIT_SEED))
    shape = TaskInfo(TASK, data.label_names, data.pair, len(split.train), len(split.dev), 0)
    budget = Budget(steps=STEPS, batch=TEXTS, lr_encoder=1e-4, lr_head=1e-3)
    state = State(kept_encoder(load_encoder("all-minilm-l6-v2"), "cpu", "fp32").fresh())
    (phase,) = build("cat").phases(shape)
    streams = Streams(SPLIT_SEED, SPLIT_SEED).at(phase.name)
    phase.build(state, shape, streams)
    rows = np.arange(TEXTS)
    chosen = split.train.take(rows)
    batch = Batch({"text": chosen.without_labels()}, labels=chosen.labels, rows=rows)
    before = distances(state, batch, streams)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled.take([])), Context(shape, budget, "natural", streams, _Passes()))
    return {"before training": before, f"after {STEPS} steps of cat": distances(state, batch, streams)}


class _Passes:
    forward = backward = 0


def table(results: dict[str, Distances]) -> str:
    """The numbers in Markdown."""
    lines = [
        "# What tells CAT's two views apart",
        "",
        "1 - cosine between the pooled vectors of the clean and of the second view, and the rise of the cross-entropy in nats; means over",
        f"{TEXTS} training texts of {TASK} and {DRAWS} draws of dropout masks, ± the sample standard deviation over the draws.",
        "all-MiniLM-L6-v2, float32. Where a row does not say that dropout is redrawn, both views have the same masks.",
        "Made by `cat_views.py`.",
    ]
    for when, found in results.items():
        lines += ["", f"## {when.capitalize()}", "", "| second view | 1 - cosine | CE' - CE |", "|:--|--:|--:|"]
        for cause, draws in found.items():
            (apart, apart_sd), (rise, rise_sd) = ((fmean(c), stdev(c)) for c in zip(*draws, strict=True))
            lines.append(f"| {cause} | {apart:.5f} ± {apart_sd:.5f} | {rise:+.3f} ± {rise_sd:.3f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, required=True)
    results = measured(parser.parse_args().data_root)
    (HERE / "cat_views.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "cat_views.md").write_text(table(results), encoding="utf-8")


if __name__ == "__main__":
    main()
