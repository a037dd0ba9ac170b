"""Every command that README or the documents show exists with its options, and every name in it."""

from __future__ import annotations

import itertools
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LISTED = {"--suite": "suites", "--profile": "profiles", "--methods": "methods", "--tasks": "tasks"}


def _commands() -> list[tuple[str, str]]:
    """(document, command line) of each `python -m benchmark` with an argument."""
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8").replace("\\\n", " ")
        found += [(document.name, match.strip()) for match in re.findall(r"python -m benchmark ([a-z][^\n`|&#]*)", text)]
    return found


@pytest.fixture(scope="module")
def commands() -> dict[str, dict[str, Any]]:
    """Command -> option -> click parameter."""
    import typer

    from benchmark.cli.app import app
    from benchmark.cli.options import complete_run_options

    complete_run_options()
    group: Any = typer.main.get_command(app)
    return {name: {option: param for param in command.params for option in param.opts} for name, command in group.commands.items()}


def _split(line: str) -> tuple[str, list[str]]:
    name, *words = shlex.split(re.split(r"\s{3,}", line)[0] if not line.startswith(("run", "plan")) else line)
    return name, words


@pytest.mark.parametrize(("document", "line"), _commands())
def test_command_and_options_exist(commands: dict[str, dict[str, Any]], document: str, line: str) -> None:
    name, words = _split(line)
    assert name in commands
    assert [word for word in words if word.startswith("--") and word not in commands[name]] == []


@pytest.mark.parametrize(("document", "line"), _commands())
def test_suites_and_profiles_in_commands_are_shipped(document: str, line: str) -> None:
    _, words = _split(line)
    for option, value in itertools.pairwise(words):
        if option in ("--suite", "--profile") and value.islower() and not value.endswith(".toml"):
            folder = ROOT / "benchmark" / "config" / LISTED[option]
            assert (folder / f"{value}.toml").is_file(), f"{document}: {option} {value}"


def test_readme_shows_the_two_commands_of_a_fresh_machine() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 'pip install -c constraints.txt -e ".[embedded]" && python -m benchmark run --suite glue-fewshot\n' in readme
    assert 'pip install -c constraints.txt -e ".[test]" && python -m pytest -q' in readme


def test_the_clean_check_does_what_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '-c constraints.txt -e ".[test]"' in script
    assert "python -m pytest -q" in script


def test_extras_that_documents_name_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {name for document in DOCUMENTS for name in re.findall(r"(?:\.|extra `?)\[([a-z]+)\]", document.read_text(encoding="utf-8"))}
    assert {"embedded", "test"} <= named <= set(extras)


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


TOP = ("benchmark", "methods", "baselines", "reports", "results")
ROOMS = {*TOP, *(path.name for path in (ROOT / "benchmark").iterdir() if path.is_dir())}


def _modules() -> list[tuple[str, str]]:
    """(document, path) of each file or folder of the code that a document names in backticks."""
    found = []
    for document in DOCUMENTS:
        for path in re.findall(r"`([a-z_]+(?:/[a-z_]+)+/?(?:\.py)?)`", document.read_text(encoding="utf-8")):
            if path.partition("/")[0] in ROOMS and not path.startswith("results/runs"):
                found.append((document.name, path))
    return found


@pytest.mark.parametrize(("document", "path"), sorted(set(_modules())))
def test_files_of_the_code_exist(document: str, path: str) -> None:
    assert any((root / f"{path}{ending}").exists() for root in (ROOT, ROOT / "benchmark") for ending in ("", ".py"))
