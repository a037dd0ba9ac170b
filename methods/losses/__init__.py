"""The losses of the papers, one file each: a plain function over tensors, and the objective that feeds it."""
