"""The engine's own losses: cross-entropy, and the weighted sum of objectives."""
