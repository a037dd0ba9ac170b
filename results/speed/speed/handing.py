"""What a peer is handed: exactly the rows, in exactly the order, that our run trains on. Both come from the same plan."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.contract.feed import Batch
    from benchmark.data.examples import Examples, Split
    from benchmark.planning.plan import Plan
    from benchmark.planning.planned_run import PlannedRun
    from benchmark.training.gradient_phase import GradientPhase


def split_of(plan: Plan, run: PlannedRun) -> Split:
    """The drawn split of a planned run."""
    from benchmark.planning import loaded_data

    return loaded_data.drawn(loaded_data.task_data(run.spec.task.name, plan.workspace), run.spec.split)


def batches_of(plan: Plan, run: PlannedRun, phase: int = -1) -> tuple[GradientPhase, list[Batch]]:
    """A gradient phase of a run, and all the batches that its first part draws, in order."""
    from benchmark.contract.phase import TrainingData
    from benchmark.plugins.registry import build
    from benchmark.streams import Streams

    split, method = split_of(plan, run), build(run.spec.method.name, run.spec.method.params)
    chosen: GradientPhase = list(method.phases(run.shape))[phase]  # type: ignore[assignment]
    streams = Streams(run.spec.split.split_seed, run.spec.seed or 0, method.salt).at(chosen.name)
    assert run.spec.budget is not None
    planned, feed = chosen.plan(run.shape, run.spec.budget), chosen.parts[0].feed
    data = chosen.data(TrainingData(split.train, split.dev, split.unlabelled), streams)
    rows = feed.batch(planned.batch, run.shape)
    return chosen, list(islice(feed.open(data, rows, run.spec.sampler, streams), planned.steps))


def classification(plan: Plan, run: PlannedRun, steps: int | None = None) -> dict[str, Any]:
    """The job of a Trainer script: training rows and their order, test texts (never test labels), and every training constant.

    Args:
        steps: as many steps instead of the run's own; the order of the rows is then repeated.
    """
    split, (phase, batches) = split_of(plan, run), batches_of(plan, run)
    assert run.spec.budget is not None
    constants = phase.plan(run.shape, run.spec.budget)
    place = {int(number): row for row, number in enumerate(split.train.ids)}
    order = [place[int(number)] for batch in batches for number in batch.views["text"].ids]
    wanted = steps or constants.steps
    order = (order * (wanted * constants.batch // len(order) + 1))[: wanted * constants.batch]
    assert split.train.labels is not None
    return {
        "encoder": str(encoder_folder(plan)),
        "train": {**_texts(split.train), "label": split.train.labels.tolist()},
        "test": _texts(split.test),
        "order": order,
        "classes": run.spec.task.n_classes,
        "steps": wanted,
        "batch": constants.batch,
        "lr_encoder": constants.lr_encoder,
        "lr_head": constants.lr_head,
        "warmup": constants.warmup,
        "weight_decay": constants.weight_decay,
        "clip": run.spec.budget.clip,
        "threads": run.spec.compute.threads,
        "device": run.spec.compute.device,
        "seed": run.spec.seed or 0,
    }


def sentence_losses(plan: Plan, run: PlannedRun, loss: str) -> dict[str, Any]:
    """The job of the sentence-transformers script: the rows of our first phase, one column per view, in order.

    Args:
        loss: `pairs` (left, right, label) or `denoising` (noised, original).
    """
    phase, batches = batches_of(plan, run, 0)
    assert run.spec.budget is not None
    assert run.spec.encoder is not None
    constants = phase.plan(run.shape, run.spec.budget)
    views = ("left", "right") if loss == "pairs" else ("noised", "original")
    rows: dict[str, list[Any]] = {view: [text for batch in batches for text in batch.views[view].texts] for view in views}
    if loss == "pairs":
        rows["label"] = [float(target) for batch in batches if batch.targets is not None for target in batch.targets]
    return {
        "encoder": str(encoder_folder(plan)),
        "loss": loss,
        "rows": rows,
        "steps": constants.steps,
        "batch": constants.batch,
        "lr": constants.lr_encoder,
        "warmup": constants.warmup,
        "clip": run.spec.budget.clip,
        "max_length": run.spec.encoder.max_length,
        "bf16": run.spec.compute.precision == "bf16",
        "threads": run.spec.compute.threads,
        "device": run.spec.compute.device,
        "seed": run.spec.seed or 0,
    }


def encoder_folder(plan: Plan) -> Path:
    """The folder that both sides load."""
    from benchmark.models.encoder_files import locate

    folder = locate(plan.grid.encoder)
    assert folder is not None, "a random encoder has no folder to hand to a peer"
    return folder


def _texts(examples: Examples) -> dict[str, Any]:
    return {"texts": list(examples.texts), "seconds": None if examples.second_texts is None else list(examples.second_texts)}
