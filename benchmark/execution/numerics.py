"""The engine's numbers, by hand: raise it when the engine's own code changes what a run predicts. A golden test fails when numbers
changed and it was not. History: 1, first release; 2, embedding rows trimmed, dropout from cheap bits, attention as plain products;
3, its softmax in float32."""

NUMERICS = 3
