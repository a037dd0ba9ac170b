"""The short notations of options and suites, each with its one parser."""

from __future__ import annotations

import pytest

from benchmark.config.shorthand import parse_override
from benchmark.errors import UserError


def test_overrides_are_split_at_the_method() -> None:
    assert parse_override("scl.temperature=0.1") == ("scl", "temperature", "0.1")
    assert parse_override("ce-matched.to=a=b") == ("ce-matched", "to", "a=b")


@pytest.mark.parametrize("text", ["scl", "scl.temperature", "temperature=1", ".x=1", "scl.=1"])
def test_an_override_of_another_form_is_a_user_error(text: str) -> None:
    with pytest.raises(UserError, match=r"METHOD\.PARAM=VALUE"):
        parse_override(text)
