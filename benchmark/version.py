"""The version of this distribution, and the version of the engine's numbers."""

VERSION = "0.2.0"

# Raise manually when the engine's own code changes what a run predicts; a golden test fails when numbers changed and this did not.
# 1: first release. 2: only the embedding rows that occur are trained, dropout from cheap bits, attention as plain products.
# 3: the softmax of attention in float32.
NUMERICS = 3
