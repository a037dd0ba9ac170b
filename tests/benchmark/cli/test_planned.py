"""What plan prints: cells and arms, what is there, what the rest costs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmark.cli.planned import human, plan_text


def a_plan(*done, seconds=600.0):
    runs = [
        SimpleNamespace(key=f"k{i}", cell=SimpleNamespace(label="sst2 N=20"), arm=SimpleNamespace(name="ce"), done=d)
        for i, d in enumerate(done)
    ]
    return SimpleNamespace(
        title="profile smoke",
        runs=runs,
        price=SimpleNamespace(seconds=seconds, bytes=2_500_000, measured=12),
        notes=["1 phase state is shared"],
    )


def test_it_says_what_is_there_and_what_the_rest_costs():
    text = plan_text(a_plan(True, False, False))
    assert text.startswith("profile smoke\n")
    assert "sst2 N=20  ce          3                1" in text
    assert "2 runs to do; time: at most about 10 min 00 s with one worker, from 12 measured runs; records: about 2.5 MB." in text
    assert text.endswith("1 phase state is shared")


def test_an_unknown_time_is_not_a_number():
    assert "unknown until a run" in plan_text(a_plan(False, seconds=None))


def test_nothing_to_do():
    assert "nothing to run" in plan_text(a_plan(True, True))


@pytest.mark.parametrize(("size", "said"), [(512, "512 B"), (1500, "1.5 kB"), (3.2e9, "3.2 GB"), (5e12, "5000.0 GB")])
def test_bytes_read_as_people_say_them(size, said):
    assert human(size) == said
