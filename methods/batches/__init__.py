"""Feeds that the methods bring: noised texts (denoising auto-encoder) and labelled pairs (pair similarity)."""
