"""Workflows that meet what strangers send: what they may write, and whose code they run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))


def content(path: Path) -> dict[str, Any]:
    """A workflow; YAML reads the key `on` as true."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in found.items()}


def steps(workflow: dict[str, Any], job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow["jobs"][job]["steps"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_workflow_gives_a_strangers_branch_the_rights_of_ours(path: Path) -> None:
    assert "pull_request_target" not in content(path)["on"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_script_takes_in_text_of_a_stranger(path: Path) -> None:
    """`${{ ... }}` in a script is pasted before the shell reads it: values go through the environment."""
    for job in content(path)["jobs"].values():
        for step in job.get("steps", ()):
            assert not re.search(r"\$\{\{\s*(github\.event|github\.head_ref|inputs)\b", step.get("run", "")), step


def test_a_contribution_is_checked_by_our_code_with_a_token_that_only_reads() -> None:
    workflow = content(FOLDER / "admit.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in workflow["jobs"].values())
    check = steps(workflow, "check")
    ran = [step["run"] for step in check if "benchmark" in step.get("run", "")]
    assert len(ran) == 1
    assert "--run-code" not in ran[0]
    assert all(step["working-directory"] == "base" for step in check if "pip install" in step.get("run", "") or step.get("run") in ran)
    checkouts = [step["with"] for step in check if step.get("uses", "").startswith("actions/checkout")]
    assert [(one["path"], one["persist-credentials"]) for one in checkouts] == [("base", False), ("head", False)]


def test_code_of_a_contribution_runs_only_where_a_maintainer_starts_it() -> None:
    workflow = content(FOLDER / "admit.yml")
    assert workflow["jobs"]["rerun"]["if"] == "github.event_name == 'workflow_dispatch'"
    assert [name for name in workflow["jobs"] if any("--run-code" in step.get("run", "") for step in steps(workflow, name))] == ["rerun"]


def test_what_comments_checks_nothing_out() -> None:
    workflow = content(FOLDER / "admit-comment.yml")
    assert workflow["on"]["workflow_run"]["workflows"] == [content(FOLDER / "admit.yml")["name"]]
    assert not any("uses" in step for step in steps(workflow, "comment"))
    assert workflow["permissions"] == {"actions": "read", "pull-requests": "write"}
