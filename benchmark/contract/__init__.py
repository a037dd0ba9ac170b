"""The contract of a method: method, phase, objective, step, feed, state, and the parameters that users set."""
