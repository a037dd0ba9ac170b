"""Admission of contributed results: they are written, checked without running any of their code, and run again where a maintainer asks."""
