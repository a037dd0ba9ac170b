"""Counts and the time left."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmark.cli.output.tally import Tally, duration, outcome
from benchmark.running.executors.base import Finished


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_counts_only_computed_runs():
    clock = Clock()
    tally = Tally(clock, total=10)
    for _ in range(4):
        tally.finish("done", cached=True)
    assert tally.eta() is None
    for status in ("done", "failed"):
        tally.start()
        clock.now += 30
        tally.finish(status, cached=False)
    assert tally.eta() == pytest.approx(4 * 30)
    assert str(tally) == "1 done, 0 running, 1 failed, 4 cached, 2 min 00 s left"


@pytest.mark.parametrize(("seconds", "said"), [(3.4, "3 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")])
def test_durations_read_as_people_say_them(seconds, said):
    assert duration(seconds) == said


def test_a_finished_run_is_one_line_with_its_alarms_and_its_error_in_one_line():
    run = SimpleNamespace(key="k", label="sst2 20 seed 0", arm=SimpleNamespace(name="scl"))
    assert (
        outcome(run, Finished("k", "done", 2.0, 0.5, ["constant predictions"]))
        == "done    sst2 20 seed 0 scl  0.500  2.0 s  ! constant predictions"
    )
    assert (
        outcome(run, Finished("k", "failed", 2.0, error="ValueError: nan\n  in step 3\n"))
        == "failed  sst2 20 seed 0 scl  2.0 s  ValueError: nan; in step 3"
    )
