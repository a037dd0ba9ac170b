"""Runs for executors: a plug-in of methods that misbehave, and a driver loop that is as short as can be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.planning.plan import Plan, make_plan


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Minutes of two Ray nodes are not for every test run."""
    wanted = "cluster" in str(config.getoption("-m"))
    for item in items:
        if not item.get_closest_marker("cluster"):
            continue
        if not wanted:
            item.add_marker(pytest.mark.skip(reason="starts a Ray cluster of two nodes: pytest -m cluster"))
        elif config.pluginmanager.hasplugin("timeout"):
            item.add_marker(pytest.mark.timeout(1200))


@pytest.fixture(scope="session")
def plugin() -> Path:
    """A file of methods that misbehave."""
    return Path(__file__).with_name("misbehaving.py")


@pytest.fixture
def plan_of(tmp_path: Path, plugin: Path) -> Callable[..., tuple[Plan, RunRequest]]:
    """A plan on the smoke profile, in folders of this test."""

    def make(methods: str, **options: Any) -> tuple[Plan, RunRequest]:
        folders = {"results": tmp_path / "results", "cache": tmp_path / "cache", "plugin": [str(plugin)]}
        few = {"suite": "glue-fewshot", "profile": "smoke", "tasks": "sst2", "seeds": "1", "methods": methods}
        request = RunRequest.parse(**(few | folders | options))
        return make_plan(request), request

    return make
