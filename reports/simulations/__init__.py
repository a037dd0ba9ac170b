"""Simulations that measure the error rates of `reports.statistics`. Scripts: no report imports them."""
