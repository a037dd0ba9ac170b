"""One grammar for the names of methods, variants, suites and profiles; what is none is refused where it is registered."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from benchmark.config.suite import Arm, SuiteConfig
from benchmark.errors import UserError
from benchmark.names import NAME_PATTERN, check_name, is_name
from benchmark.plugins.registry import Registry

BAD = ["a b", "a/b", "../../x", "", "a\n", "a\nb", "<b>x</b>", "x\x1b[31m", "a|b", "=cmd", "-a", ".a", "a" * 65, "ä"]


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_name_is_refused_wherever_one_is_given(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name") as refused:
        check_name("method", name)
    assert "\x1b" not in str(refused.value)
    with pytest.raises(UserError):
        Registry().register(name)(dataclass(frozen=True)(type("Odd", (), {})))
    with pytest.raises(ValidationError):
        Arm.model_validate({"name": name, "method": "ce"})
    with pytest.raises(ValidationError):
        SuiteConfig.model_validate({"name": name, "tasks": ["sst2"], "arms": ["ce"]})


ALPHABET = string.ascii_letters + string.digits + "._+-"


@given(st.text(ALPHABET + " /\n\xe4", max_size=5) | st.text(ALPHABET, min_size=60, max_size=68))
def test_a_name_is_a_letter_or_digit_and_then_at_most_63_of_the_allowed_characters(text: str) -> None:
    allowed = set(text) <= set(ALPHABET) and text[:1].isalnum() and len(text) <= 64
    assert is_name(text) is allowed


@given(st.from_regex(re.compile(NAME_PATTERN, re.ASCII), fullmatch=True))
def test_a_name_can_stand_in_a_path_a_table_and_a_terminal(text: str) -> None:
    assert is_name(text)
    assert Path("folder", text).name == text
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set("|/\\<>=@ ,;:'\"`$*?")
