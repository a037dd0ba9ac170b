"""run, plan and prepare take the same options; what is not given is not passed on."""

from __future__ import annotations

import inspect

import pytest

from benchmark.cli import options
from benchmark.cli.commands import plan_command, prepare_command, run_command
from benchmark.config.request import RunRequest

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


def test_the_three_commands_take_every_field_of_the_request() -> None:
    options.complete_run_options()
    run, plan, prepare = ([*inspect.signature(c).parameters] for c in (run_command.run, plan_command.plan, prepare_command.prepare))
    assert run == prepare == [name for name, _, _ in RunRequest.options()]
    assert len(run) == len(RunRequest.model_fields)
    assert plan == [*run, "freeze", "json"]


def test_every_option_has_its_help_text(bench) -> None:
    shown = " ".join(bench("run", "--help").out.split())
    for name, _, option in RunRequest.options():
        assert f"--{name.replace('_', '-')}" in shown
        assert option.help in shown


def test_only_what_was_given_is_passed_on():
    values = {"suite": "glue-fewshot", "splits": "0", "set": ["scl.weight=0.5"], "task_file": [], "rerun": False, "shots": None}
    assert options.given_options(values) == {"suite": "glue-fewshot", "splits": "0", "set": ["scl.weight=0.5"]}


def test_repeated_options_arrive_as_lists(bench, monkeypatch):
    seen = []
    monkeypatch.setattr(options, "parsed_request", lambda values: seen.append(options.given_options(values)) or 1 / 0)
    bench("plan", "--suite", "s", "--set", "a.b=1", "--set", "a.c=2", "--plugin", "x.py", "--task-file", "mine=a.csv", "--rerun")
    assert seen == [{"suite": "s", "set": ["a.b=1", "a.c=2"], "plugin": ["x.py"], "task_file": ["mine=a.csv"], "rerun": True}]


def test_a_manifest_leaves_out_what_belongs_to_this_machine() -> None:
    here = {name for name, _, option in RunRequest.options() if option.local}
    assert {"results", "cache", "workers", "executor", "plugin", "task_file", "rerun"} <= here
    assert set(RunRequest.parse(suite="glue-fewshot", seeds=2, workers=3, results="r").as_given()) == {"suite", "seeds"}
