"""Training on the occurring embedding rows alone gives what training on the whole matrix gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmark.checks.tiny_run import small_split, small_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.feed import Batch, Feed
from benchmark.contract.objective import ModuleFactory, Objective, Term
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.predictor import Scores
from benchmark.contract.state import State
from benchmark.contract.step import Step
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples
from benchmark.models import embedding_rows
from benchmark.models.loading import kept_encoder
from benchmark.plugins.registry import build
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.fine_tune import FineTune
from benchmark.training.gradient_phase import GradientPhase, LossPart, Pretrain
from benchmark.training.losses.cross_entropy import CrossEntropy

BUDGET = Budget(steps=6, batch=8, lr_encoder=1e-3, lr_head=1e-2, weight_decay=0.1)


@dataclass
class Trained:
    """What a phase left, and whether it trained on a part of the rows."""

    tensors: dict[str, Tensor]
    scores: Scores
    rows: list[int]


@dataclass(frozen=True)
class Watch(CrossEntropy):
    """Cross-entropy that notes how many embedding rows there are."""

    seen: tuple[list[int], ...] = ([],)

    def terms(self, step: Step) -> dict[str, Term]:
        self.seen[0].append(len(step.word_rows()))
        return super().terms(step)

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True)
class NewWords(Feed):
    """Labelled texts to which each step adds a word that no text holds."""

    def open(self, data: TrainingData, batch: int, sampler: str, streams: Streams) -> Iterator[Batch]:
        assert data.train.labels is not None
        for number in range(1000):
            chosen = data.train.take(list(range(batch)))
            texts = tuple(f"{text} unheard{number}" for text in chosen.texts)
            yield Batch({"text": Examples(chosen.ids, texts, chosen.second_texts, None)}, labels=chosen.labels)

    def size(self, task: TaskInfo) -> int:
        return task.n_train


def train(monkeypatch: pytest.MonkeyPatch, phase: GradientPhase, *, trim: bool, watch: Watch | None = None) -> Trained:
    """One phase on the tiny encoder, with and without trimming."""
    monkeypatch.setattr(embedding_rows, "WORTH_IT", 0.9 if trim else -1.0)
    split = small_split()
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    streams = Streams(0, 0).at(phase.name)
    context = Context(small_task(split), BUDGET, "natural", streams, PhaseRun(phase.name, ""))
    phase.build(state, context.task, streams)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled), context)
    assert state.predictor is not None
    scores = state.predictor(split.test.without_labels())
    tensors = {name: tensor.clone() for name, tensor in state.tensors().items()}
    return Trained(tensors, scores, [] if watch is None else list(watch.seen[0]))


@dataclass(frozen=True)
class OnNewWords(FineTune):
    """Fine-tuning on the feed above."""

    @property
    def parts(self) -> tuple[LossPart, ...]:  # type: ignore[override]
        return (LossPart(self.objective, feed=NewWords()),)


@pytest.mark.parametrize("name", ["ce", "scl", "cat"])
def test_predictions_and_every_tensor_are_those_of_training_the_whole_matrix(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    phase = build(name).phases(small_task())[0]
    assert isinstance(phase, GradientPhase)
    whole, part = train(monkeypatch, phase, trim=False), train(monkeypatch, phase, trim=True)
    assert np.array_equal(whole.scores.argmax(1), part.scores.argmax(1))
    np.testing.assert_allclose(part.scores, whole.scores, atol=1e-4)
    assert part.tensors.keys() == whole.tensors.keys()
    for tensor, expected in zip(part.tensors.values(), whole.tensors.values(), strict=True):
        torch.testing.assert_close(tensor, expected, atol=1e-4, rtol=1e-4)


def test_only_the_occurring_rows_are_there_while_it_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would compare a thing with itself."""
    vocabulary = len(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh().word_embeddings)
    trimmed, whole = Watch(seen=([],)), Watch(seen=([],))
    train(monkeypatch, FineTune(trimmed), trim=True)
    train(monkeypatch, FineTune(whole), trim=False)
    assert set(whole.seen[0]) == {vocabulary}
    assert max(trimmed.seen[0]) < vocabulary / 2


def test_a_token_that_turns_up_later_gets_its_row_then(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(seen=([],))
    part = train(monkeypatch, OnNewWords(watch), trim=True, watch=watch)
    whole = train(monkeypatch, OnNewWords(CrossEntropy()), trim=False)
    assert part.rows[-1] > part.rows[0]
    for name, tensor in part.tensors.items():
        torch.testing.assert_close(tensor, whole.tensors[name], atol=1e-4, rtol=1e-4, msg=name)


def test_rows_that_never_occur_change_by_weight_decay_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pristine = kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").pristine["embeddings.word_embeddings.weight"]
    after = train(monkeypatch, FineTune(CrossEntropy()), trim=True).tensors["backbone.embeddings.word_embeddings.weight"]
    ratio = (after / pristine).nanmedian(1).values
    untouched = ratio[(ratio - ratio.nanmedian()).abs() < 1e-5]
    assert len(untouched) > len(ratio) / 2
    assert 0.9 < float(untouched[0]) < 1


@dataclass(frozen=True)
class Vocabulary(Objective):
    """Reads the whole matrix, with and without saying so."""

    def terms(self, step: Step) -> dict[str, Term]:
        return {"all": Term(step.encode().mean() + step.word_embeddings().mean(), count=1)}


@dataclass(frozen=True)
class LiveLayers(Objective):
    """Uses the live encoder without declaring that it may need its vocabulary."""

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        return {}

    def terms(self, step: Step) -> dict[str, Term]:
        step.live_encoder()
        return {"one": Term(step.encode().mean(), count=1)}


@pytest.mark.parametrize("objective", [Vocabulary(), LiveLayers()])
def test_an_objective_that_reads_the_vocabulary_must_say_so(monkeypatch: pytest.MonkeyPatch, objective: Objective) -> None:
    with pytest.raises(RuntimeError, match="whole_vocabulary"):
        train(monkeypatch, Pretrain("pre-train", (LossPart(objective),)), trim=True)


def test_after_an_error_the_backbone_has_its_whole_matrix_back(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").backbone
    vocabulary = len(backbone.word_embeddings)
    with pytest.raises(RuntimeError):
        train(monkeypatch, Pretrain("pre-train", (LossPart(Vocabulary()),)), trim=True)
    assert backbone.rows is None
    assert len(backbone.word_embeddings) == vocabulary


def test_a_phase_with_a_softmax_over_the_vocabulary_trains_the_whole_matrix() -> None:
    from benchmark.training.loop import trims
    from methods.losses.denoising import DenoisingLoss

    class Inactive:
        active = False

    assert not trims(Pretrain("dae", (LossPart(DenoisingLoss()),)), Inactive())  # type: ignore[arg-type]
    assert trims(Pretrain("ce", (LossPart(CrossEntropy()),)), Inactive())  # type: ignore[arg-type]
