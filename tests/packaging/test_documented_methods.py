"""docs/methods.md says what the code does: every registered method is there, with its defaults as they are."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from benchmark.plugins.registry import methods

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
OURS = [entry.name for entry in methods.listing() if entry.package in ("methods", "baselines")]


def _section(name: str) -> str:
    found = re.search(rf"^### `{re.escape(name)}`[^\n]*\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S)
    assert found, f"docs/methods.md has no section headed ### `{name}`"
    return found[1]


def _defaults(section: str) -> dict[str, str]:
    """Rows of the parameter table: | `name` | default | ..."""
    return dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*?)`? \|", section, re.M))


def test_there_are_methods() -> None:
    assert {"scl", "scl-only", "cat", "dae-cl-joint", "three-phase"} <= set(OURS)
    assert {"majority", "tfidf", "probe", "ce", "ce-smoothing", "ce-null", "ce-matched"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_method_has_a_section_with_its_defaults(name: str) -> None:
    documented = _defaults(_section(name))
    actual = {f.name: str(f.default) for f in dataclasses.fields(methods.get(name)) if f.init}  # type: ignore[arg-type]
    assert documented == actual


def test_no_section_is_about_a_method_that_does_not_exist() -> None:
    assert set(re.findall(r"^### `([\w-]+)`", TEXT, re.M)) - set(OURS) == set()
