"""What the peers are handed is what our run trains on: the same rows in the same order, and no test label."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from speed import handing, shapes, suite
from speed.sections.grid import steps_for
from speed.setting import Setting, Sizes

from benchmark.contract.phase import TrainingData
from benchmark.planning.plan import Plan
from benchmark.streams import Streams
from benchmark.training.labelled_feed import Labelled

STEPS = 5


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """The embedded sentences with the default encoder; nothing is trained."""
    return Setting(tmp_path, Sizes(steps=STEPS), data_root=None)


def planned(setting: Setting, methods: str, shots: str = "20", **more: Any) -> Plan:
    options = {"profile": setting.profile(STEPS, 30, unlabelled=40), "tasks": "sst2", "methods": methods, "shots": shots, "seeds": "1"}
    return suite.plan(setting, options | more)


def test_the_trainer_gets_the_rows_of_our_batches_in_their_order(setting: Setting) -> None:
    plan = planned(setting, "ce")
    run = plan.runs[0]
    job, split = handing.classification(plan, run), handing.split_of(plan, run)
    streams = Streams(run.spec.split.split_seed, run.spec.seed or 0).at("fine-tune")
    feed = Labelled().open(TrainingData(split.train, split.dev, split.unlabelled), 16, "natural", streams)
    ours = [text for batch in islice(feed, STEPS) for text in batch.views["text"].texts]
    assert [job["train"]["texts"][row] for row in job["order"]] == ours
    assert len(ours) == STEPS * 16


def test_the_trainer_gets_our_constants(setting: Setting) -> None:
    plan = planned(setting, "ce")
    job, budget = handing.classification(plan, plan.runs[0]), plan.runs[0].spec.budget
    assert budget is not None
    given = {name: job[name] for name in ("steps", "batch", "lr_encoder", "lr_head", "warmup", "weight_decay", "clip")}
    assert given == {name: getattr(budget, name) for name in given}
    assert job["threads"] == setting.threads


def test_no_peer_sees_a_test_label(setting: Setting) -> None:
    plan = planned(setting, "ce")
    job = handing.classification(plan, plan.runs[0])
    assert job["test"].keys() == {"texts", "seconds"}
    assert job["test"]["texts"] == list(handing.split_of(plan, plan.runs[0]).test.texts)


def test_more_steps_repeat_the_order(setting: Setting) -> None:
    plan = planned(setting, "ce")
    once, long = (handing.classification(plan, plan.runs[0], steps)["order"] for steps in (None, 2 * STEPS + 1))
    assert long[: 2 * len(once)] == once + once
    assert len(long) == (2 * STEPS + 1) * 16


def test_the_pair_peer_gets_the_pairs_of_our_phase(setting: Setting) -> None:
    plan = planned(setting, "cl-ft", shots="100", set=["cl-ft.copies=1"])
    job = handing.sentence_losses(plan, plan.runs[0], "pairs")
    split = handing.split_of(plan, plan.runs[0])
    label = dict(zip(split.train.texts, split.train.labels.tolist(), strict=True))  # type: ignore[union-attr]
    rows = job["rows"]
    assert [float(label[a] == label[b]) for a, b in zip(rows["left"], rows["right"], strict=True)] == rows["label"]
    assert len(rows["label"]) == job["steps"] * job["batch"]


def test_the_denoising_peer_gets_noised_and_original_texts(setting: Setting) -> None:
    plan = planned(setting, "dae-ft", set=["dae-ft.epochs_dae=1"])
    job = handing.sentence_losses(plan, plan.runs[0], "denoising")
    for noised, original in zip(job["rows"]["noised"], job["rows"]["original"], strict=True):
        assert set(noised.split()) <= set(original.split())
        assert noised
    assert len(job["rows"]["noised"]) == job["steps"] * job["batch"]


def test_a_sample_takes_as_many_passes_as_the_arm_declares(setting: Setting) -> None:
    plan = planned(setting, "ce,cat,tfidf")
    steps = {run.arm.name: steps_for(run) for run in plan.runs}
    cat = next(run.cost for run in plan.runs if run.arm.name == "cat")
    assert steps["ce"] == STEPS
    assert steps["tfidf"] == 0
    assert steps["cat"] == round((cat.forward + cat.backward) / 32) > STEPS


def test_both_sides_name_one_encoder_folder(setting: Setting) -> None:
    plan = planned(setting, "ce")
    folder = Path(handing.classification(plan, plan.runs[0])["encoder"])
    assert {"config.json", "tokenizer.json", "model.safetensors"} <= {file.name for file in folder.iterdir()}


def test_random_weights_of_a_shape_serve_both_sides(tmp_path: Path) -> None:
    folder = shapes.write("tiny", tmp_path / "random-tiny-bert")
    setting = Setting(tmp_path, Sizes(steps=STEPS), data_root=None, encoder=str(folder))
    plan = planned(setting, "ce")
    assert handing.encoder_folder(plan) == folder
    assert {"config.json", "tokenizer.json", "model.safetensors"} <= {file.name for file in folder.iterdir()}
