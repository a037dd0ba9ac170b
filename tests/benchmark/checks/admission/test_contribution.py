"""Writing a contribution: nothing is written before everything holds, and its command can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.checks.admission.contribution import Contribution, _command
from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.plan import make_plan

WEIGHT = "WEIGHT = 0.25\n"


def test_a_plug_in_that_is_put_into_one_file_after_a_refusal_is_taken(
    own_method: Path, request_of: Callable[..., RunRequest], tmp_path: Path
) -> None:
    folder = tmp_path / "contributed" / "half-ce" / "2026-01-01"
    whole = own_method.read_text()
    (tmp_path / "weight_beside.py").write_text(WEIGHT)

    def begin() -> None:
        plan = make_plan(request_of(methods="half-ce", plugin=[str(own_method)]))
        Contribution(folder, "half-ce", own_method, (plan,)).begin()

    own_method.write_text("from weight_beside import WEIGHT\n" + whole)
    with pytest.raises(UserError, match="imports modules that stand beside it"):
        begin()
    assert not folder.exists()
    own_method.write_text(WEIGHT + whole)
    begin()
    assert (folder / own_method.name).read_text() == WEIGHT + whole
    assert (folder / "registration.json").is_file()
    own_method.write_text(WEIGHT.replace("0.25", "0.26") + whole)
    with pytest.raises(UserError, match="registers other runs"):
        begin()
    assert (folder / own_method.name).read_text() == WEIGHT + whole


def test_the_command_of_a_contribution_is_one_that_can_be_typed() -> None:
    given = {
        "suite": "study",
        "methods": ["half-ce"],
        "tasks": ["sst2", "qnli"],
        "seeds": [0, 1, 2],
        "set": {"half-ce.weight": "0.25", "half-ce.words": "a b"},
        "transfer": True,
        "data_root": "a",
    }
    plan: Any = SimpleNamespace(manifest=SimpleNamespace(request=given))
    assert shlex.split(_command(Path("half_ce.py"), plan)) == [
        *("python", "-m", "benchmark", "compare", "--against", "reference", "--plugin", "half_ce.py"),
        *("--tasks", "sst2,qnli", "--seeds", "0-2"),
        *("--set", "half-ce.weight=0.25", "--set", "half-ce.words=a b"),
        *("--transfer", "--data-root", "a"),
    ]
