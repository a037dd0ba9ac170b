"""The time of a release."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmark.errors import UserError
from reports.release.release_time import VARIABLE, release_time


def test_the_environment_gives_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "86400")
    assert release_time() == datetime(1970, 1, 2, tzinfo=UTC)


def test_without_it_the_time_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert abs((release_time() - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize("wrong", ["soon", "", "9" * 30])
def test_anything_but_seconds_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(VARIABLE, wrong)
    with pytest.raises(UserError, match=VARIABLE):
        release_time()
