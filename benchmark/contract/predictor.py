"""What a trained method hands back: a function from texts to class scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples

Scores = NDArray[np.float32]
Predictor = Callable[[Examples], Scores]  # texts (labels never looked at) -> float32 [n, K], larger is likelier
