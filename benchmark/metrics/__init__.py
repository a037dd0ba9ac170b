"""Metrics of predictions and probabilities, each once: classification, calibration, the majority score."""
