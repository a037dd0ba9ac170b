"""Splits: pools that share no text, nested training shots, development and test sets, long tails."""
