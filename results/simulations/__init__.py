"""Simulations that measure the error rates of `benchmark.stats` and of the verdicts. Programs with their results: nothing imports them."""
