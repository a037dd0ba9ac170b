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


def _search_spaces(section: str) -> dict[str, str]:
    """Parameter -> its cell under *search space*; in a table without such a column, its cell under *source*."""
    head = re.search(r"^\| parameter \|.*$", section, re.M)
    columns = [] if head is None else [cell.strip() for cell in head[0].strip("| ").split("|")]
    column = next((name for name in ("search space", "source") if name in columns), None)
    rows = re.findall(r"^\| `\w+` \|.*$", section, re.M) if column else []
    cells = [[cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")] for row in rows]
    return {row[0].strip("`"): row[columns.index(column)] for row in cells if column}


def _declared(field: dataclasses.Field[object]) -> tuple[object, ...]:
    """The choices of a parameter that a search varies, or its range; () for one that no search varies."""
    if "choices" not in field.metadata:
        return ()
    return tuple(field.metadata["choices"] or (field.metadata["low"], field.metadata["high"], "log scale"))


def _fits(said: str, declared: tuple[object, ...]) -> bool:
    """Whether a cell lists the declared values, or their range."""
    low, to, high = said.removesuffix(", log scale").partition(" to ")
    if to:
        ends = [value for value in declared if isinstance(value, (int, float))]
        return [float(low), float(high)] == [min(ends), max(ends)] and ("log" in said) == ("log scale" in declared)
    values = [value.strip() for value in said.split(",")]
    if set(values) == {"True", "False"}:
        return set(declared) == {True, False}
    return [float(value) for value in values] == [float(str(value)) for value in declared]


def test_there_are_methods() -> None:
    assert {"scl", "scl-only", "cat", "dae-cl-joint", "three-phase"} <= set(OURS)
    assert {"majority", "tfidf", "probe", "ce", "ce-smoothing", "ce-null", "ce-matched"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_method_has_a_section_with_its_defaults(name: str) -> None:
    documented = _defaults(_section(name))
    actual = {f.name: str(f.default) for f in dataclasses.fields(methods.get(name)) if f.init}  # type: ignore[arg-type]
    assert documented == actual


@pytest.mark.parametrize("name", OURS)
def test_every_search_space_is_the_declared_one(name: str) -> None:
    """A cell has the values, or names another method whose parameter of the same name has them."""
    said = _search_spaces(_section(name))
    for field in dataclasses.fields(methods.get(name)):  # type: ignore[arg-type]
        cell, declared = said.get(field.name, ""), _declared(field)
        other = re.fullmatch(r"as in `([\w-]+)`.*", cell)
        if other:
            fields = {one.name: one for one in dataclasses.fields(methods.get(other[1]))}  # type: ignore[arg-type]
            assert _declared(fields[field.name]) == declared, f"{name}.{field.name}"
        elif declared:
            assert _fits(cell, declared), f"{name}.{field.name} is searched over {declared}; the page says {cell!r}"


def test_no_section_is_about_a_method_that_does_not_exist() -> None:
    assert set(re.findall(r"^### `([\w-]+)`", TEXT, re.M)) - set(OURS) == set()
