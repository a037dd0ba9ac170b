"""TF-IDF and logistic regression: a classifier without an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmark import (
    Budget,
    Context,
    Cost,
    Examples,
    Family,
    Method,
    Phase,
    Scores,
    State,
    TaskInfo,
    TrainingData,
    UserError,
    methods,
    searchable,
)

NEVER = -20.0  # log-probability of a class without training examples


class WordFeatures:
    """TF-IDF of words and word pairs; for text pairs the blocks of both texts, their product, and four overlap numbers."""

    def __init__(self, train: Examples) -> None:
        # The library's own pattern drops one-letter words; here "I" and "a" count, so that very short texts keep a word.
        self._vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        self._words = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").build_analyzer()
        self._vectors.fit([*train.texts, *(train.second_texts or ())])

    def __call__(self, examples: Examples) -> Any:
        """Sparse float64 [n, F]."""
        first = self._vectors.transform(examples.texts)
        if examples.second_texts is None:
            return first
        second = self._vectors.transform(examples.second_texts)
        return sparse.hstack([first, second, first.multiply(second), self._overlap(examples)], format="csr")

    def _overlap(self, examples: Examples) -> NDArray[np.float64]:
        """[n, 4]: shared words over all words, over those of the first and of the second text, and log ratio of the lengths."""
        rows = []
        for left, right in zip(examples.texts, examples.second_texts or (), strict=True):
            a, b = set(self._words(left)), set(self._words(right))
            shared = len(a & b)
            ratio = np.log((1 + len(a)) / (1 + len(b)))
            rows.append((shared / max(1, len(a | b)), shared / max(1, len(a)), shared / max(1, len(b)), ratio))
        return np.array(rows, dtype=np.float64).reshape(-1, 4)


@dataclass(frozen=True)
class WordClassifier:
    """Texts -> log-probabilities [n, K] from word features and a fitted linear model."""

    features: WordFeatures
    model: LogisticRegression
    n_classes: int

    def __call__(self, examples: Examples) -> Scores:
        """float32 [n, K]."""
        scores = np.full((len(examples), self.n_classes), NEVER, dtype=np.float32)
        if len(examples):
            scores[:, self.model.classes_] = self.model.predict_log_proba(self.features(examples))
        return scores


@dataclass(frozen=True)
class FitWords(Phase):
    """Fits vocabulary, document frequencies and logistic regression on the training examples. Uses no random stream."""

    C: float = 1.0
    name: ClassVar[str] = "fit-words"
    random_streams: ClassVar[frozenset[str]] = frozenset()

    def fit(self, state: State, data: TrainingData, context: Context) -> None:
        """Raises:
        UserError: the training examples hold no word, or a single class.
        """
        labels = data.train.labels
        assert labels is not None
        if len(np.unique(labels)) < 2:
            raise UserError("The training examples hold one class.", "Logistic regression needs two.", "Draw more shots.")
        try:
            features = WordFeatures(data.train)
        except ValueError as error:
            raise UserError(f"TF-IDF found no word ({error}).", "Texts must hold letters or digits.", "Check the texts.") from error
        model = LogisticRegression(C=self.C, max_iter=1000).fit(features(data.train), labels)
        state.predictor = WordClassifier(features, model, context.task.n_classes)

    def cost(self, task: TaskInfo, budget: Budget) -> Cost:
        """No pass through an encoder."""
        return Cost()


@methods.register("tfidf")
@dataclass(frozen=True)
class TfIdf(Method):
    """Logistic regression on TF-IDF of words and word pairs; no encoder. For text pairs also on the overlap of the two texts.

    Args:
        C: inverse strength of the L2 penalty.
    """

    needs_encoder: ClassVar[bool] = False
    family: ClassVar[Family] = "baseline"
    streams: ClassVar[frozenset[str]] = frozenset()
    C: float = searchable(1.0, low=1e-3, high=1e3, log=True)

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        """One phase that fits features and regression."""
        return [FitWords(self.C)]
