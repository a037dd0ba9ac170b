"""Recipe: a metric, as a script of the `evaluate` library. A task names it as `evaluate:PATH/geometric_mean.py`."""

from __future__ import annotations

import datasets
import evaluate
import numpy as np


class GeometricMean(evaluate.Metric):
    """The geometric mean of the recalls of all classes that occur: 0 as soon as one class is never found."""

    def _info(self) -> evaluate.MetricInfo:
        features = datasets.Features({"predictions": datasets.Value("int64"), "references": datasets.Value("int64")})
        return evaluate.MetricInfo(description=str(self.__doc__), citation="", features=features)

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, float]:
        found, given = np.asarray(predictions), np.asarray(references)
        recalls = [float(np.mean(found[given == label] == label)) for label in np.unique(given)]
        return {"geometric_mean": float(np.prod(recalls) ** (1 / len(recalls)))}
