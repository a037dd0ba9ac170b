"""The comparison's own modules on the path, and its long part left out unless `-m performance` asks for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "results" / "speed"
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Minutes of undisturbed machine are not for every test run."""
    wanted = "performance" in str(config.getoption("-m"))
    for item in items:
        if not item.get_closest_marker("performance"):
            continue
        if wanted and config.pluginmanager.hasplugin("timeout"):
            item.add_marker(pytest.mark.timeout(3600))
        elif not wanted:
            item.add_marker(pytest.mark.skip(reason="takes minutes and a quiet machine: pytest -m performance"))
