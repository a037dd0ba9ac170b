"""Noise as users write it, and their mistakes."""

from __future__ import annotations

import math

import pytest

from benchmark.data.noise import KINDS, check_noise, format_noise, parse_noise
from benchmark.errors import UserError
from benchmark.records.spec import NoiseSpec


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("label-flip:0.2", NoiseSpec(kind="label-flip", level=0.2)),
        (" char:.1 ", NoiseSpec(kind="char", level=0.1)),
        ("word-drop:0.3@both", NoiseSpec(kind="word-drop", level=0.3, where="both")),
        ("back-translation:0.7:add:10", NoiseSpec(kind="back-translation", level=0.7, size="add:10")),
        ("back-translation:0.7:replace@test", NoiseSpec(kind="back-translation", level=0.7, where="test")),
        ("none", None),
    ],
)
def test_reads_and_writes(text: str, spec: NoiseSpec | None) -> None:
    assert parse_noise(text) == spec
    assert parse_noise(format_noise(spec)) == spec


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("label-flip:7", "from 0.001 to 1"),
        ("label-flip:0", "from 0.001 to 1"),
        ("char:nan", "from 0.001 to 1"),
        ("back-translation:0.2", "from 0.3 to 0.9"),
        ("label-flop:0.2", "Did you mean 'label-flip'"),
        ("", "Unknown noise kind"),
        ("label-flip", "KIND:LEVEL"),
        ("label-flip:much", "not a number"),
        ("char:0.1:add:0", "KIND:LEVEL"),
        ("char:0.1@dev", "KIND:LEVEL"),
        ("label-flip:0.2@test", "test labels"),
        ("label-flip:0.2@both", "test labels"),
        ("char:0.1:add:3", "Only back-translation adds copies"),
        ("back-translation:0.5:add:3@both", "train only"),
    ],
)
def test_mistakes_say_what_is_allowed_and_what_to_do(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        parse_noise(text)
    assert caught.value.todo


def test_a_spec_from_elsewhere_is_held_to_the_same_rules() -> None:
    with pytest.raises(UserError, match="Unknown noise kind"):
        check_noise(NoiseSpec(kind="blur", level=0.1))
    with pytest.raises(UserError, match="level"):
        check_noise(NoiseSpec(kind="char", level=math.inf))


def test_the_kinds_of_the_protocol_are_there_and_say_what_they_are() -> None:
    assert set(KINDS.own) == {"label-flip", "label-flip-next", "char", "word-drop", "word-swap", "back-translation"}
    for name, kind in KINDS.items():
        assert kind.name == name
        assert "level = " in kind.description
        assert "\n" not in kind.description
        assert kind.touches == ("labels" if name.startswith("label") else "texts")
        path, line = kind.origin.split(":")
        assert path == f"benchmark/data/noise/{name.replace('-', '_')}.py"
        assert int(line) > 1
