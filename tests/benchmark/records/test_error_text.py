"""Text from errors and names is shown, never obeyed: by no terminal, no spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.records.error_text import defused, printable


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    assert not [letter for letter in printable(text) if (ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160]
    printable(text).encode()


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd|'/C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "+1+1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "-", "-0.5", "+2.1", "1e-5", "-1e-05", "+2.1 [\N{MINUS SIGN}1.1; +5.4]", "-0.5 (3 of 5) [a,f]", "text", "a=b"]
)
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert defused(text) == text


def test_a_tag_is_no_tag() -> None:
    assert defused("<script>alert(1)</script> 1 < 2") == "&lt;script>alert(1)&lt;/script> 1 < 2"
