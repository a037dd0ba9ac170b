"""Whether a process is gone: certain on its own host, never claimed of another."""

from __future__ import annotations

import dataclasses
import os
import platform
import signal
import subprocess
import sys

from benchmark.records.presence import gone, marked, me


def other(**changes: object) -> object:
    return dataclasses.replace(me(), **changes)  # type: ignore[arg-type]


def test_this_process_is_not_gone() -> None:
    assert not gone(me())


def test_a_process_that_ended_is_gone_even_before_its_parent_waited_for_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    from benchmark.records.presence import started

    living = dataclasses.replace(me(), pid=child.pid, start=started(child.pid))
    assert not gone(living)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet waited for
    assert gone(living)
    child.communicate()
    assert gone(living)


def test_an_id_that_was_given_to_a_later_process_does_not_deceive() -> None:
    assert gone(other(start=me().start - 1))


def test_an_earlier_boot_of_this_host_is_gone() -> None:
    assert gone(other(boot="0" * 12))


def test_of_another_host_nothing_is_known() -> None:
    assert not gone(other(host="0" * 12, pid=2**22 + 1))
    assert not gone(other(host="0" * 12, boot="0" * 12))


def test_a_mark_in_a_file_name_gives_the_process_back() -> None:
    assert marked(f".name.{me().mark}.tmp") == me()
    assert marked("name.tmp") is None


def test_a_mark_holds_no_host_name() -> None:
    assert platform.node() not in me().mark
