"""run, plan and prepare take the same options; what is not given is not passed on."""

from __future__ import annotations

import inspect

import pytest

from benchmark.cli.commands import run_command
from benchmark.cli.options import RunOptions

PROMISED = [
    "--suite",
    "--profile",
    "--methods",
    "--tasks",
    "--shots",
    "--noise",
    "--seeds",
    "--splits",
    "--protocol",
    "--unlabelled",
    "--sampler",
    "--data-root",
    "--task-file",
    "--encoder",
    "--device",
    "--precision",
    "--threads",
    "--results",
    "--cache",
    "--workers",
    "--executor",
    "--address",
    "--time-limit",
    "--memory-limit",
    "--plugin",
    "--set",
    "--search",
    "--until",
    "--rerun",
    "--keep-probabilities",
    "--cache-limit",
]


@pytest.mark.parametrize("command", ["run", "plan", "prepare"])
def test_every_promised_option_is_there(bench, command):
    words = bench(command, "--help").out.split()
    assert [option for option in PROMISED if option not in words] == []


def test_the_three_commands_share_one_table():
    tables = [list(inspect.signature(command).parameters) for command in (run_command.run, run_command.plan, run_command.prepare)]
    assert tables[0] == tables[2]
    assert tables[1] == [*tables[0], "freeze"]


def test_only_what_was_given_is_passed_on():
    options = RunOptions(suite="glue-fewshot", splits=0, set_=["scl.weight=0.5"], task_file=[])
    assert options.given() == {"suite": "glue-fewshot", "splits": 0, "set": ["scl.weight=0.5"]}


def test_repeated_options_arrive_as_lists(bench, monkeypatch):
    seen = []
    monkeypatch.setattr(RunOptions, "request", lambda self: seen.append(self.given()) or 1 / 0)
    bench("plan", "--suite", "s", "--set", "a.b=1", "--set", "a.c=2", "--plugin", "x.py", "--task-file", "mine=a.csv", "--rerun")
    assert seen == [{"suite": "s", "set": ["a.b=1", "a.c=2"], "plugin": ["x.py"], "task_file": ["mine=a.csv"], "rerun": True}]
