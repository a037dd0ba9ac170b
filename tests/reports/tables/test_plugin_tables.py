"""Tables of plug-ins: one that gives no frame, or raises, is shown with its error, and takes no other table away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmark import report_tables
from reports.results.blocks import Block, read_results
from reports.tables.plugin_tables import plugin_tables

Register = Callable[[str, Callable[[pd.DataFrame], Any]], None]


@pytest.fixture
def register() -> Iterator[Register]:
    names: list[str] = []

    def add(name: str, function: Callable[[pd.DataFrame], Any]) -> None:
        report_tables.register(name)(function)
        names.append(name)

    yield add
    for name in names:
        report_tables.remove(name)


@pytest.fixture
def block(tmp_path: Path, filled: Any) -> Block:
    (found,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7], "scl": [0.8, 0.9]}})).blocks
    return found


def shown(block: Block, name: str) -> list[tuple[str, ...]]:
    return [row for table in plugin_tables(block) if table.name == f"plugin-{name}.{block.name}" for row in table.grid()]


def test_a_frame_is_a_table(register: Register, block: Block) -> None:
    register("best-runs", lambda frame: frame.groupby("variant", as_index=False)["value"].max())
    assert shown(block, "best-runs") == [("ce", "0.700"), ("scl", "0.900")]


def test_a_series_is_an_error_that_says_what_is_allowed(register: Register, block: Block) -> None:
    register("no-frame", lambda frame: frame.groupby("variant")["value"].mean())
    assert shown(block, "no-frame") == [("TypeError: the function gave a Series; allowed: a pandas DataFrame, or None",)]


def test_one_that_raises_leaves_the_others(register: Register, block: Block) -> None:
    register("broken", lambda frame: frame["no such column"])
    register("counted", lambda frame: pd.DataFrame({"runs": [len(frame)]}))
    assert shown(block, "broken") == [("KeyError: 'no such column'",)]
    assert shown(block, "counted") == [("4",)]


def test_none_is_nothing_to_show(register: Register, block: Block) -> None:
    register("nothing", lambda frame: None)
    assert shown(block, "nothing") == []
