"""Verdicts on published claims: what our runs say of a printed gain."""
