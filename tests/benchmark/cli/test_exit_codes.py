"""Every ending has its exit code; a user's mistake never shows a traceback."""

from __future__ import annotations

import errno

import pytest

from benchmark.cli import exit_codes, options
from benchmark.errors import UserError


@pytest.fixture
def raising(monkeypatch):
    """Let `plan` raise this."""

    def arrange(error):
        def parsed_request(values):
            raise error

        monkeypatch.setattr(options, "parsed_request", parsed_request)

    return arrange


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            UserError("Unknown task 'sst3'.", "Known: sst2.", "See list tasks."),
            exit_codes.USAGE,
            "Unknown task 'sst3'. Known: sst2. See list tasks.",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "records"), exit_codes.USAGE, "'records': No space left on device."),
        (PermissionError(errno.EACCES, "Permission denied", "records"), exit_codes.USAGE, "--results"),
        (ValueError("a fault"), exit_codes.INTERNAL, "Internal error: ValueError: a fault. This is a fault of the program."),
        (KeyboardInterrupt(), exit_codes.INTERRUPTED, ""),
    ],
)
def test_an_error_becomes_a_message_and_a_code(bench, raising, error, code, said):
    raising(error)
    outcome = bench("plan", "--suite", "any")
    assert outcome.code == code
    assert said in outcome.err
    assert "Traceback" not in outcome.err + outcome.out


@pytest.mark.parametrize("words", [("--verbose", "plan", "--suite", "any"), ("plan", "--suite", "any", "--verbose")])
def test_verbose_shows_the_traceback_wherever_it_stands(bench, raising, words):
    raising(ValueError("a fault"))
    outcome = bench(*words)
    assert outcome.code == exit_codes.INTERNAL
    assert "Traceback" in outcome.err


def test_the_environment_variable_shows_the_traceback(bench, raising, monkeypatch):
    monkeypatch.setenv(exit_codes.DEBUG, "1")
    raising(ValueError("a fault"))
    assert "Traceback" in bench("plan", "--suite", "any").err


@pytest.mark.parametrize(
    "words",
    [("run",), ("list",), ("list", "colours"), ("run", "--suite"), ("show",), ("fly",), ("run", "--suite", "s", "--workers", "two")],
)
def test_wrong_usage_exits_with_2(bench, words):
    outcome = bench(*words)
    assert outcome.code == exit_codes.USAGE
    assert len(outcome.err) > 20


def test_the_version(bench):
    from benchmark import __version__

    assert bench("--version").out.strip() == __version__
