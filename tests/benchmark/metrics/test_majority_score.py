"""The majority score against the metrics themselves, on predictions that all name the most frequent class."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.majority_score import majority_score
from benchmark.metrics.metric import load_metric

LABELS = [0, 2, 1, 2, 2, 0, 2]


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "balanced_accuracy", "mcc"])
def test_it_is_the_metric_of_naming_the_most_frequent_class(metric: str) -> None:
    always = np.full(len(LABELS), 2).tolist()
    found = load_metric(metric).compute(predictions=always, references=LABELS)
    assert majority_score(metric, LABELS) == pytest.approx(found[metric])


def test_a_metric_whose_value_is_not_known_has_none() -> None:
    assert majority_score("f1", LABELS) is None
