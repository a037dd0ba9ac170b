"""`ce-2n` trains on development labels, so that nothing may be selected by them; the number of labels used stays."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from baselines.rivals.ce_2n import TwiceTheLabels, WithDevelopment, joined
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.task_info import TaskInfo
from benchmark.data.examples import Examples, content_ids
from benchmark.errors import UserError
from benchmark.streams import Streams
from benchmark.training.fine_tune import FineTune


def test_development_examples_join_behind_and_none_are_left(data: TrainingData) -> None:
    streams = Streams(0, 0)
    changed = WithDevelopment().apply(data, streams)
    assert changed.train.texts == data.train.texts + data.dev.texts
    assert changed.train.labels is not None
    assert data.train.labels is not None
    assert data.dev.labels is not None
    assert changed.train.labels.tolist() == [*data.train.labels, *data.dev.labels]
    assert len(changed.dev) == 0
    assert changed.unlabelled is data.unlabelled
    assert not streams.drawn
    assert WithDevelopment().notes(data) == {"train": 12, "development": 6}


def test_pairs_of_texts_stay_pairs() -> None:
    def pair(name: str) -> Examples:
        return Examples(content_ids((name,), (f"{name} 2",)), (name,), (f"{name} 2",), np.array([0]))

    assert joined(pair("a"), pair("b")).second_texts == ("a 2", "b 2")


def test_only_the_phase_sees_the_change(data: TrainingData, context: Context, task: TaskInfo, state: State) -> None:
    """The change comes from `data`, the place that the contract has for it; steps and cost are those of `ce`."""
    (phase,) = TwiceTheLabels().phases(task)
    assert isinstance(phase, FineTune)
    changed = phase.data(data, context.streams)
    phase.build(state, task, context.streams)
    phase.fit(state, changed, context)
    assert len(data.dev) == 6
    assert context.passes.forward == 6 * 8 == phase.cost(task, context.budget).forward


def test_it_trains_on_development_labels(data: TrainingData, context: Context, task: TaskInfo, state: State) -> None:
    """A class that stands in the development data alone is learnt."""
    alone = TrainingData(data.train.take([0, 1, 3, 4]), data.train.take([2, 5, 8, 11]), data.unlabelled)
    (phase,) = TwiceTheLabels().phases(task)
    budget = context.budget.model_copy(update={"steps": 40})
    phase.build(state, task, context.streams)
    phase.fit(state, phase.data(alone, context.streams), dataclasses.replace(context, budget=budget))
    assert state.predictor is not None
    assert set(state.predictor(data.dev).argmax(1)) == {0, 1, 2}


def test_selection_by_development_score_is_refused(data: TrainingData, context: Context, task: TaskInfo, state: State) -> None:
    (phase,) = TwiceTheLabels().phases(task)
    phase.build(state, task, context.streams)
    best = dataclasses.replace(context, budget=context.budget.model_copy(update={"selection": "best-dev"}))
    with pytest.raises(UserError, match="best-dev"):
        phase.fit(state, phase.data(data, context.streams), best)
