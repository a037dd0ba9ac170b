"""Lines of keys and array items in TOML, for every way of writing them."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.config.toml_lines import line_of, lines_of

TEXT = '''# a comment with = and [brackets]
title = "a # no comment [x] = 1"
text = """
several = lines
"""
list = [1,
  2, # a comment, with a comma
  3]
inline = { a = 1, b = { c = 'x, y' } }
mixed = [
  "one",
  { name = "two", params = { x = 1 } },
]
dotted.key."quoted.part" = 1

[table.sub]
x = 1
[[arms]]
name = "a"
[[arms]]
name = "b"
  [arms.params]
  weight = 1
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 2),
        (("text",), 3),
        (("list",), 6),
        (("list", 0), 6),
        (("list", 2), 8),
        (("inline", "b", "c"), 9),
        (("mixed", 1), 12),
        (("mixed", 1, "params", "x"), 12),
        (("dotted", "key", "quoted.part"), 14),
        (("table", "sub", "x"), 17),
        (("arms", 1, "name"), 21),
        (("arms", 1, "params", "weight"), 23),
        (("arms", 1, "missing"), 20),
        (("nowhere",), 1),
    ],
)
def test_a_place_has_its_line(place: tuple[Any, ...], line: int) -> None:
    assert line_of(lines_of(TEXT), place) == line


def test_an_empty_file_has_no_lines() -> None:
    assert lines_of("# nothing\n") == {}
