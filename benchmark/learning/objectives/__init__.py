"""Losses that methods and baselines share."""
