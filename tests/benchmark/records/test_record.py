"""What a record may hold, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmark.records.alarms import MEANINGS, known, meaning
from benchmark.records.error_text import LONGEST, trace, without_paths
from benchmark.records.record import Failure, PhaseCost, RunRecord
from benchmark.records.spec import RunSpec
from benchmark.records.store import RecordStore

Specs, Records = Callable[..., RunSpec], Callable[..., RunRecord]


def test_cost_counts_phases_from_the_cache_and_never_scoring(spec: Specs, record: Records) -> None:
    one = record(spec(), scoring_seconds=100.0)
    assert (one.seconds, one.forward, one.backward) == (1.5, 14, 12)


def test_only_a_run_that_is_done_has_a_value(spec: Specs, record: Records, failed: Records) -> None:
    assert (record(spec()).value, record(spec()).dev_value) == (0.6, 0.7)
    assert (failed(spec()).value, failed(spec()).dev_value) == (None, None)


def test_a_key_that_is_not_the_specs_is_refused(spec: Specs, record: Records) -> None:
    with pytest.raises(ValueError, match="not that of the spec"):
        record(spec(0), key=spec(1).key)


def test_a_failure_needs_its_error_and_a_success_has_none(spec: Specs, record: Records) -> None:
    with pytest.raises(ValueError, match="any other has one"):
        record(spec(), status="timeout")
    with pytest.raises(ValueError, match="has no error"):
        record(spec(), error=Failure(type="E", message="m"))


def test_logs_become_plain_json_and_nothing_that_is_not_a_number(spec: Specs, record: Records) -> None:
    phase = PhaseCost(name="p", log={"array": np.ones(2, np.float32), "scalar": np.int64(3), "nan": float("nan"), "set": {2, 1}, 5: (1, 2)})
    assert phase.log == {"array": [1.0, 1.0], "scalar": 3, "nan": None, "set": [1, 2], "5": [1, 2]}
    assert record(spec(), metrics={"accuracy": np.float32(0.5), "nll": float("inf")}).metrics == {"accuracy": 0.5, "nll": None}


def test_a_whole_number_that_no_reader_takes_becomes_text_and_the_record_stays_readable(
    spec: Specs, record: Records, tmp_path: Path
) -> None:
    log = {"large": 2**63, "small": -(2**63) - 1, "seed": np.uint64(2**64 - 1), "most": 2**63 - 1, "least": -(2**63)}
    written = record(spec(), phases=(PhaseCost(name="p", log=log | {"endless": [1 << 100_000]}),))
    store = RecordStore(tmp_path)
    store.write(written)
    (read,) = (phase.log for phase in store.read(written.key).phases)
    assert read["large"] == "9223372036854775808"
    assert read["small"] == "-9223372036854775809"
    assert read["seed"] == "18446744073709551615"
    assert (read["most"], read["least"]) == (9223372036854775807, -9223372036854775808)
    assert read["endless"] == [f"0x1{'0' * 25_000}"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('File "/srv/a/env/lib/python3.11/site-packages/torch/nn/x.py", line 3', 'File "torch/nn/x.py", line 3'),
        ('File "/srv/x/methods/scl.py", line 3', 'File "methods/scl.py", line 3'),
        ("no such file: '/srv/a/data.csv'", "no such file: 'data.csv'"),
        (r"at C:\Users\a\data.csv", "at data.csv"),
        ("at ~/data/x.csv", "at x.csv"),
        ("1/2 of a/b, https://example.org/a/b and / alone", "1/2 of a/b, https://example.org/a/b and / alone"),
    ],
)
def test_absolute_paths_are_cut_to_their_end(text: str, wanted: str) -> None:
    assert without_paths(text) == wanted


def test_a_long_traceback_keeps_its_end() -> None:
    text = trace(ValueError("x" * 10_000 + " the end"))
    assert len(text) <= LONGEST + 4
    assert text.strip().endswith("the end")


def test_an_alarm_may_carry_a_detail() -> None:
    assert known("inert term: scl")
    assert meaning("inert term: scl") == MEANINGS["inert term"]
    assert not known("something else")


def test_the_alarms_that_methods_raise_are_on_the_list() -> None:
    assert {
        "constant predictions",
        "at or below majority",
        "identical predictions",
        "inert term",
        "non-finite loss",
        "attack inert",
    } <= set(MEANINGS)
