"""The losses of the rivals: plain functions over tensors, each with the objective that applies it to a step."""
