"""`Shots.parse`: what the command line accepts as a number of shots."""

from __future__ import annotations

import pytest

from benchmark.config.shots import Shots
from benchmark.errors import UserError


@pytest.mark.parametrize(
    ("text", "shots"),
    [
        ("20", Shots("total", 20)),
        ("16/class", Shots("per-class", 16)),
        ("50%", Shots("share", 0.5)),
        ("2.5%", Shots("share", 0.025)),
        ("100%", Shots("share", 1.0)),
        ("all", Shots("all", 1.0)),
        (" 20 ", Shots("total", 20)),
    ],
)
def test_reads_counts_counts_a_class_shares_and_all(text: str, shots: Shots) -> None:
    assert Shots.parse(text) == shots


@pytest.mark.parametrize(
    "text",
    ["-3", "0", "0/class", "0%", "101%", "16/klass", "2.5", "1.5/class", "", "some", "20%/class", "1e3", "ALL", "020", "20.0", "050%"],
)
def test_refuses_everything_else_and_says_what_is_allowed(text: str) -> None:
    with pytest.raises(UserError, match="Allowed: 20"):
        Shots.parse(text)


def test_a_share_is_rounded_and_never_nothing() -> None:
    assert Shots.parse("50%").total_of(9) == 4  # round half to even
    assert Shots.parse("1%").total_of(9) == 1
    assert Shots.parse("all").total_of(9) == 9
    assert Shots.parse("20").total_of(9) == 20
