"""The harness is imported by name from this folder; the undisturbed grid is run once."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "results" / "faults")]

from harness import undisturbed  # noqa: E402


@pytest.fixture(scope="session")
def calm() -> Iterator[list[dict[str, str]]]:
    """The frame of the undisturbed grid. Every driver of these tests is forked after it was made, with all imports done."""
    if not hasattr(os, "fork"):
        pytest.skip("drivers are forked, and this system cannot")
    with tempfile.TemporaryDirectory(prefix="benchmark-calm-") as folder:
        yield undisturbed(Path(folder))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The whole fault injection takes minutes: it runs only where it is asked for."""
    if "faults" in str(config.getoption("-m")):
        return
    skip = pytest.mark.skip(reason="the whole fault injection: -m faults")
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(skip)
