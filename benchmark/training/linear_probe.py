"""A linear probe: logistic regression on the pooled vectors of an encoder that stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.contract.phase import Context, Phase, TrainingData
from benchmark.contract.predictor import Scores
from benchmark.contract.task_info import Cost, TaskInfo
from benchmark.data.examples import Examples
from benchmark.records.spec import Budget
from benchmark.training.prediction import represent

if TYPE_CHECKING:
    from benchmark.contract.state import State


@dataclass(frozen=True)
class LinearProbe(Phase):
    """Multinomial logistic regression (scikit-learn, lbfgs) on frozen features scaled to unit length.

    Args:
        C: inverse strength of the L2 penalty.
        pair_features: how a pair of texts is read: `sequence` (one sequence, one vector) or `interaction`
            ([u; v; |u-v|; u*v] of the two texts encoded apart).
    """

    C: float = 1.0
    pair_features: str = "interaction"
    name: ClassVar[str] = "probe"
    random_streams: ClassVar[frozenset[str]] = frozenset()

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Encode the training texts once, fit, and leave the predictor."""
        from sklearn.linear_model import LogisticRegression

        assert data.train.labels is not None
        context.passes.forward += len(data.train) * (2 if self._apart(data.train) else 1)
        model = LogisticRegression(C=self.C, max_iter=2000).fit(self._features(state, data.train), data.train.labels)
        state.predictor = _ProbePredictor(self, state, model, context.task.n_classes)

    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """One forward pass per training text."""
        return Cost(forward=task.n_train * (2 if task.pair and self.pair_features == "interaction" else 1))

    def _apart(self, examples: Examples) -> bool:
        return examples.second_texts is not None and self.pair_features == "interaction"

    def _features(self, state: State, examples: Examples) -> NDArray[np.float32]:
        if not self._apart(examples):
            return _unit(represent(state.backbone, examples))
        assert examples.second_texts is not None
        u = _unit(represent(state.backbone, Examples(examples.ids, examples.texts)))
        v = _unit(represent(state.backbone, Examples(examples.ids, examples.second_texts)))
        return np.concatenate([u, v, np.abs(u - v), u * v], axis=1)


@dataclass(frozen=True)
class _ProbePredictor:
    probe: LinearProbe
    state: State
    model: Any
    n_classes: int

    def __call__(self, examples: Examples) -> Scores:
        """Log-probabilities [n, K]; a class without training examples gets a large negative score."""
        scores = np.full((len(examples), self.n_classes), -1e4, dtype=np.float32)
        scores[:, self.model.classes_] = self.model.predict_log_proba(self.probe._features(self.state, examples))
        return scores


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
