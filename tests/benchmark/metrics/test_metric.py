"""Metrics: against formulas by hand, and behind the interface of the evaluate library."""

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.metrics.calibration import calibration_measures, expected_calibration_error, probabilities
from benchmark.metrics.metric import LOCAL, load_metric, measure, primary_name

LABELS = np.array([0, 0, 1, 1, 2, 2])
SCORES = np.log(np.array([[8, 1, 1], [1, 8, 1], [1, 8, 1], [1, 6, 3], [1, 1, 8], [5, 1, 4]], dtype=np.float32) / 10)


def test_every_promised_metric_is_there() -> None:
    promised = {"accuracy", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1", "mcc", "nll", "brier", "ece"}
    assert promised <= measure(LABELS, SCORES).keys()


def test_accuracy_and_macro_f1_by_hand() -> None:
    values = measure(LABELS, SCORES)
    assert values["accuracy"] == pytest.approx(4 / 6)
    assert values["macro_f1"] == pytest.approx(np.mean([2 * 0.5 * 0.5 / 1.0, 2 * (2 / 3) * 1.0 / (5 / 3), 2 * 1.0 * 0.5 / 1.5]))


def test_nll_and_brier_by_hand() -> None:
    values = calibration_measures(LABELS, probabilities(SCORES))
    gold = [0.8, 0.1, 0.8, 0.6, 0.8, 0.4]
    assert values["nll"] == pytest.approx(-np.mean(np.log(gold)), rel=1e-5)
    squares = [0.04 + 0.01 + 0.01, 0.81 + 0.64 + 0.01, 0.06, 0.01 + 0.16 + 0.09, 0.06, 0.25 + 0.01 + 0.36]
    assert values["brier"] == pytest.approx(np.mean(squares), rel=1e-5)


def test_ece_of_a_perfectly_calibrated_and_of_an_overconfident_predictor() -> None:
    correct = np.array([True] * 60 + [False] * 40)
    shuffled = np.random.default_rng(0).permutation(correct)
    assert expected_calibration_error(np.full(100, 0.6), correct, bins=1) == pytest.approx(0)
    assert expected_calibration_error(np.ones(100), shuffled, bins=5) == pytest.approx(0.4)


def test_ece_uses_bins_of_equal_mass() -> None:
    confidence = np.array([0.5, 0.5, 0.5, 0.9])
    correct = np.array([True, False, True, True])
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx((abs(0.5 - 0.5) * 2 + abs(0.7 - 1.0) * 2) / 4)


def test_probabilities_survive_large_logits() -> None:
    assert np.isfinite(calibration_measures(LABELS[:1], probabilities(np.array([[900.0, -900.0, 0.0]], dtype=np.float32)))["nll"])


@pytest.mark.parametrize("name", sorted(LOCAL))
def test_built_in_metrics_speak_the_interface_of_evaluate(name: str) -> None:
    values = load_metric(name).compute(predictions=[0, 1, 1, 0], references=[0, 1, 0, 0])
    assert list(values) == [name]


def test_a_users_evaluate_metric_stands_beside_them(tmp_path) -> None:
    script = tmp_path / "share_of_zeros.py"
    script.write_text(
        "import datasets\n"
        "import evaluate\n"
        "class ShareOfZeros(evaluate.Metric):\n"
        "    def _info(self):\n"
        "        features = datasets.Features({'predictions': datasets.Value('int64'), 'references': datasets.Value('int64')})\n"
        "        return evaluate.MetricInfo(description='', citation='', inputs_description='', features=features)\n"
        "    def _compute(self, predictions, references):\n"
        "        return {'share_of_zeros': sum(int(p) == 0 for p in predictions) / len(predictions)}\n"
    )
    metric = f"evaluate:{script}"
    values = measure(LABELS, SCORES, ("accuracy", metric))
    assert values[primary_name(metric)] == pytest.approx(2 / 6)


def test_an_unknown_metric_is_a_user_error_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match="Did you mean 'accuracy'"):
        load_metric("acuracy")


def test_a_metric_that_evaluate_cannot_load_is_a_user_error() -> None:
    with pytest.raises(UserError, match="prepare"):
        load_metric("evaluate:no/such/metric.py")
