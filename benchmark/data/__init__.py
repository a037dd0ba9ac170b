"""Data: examples, where they come from, how splits are drawn from them, and noise."""
