"""`probe` is logistic regression on the untouched encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from baselines.probe import Probe
from benchmark.config.toml_files import load_encoder
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.models.backbone import Backbone
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.linear_probe import LinearProbe

WORDS = ("red", "blue", "green", "black", "pink", "grey")


def sentences(start: int, pair: bool) -> Examples:
    """Twelve short texts, or pairs of them, of the classes 0 and 2."""
    first, second = (tuple(f"a {WORDS[(i * by + start) % 6]} thing number {i}" for i in range(12)) for by in (1, 5))
    seconds = second if pair else None
    return Examples(content_ids(first, seconds), first, seconds, np.array([0, 2, 2] * 4, dtype=np.int64))


def unit_vectors(backbone: Backbone, texts: tuple[str, ...]) -> NDArray[np.float64]:
    """Each text through the encoder by itself, scaled to length 1."""
    one_by_one = (Examples(content_ids((text,)), (text,)) for text in texts)
    with torch.no_grad():
        rows = [backbone.eval()(backbone.tokenize(one))[0].double().numpy() for one in one_by_one]
    return np.array([row / np.sqrt((row**2).sum()) for row in rows])


def features(backbone: Backbone, examples: Examples) -> NDArray[np.float64]:
    u = unit_vectors(backbone, examples.texts)
    if examples.second_texts is None:
        return u
    v = unit_vectors(backbone, examples.second_texts)
    return np.hstack([u, v, abs(u - v), u * v])


@pytest.mark.parametrize("pair", [False, True])
def test_it_is_scikit_learns_regression_on_unit_vectors_and_how_those_of_a_pair_meet(pair: bool) -> None:
    train, test = sentences(0, pair), sentences(3, pair)
    state: Any = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    task, budget = TaskInfo("toy", ("a", "b", "c"), pair, 12, 0, 0), Budget(steps=1, batch=1, lr_encoder=1, lr_head=1)
    (phase,) = Probe(C=3.0).phases(task)
    data = TrainingData(train, train.take([]), train.take([]).without_labels())
    phase.fit(state, data, Context(task, budget, "natural", Streams(0, 0), PhaseRun("probe", "")))
    found = state.predictor(test.without_labels())
    model = LogisticRegression(C=3.0, max_iter=2000).fit(features(state.backbone, train), train.labels)
    wanted = model.predict_log_proba(features(state.backbone, test))
    np.testing.assert_allclose(found[:, [0, 2]], wanted, atol=2e-4)
    assert found[:, 1].max() < -1000  # of a class without examples


def test_it_is_one_regression_that_draws_nothing() -> None:
    (phase,) = Probe(C=3.0).phases(TaskInfo("toy", ("a", "b"), False, 4, 0, 0))
    assert phase == LinearProbe(C=3.0)
    assert (Probe.streams, Probe.family) == (frozenset(), "baseline")
