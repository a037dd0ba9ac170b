"""Whether a process is gone: certain on its own host, never claimed of another."""

from __future__ import annotations

import dataclasses
import os
import platform
import signal
import subprocess
import sys

import pytest

from benchmark.records.process_identity import current_process, is_dead, parse_marker


def other(**changes: object) -> object:
    return dataclasses.replace(current_process(), **changes)  # type: ignore[arg-type]


def test_this_process_is_not_gone() -> None:
    assert not is_dead(current_process())


def test_a_process_that_ended_is_gone_even_before_its_parent_waited_for_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    from benchmark.records.process_identity import started

    living = dataclasses.replace(current_process(), pid=child.pid, start=started(child.pid))
    assert not is_dead(living)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet waited for
    assert is_dead(living)
    child.communicate()
    assert is_dead(living)


@pytest.mark.parametrize(("refusal", "dead"), [(PermissionError, False), (ProcessLookupError, True), (None, True)])
def test_a_process_that_proc_hides_lives_where_the_system_knows_it(
    monkeypatch: pytest.MonkeyPatch, refusal: type[OSError] | None, dead: bool
) -> None:
    """As under `hidepid=2`, where /proc shows no process of another user."""

    def kill(pid: int, signal: int) -> None:
        assert signal == 0
        if refusal is not None:
            raise refusal

    monkeypatch.setattr(os, "kill", kill)
    assert is_dead(other(pid=2**22 + 1)) is dead  # above the largest id that Linux gives, so /proc does not show it
    assert is_dead(other(start=current_process().start - 1)), "what is seen needs no such question"


def test_an_id_that_was_given_to_a_later_process_does_not_deceive() -> None:
    assert is_dead(other(start=current_process().start - 1))


def test_an_earlier_boot_of_this_host_is_gone() -> None:
    assert is_dead(other(boot="0" * 12))


def test_of_another_host_nothing_is_known() -> None:
    assert not is_dead(other(host="0" * 12, pid=2**22 + 1))
    assert not is_dead(other(host="0" * 12, boot="0" * 12))


def test_a_mark_in_a_file_name_gives_the_process_back() -> None:
    assert parse_marker(f".name.{current_process().mark}.tmp") == current_process()
    assert parse_marker("name.tmp") is None


def test_a_mark_holds_no_host_name() -> None:
    assert platform.node() not in current_process().mark
