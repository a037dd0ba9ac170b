"""Commands in the documents: every one is collected, parsed by the program that it calls, and run where that is cheap.

Each `python -m benchmark` command is executed in the smoke profile from an empty folder, except those in `ONLY_PARSED`, which says why.
Commands of other programs stand in `OTHER_PROGRAMS` with the reason why no test runs them. A command that fits nowhere fails here.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "AGENTS.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "results").glob("**/README.md")),
]
NOTEBOOKS = sorted((ROOT / "docs").glob("*.ipynb"))
LISTED = {"--suite": "suites", "--profile": "profiles"}

# Commands of ours that no test carries out, with the reason. A pattern that matches nothing is refused below.
ONLY_PARSED = {
    r"^prepare ": "it fetches from the hub",
    r"--suite study\b": "the study needs real data, and hours",
    r"--profile (laptop|paper|paper-base)\b": "it needs real data, and minutes to days",
    r"--executor (ray|slurm)\b": "it needs a cluster; tests/benchmark/running/executors have both",
    r"^compare --against ": "it needs real data, and minutes; tests/benchmark/cli/test_own_against_reference.py has tiny ones",
    r"^admit ": "it needs a contribution; tests/benchmark/cli/test_admitted_contributions.py has one",
    r"--registration ": "it needs a study as registered; tests/reports/test_report.py has one",
    r"--table ": "smoke results have 8 labels and fill no table of a paper; tests/reports/published has filled ones",
    r"hf://": "it writes to the hub; tests/reports/release/test_hub_upload.py has a stand-in",
}
# First words of other programs, with the reason why no test runs them.
OTHER_PROGRAMS = {
    "python docs/execute_notebook.py": "tests/packaging/test_notebook.py does it",
    "python -m venv": "it makes an environment; .ci/run does it",
    "pip install": "it needs the package index; the test below checks its files and extras, .ci/run carries it out",
    "pre-commit install": "it writes into .git",
    "ruff check": "lint job of .github/workflows/checks.yml",
    "ruff format": "lint job of .github/workflows/checks.yml",
    "mypy": "types job of .github/workflows/checks.yml",
    "lint-imports": "tests/packaging/test_layers.py does it",
    "mkdocs build": "tests/packaging/test_documentation_site.py does it",
    "ray get-auth-token": "it needs Ray",
    "ray start": "it starts a cluster",
    "ray stop": "it ends a cluster",
    "ray job": "it needs a cluster",
    "install -d": "it makes a folder in the reader's home",
    "export": "it sets a variable of the reader's shell",
}
PROGRAM = re.compile(
    r"(?<![\w./`-])(?:python (?:-m [\w.]+|[\w/]+\.py)|pip install|pre-commit \w+|ruff \w+|mypy\b(?=$| )|lint-imports|mkdocs build"
    r"|ray (?:get-auth-token|start|stop|job)|install -d|export (?=[A-Z]))[^|]*"
)


@dataclass(frozen=True)
class Command:
    """A command line of a document, without comments and without what it is piped into."""

    document: str
    line: str

    @property
    def words(self) -> list[str]:
        """The words that the shell makes of it."""
        return [word for word in shlex.split(self.line) if not word.startswith(">")]

    @property
    def ours(self) -> str:
        """What stands behind `python -m benchmark`, in single blanks; "" for another program."""
        return " ".join(self.words[3:]) if self.words[:3] == ["python", "-m", "benchmark"] else ""


def commands_of(text: str) -> Iterator[str]:
    """Every command in the code blocks and code spans of a document."""
    blocks = re.findall(r"^```(?:bash|sh|text|)\n(.*?)^```", text, re.M | re.S)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [line for line in prose.splitlines() if line.startswith("    ")]
    spans = [span for line in prose.splitlines() if not line.startswith("    ") for span in re.findall(r"`([^`]+)`", line)]
    for line in [*lines, *(span for span in spans if PROGRAM.match(span))]:
        for part in re.split(r" && |; ", line):
            if found := PROGRAM.search(re.split(r"\s+#\s", part)[0]):
                yield re.sub(r" > .*", "", found[0]).strip()


def text_of(path: Path) -> str:
    """A document's Markdown; of a notebook that of its cells of text."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


COMMANDS = sorted(
    {Command(str(path.relative_to(ROOT)), line) for path in [*DOCUMENTS, *NOTEBOOKS] for line in commands_of(text_of(path))}, key=str
)
OURS = [command for command in COMMANDS if command.ours]
NAMED_ALONE = [command for command in COMMANDS if command.words[:3] == ["python", "-m", "benchmark"] and not command.ours]


def why_only_parsed(line: str) -> str:
    """The reason why a command is not run; "" for one that is."""
    return next((reason for pattern, reason in ONLY_PARSED.items() if re.search(pattern, line)), "")


def label(command: Command) -> str:
    """A command for test names."""
    return f"{command.document}: {command.ours or command.line}"


# Collecting


def test_the_collector_finds_commands_where_they_may_stand() -> None:
    text = """
Say `python -m benchmark list noise`, or `doctor`:

    machine 1    python -m venv .venv && python -m benchmark  run --suite s   # a comment
    x = python -m

```bash
python -m benchmark export > runs.csv
```

```python
run("python -m benchmark")
```
"""
    assert sorted(commands_of(text)) == [
        "python -m benchmark  run --suite s",
        "python -m benchmark export",
        "python -m benchmark list noise",
        "python -m venv .venv",
    ]


def test_the_documents_have_commands_and_no_reason_is_stale() -> None:
    assert len(OURS) > 40
    unused = [pattern for pattern in ONLY_PARSED if not any(re.search(pattern, command.ours) for command in OURS)]
    assert unused == []
    named = re.findall(r"tests/[\w/]+(?:\.py)?", " ".join([*ONLY_PARSED.values(), *OTHER_PROGRAMS.values()]))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.ours and c not in NAMED_ALONE], ids=label)
def test_a_command_of_another_program_is_known(command: Command) -> None:
    if command.line.startswith(("python results/", "python -m results.", "python -m pytest")):
        return  # parsed below
    assert any(command.line.startswith(start) for start in OTHER_PROGRAMS), "run it in a test, or say in OTHER_PROGRAMS why not"


# Parsing


@cache
def click_commands() -> dict[str, Any]:
    """Our commands by name, as click knows them."""
    import typer

    from benchmark.cli.app import app
    from benchmark.cli.options import complete_run_options

    complete_run_options()
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with the data that commands name."""
    (tmp_path / "DIR").mkdir()
    (tmp_path / "reviews.csv").write_text("text,label,split\n")
    monkeypatch.chdir(tmp_path)


def parse(line: str) -> None:
    """The command and its options exist, required ones are given, and the values of run, plan and prepare have their grammar."""
    from benchmark.cli.options import given_options
    from benchmark.config.request import RunRequest

    name, *words = shlex.split(line)
    assert name in click_commands()
    context = click_commands()[name].make_context(name, words)
    if name in ("run", "plan", "prepare"):
        fields = {field for field, _, _ in RunRequest.options()}
        given = {option: value for option, value in given_options(context.params).items() if option in fields}
        if "plugin" in given:
            given.pop("noise", None)  # it may be the plug-in's own: such commands are run below
        RunRequest.parse(**given)


@pytest.mark.parametrize("command", OURS, ids=label)
@pytest.mark.usefixtures("files")
def test_a_command_parses(command: Command) -> None:
    parse(command.ours)


@pytest.mark.parametrize("command", OURS, ids=label)
def test_suites_and_profiles_in_commands_are_shipped(command: Command) -> None:
    for option, value in itertools.pairwise(command.words):
        if option in LISTED and value.islower() and not value.endswith(".toml"):
            assert (ROOT / "benchmark" / "config" / LISTED[option] / f"{value}.toml").is_file(), f"{option} {value}"


def test_every_option_stands_in_a_document() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    options = [(name, {*option.opts, *option.secondary_opts}) for name, one in click_commands().items() for option in one.params]
    assert [(name, words) for name, words in options if any(word.startswith("--") for word in words) and not words & named] == []


def test_a_wrong_option_and_a_wrong_value_are_found() -> None:
    from benchmark.errors import UserError

    with pytest.raises(Exception, match="No such option"):
        parse("run --suite s --seedz 3")
    with pytest.raises(UserError):
        parse("run --suite s --seeds many")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.line.startswith("python -m pytest")], ids=label)
def test_files_and_markers_of_test_commands_exist(command: Command) -> None:
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["markers"]
    words = command.words[3:]
    assert [word for word in words if word.startswith("tests/") and not (ROOT / word).exists()] == []
    for option, value in itertools.pairwise(words):
        if option == "-m" and value:
            assert set(re.findall(r"\w+", value)) - {"or", "and", "not"} <= {marker.partition(":")[0] for marker in markers}


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in COMMANDS if re.match(r"python (results/|-m results\.)", c.line)], ids=label)
def test_options_of_programs_that_measure_exist(command: Command) -> None:
    """They run for minutes to hours: only their help is asked."""
    at = 3 if command.words[1] == "-m" else 2
    done = subprocess.run([sys.executable, *command.words[1:at], "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [word for word in command.words[at:] if word.startswith("--") and word not in done.stdout] == []


def test_what_pip_installs_is_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    lines = [command.line for command in COMMANDS if command.line.startswith("pip install")]
    named = {name for line in lines for name in re.findall(r"\.\[([a-z]+)\]", line)}
    assert {"embedded", "test"} <= named <= set(extras)
    assert all((ROOT / file).is_file() for line in lines for file in re.findall(r"-c (\S+)", line))


# Running


@dataclass(frozen=True)
class Desk:
    """A folder as a reader has it who followed the documents, with the smoke results of two commands in it."""

    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of ours, from this folder."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "XDG_CACHE_HOME": str(self.folder / "cache")}
        if "KEY" in words:
            results = words[words.index("--results") + 1] if "--results" in words else "results/runs"
            kept = results if (self.folder / results / "records").is_dir() else "results/runs"  # an archive: of these runs
            key = min(path.stem for path in (self.folder / kept / "records").rglob("*.json"))
            words = tuple(key if word == "KEY" else word for word in words)
        return subprocess.run(
            [sys.executable, "-m", "benchmark", *words], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=240
        )


SMOKE = {"--profile": "smoke", "--tasks": "sst2", "--seeds": "1", "--executor": "inline", "--results": "results/of-documents"}
FEWER = {"--methods": "tfidf"}  # where a command would run every arm of the suite


def code_block(document: str, first: str) -> str:
    """The Python block of a document that holds a line."""
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S)
    return next(block for block in blocks if first in block)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Files that the documents name, and smoke results."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "margin.py").write_text(code_block("README.md", '@methods.register("margin")'))
    (folder / "focal.py").write_text(code_block("docs/extending.md", '@methods.register("focal")'))
    shutil.copytree(ROOT / "docs" / "recipes", folder / "docs" / "recipes", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "results").mkdir()
    shutil.copy(ROOT / "benchmark" / "config" / "suites" / "glue-fewshot.toml", folder / "my-suite.toml")
    shutil.copy(ROOT / "benchmark" / "config" / "profiles" / "smoke.toml", folder / "my-profile.toml")
    rows = ["text,label,split"]
    rows += [f"film {n} is {'warm' if n % 2 else 'dull'},{'good' if n % 2 else 'bad'},train" for n in range(60)]
    rows += [f"scene {n} was {'clever' if n % 2 else 'slow'},{'good' if n % 2 else 'bad'},test" for n in range(20)]
    (folder / "reviews.csv").write_text("\n".join(rows) + "\n")
    made = Desk(folder)
    grid = "run --suite glue-fewshot --profile smoke --tasks sst2 --methods ce,scl,tfidf --seeds 1"
    done = made.run(*grid.split())
    assert done.returncode == 0, done.stderr
    shutil.copytree(folder / "results" / "runs", folder / "DIR")
    assert made.run("archive", "--results", "results/runs", "--out", "my-archive").returncode == 0
    return made


def cheap(line: str) -> list[str]:
    """The words of a command that was made short: smoke profile, one task, one seed, no figures, another folder to write to."""
    line = line.replace("METHOD", "ce").replace("check name", "check ce").replace("results/study", "my-archive")
    name, *words = shlex.split(line)
    if name in ("run", "plan"):
        own_rows = "--task-file" in words
        added = {k: v for k, v in SMOKE.items() if k not in words and not (k == "--profile" and own_rows)}
        added |= {} if "--methods" in words else FEWER
        if "--memory-limit" in words:
            del added["--executor"]  # limits need worker processes
        words += itertools.chain.from_iterable(added.items())
    if name == "report":
        words += ["--no-figures", "--out", "report"]
    if name == "verify":
        words = [*(words[: words.index("--sample")] if "--sample" in words else words), "--sample", "1"]
    if name == "compare":
        words = ["DIR" if word == "results/others" else word for word in words]  # folders of one profile
    if name == "archive":
        words[words.index("--out") + 1] = "another-archive"
        words[words.index("--results") + 1] = "results/runs"
    return [name, *words]


RUN = sorted({" ".join(cheap(command.ours)): command.ours for command in OURS if not why_only_parsed(command.ours)}.values())


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN)
def test_a_command_does_its_work(desk: Desk, line: str) -> None:
    done = desk.run(*cheap(line))
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    assert done.stdout.strip(), "it says what it did"


@pytest.mark.slow
def test_the_python_of_the_first_page_runs(desk: Desk) -> None:
    code = code_block("docs/index.md", "benchmark.load_results(")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=desk.folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^scl +0\.\d+$", done.stdout, re.M)


# What README promises, and what documents name


def test_readme_shows_the_two_commands_of_a_fresh_machine() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 'pip install -c constraints.txt -e ".[embedded]" && python -m benchmark run --suite glue-fewshot\n' in readme
    assert 'pip install -c constraints.txt -e ".[test]" && python -m pytest -q' in readme


def test_the_clean_check_does_what_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '-c constraints.txt -e ".[test]"' in script
    assert "python -m pytest -q" in script


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / html.unescape(target)).exists()
    ]
    assert broken == []


TOP = ("benchmark", "methods", "baselines", "reports", "results")
ROOMS = {*TOP, *(path.name for path in (ROOT / "benchmark").iterdir() if path.is_dir())}


def _modules() -> list[tuple[str, str]]:
    """(document, path) of each file or folder of the code that a document names in backticks."""
    found = []
    for document in DOCUMENTS:
        for path in re.findall(r"`([a-z_]+(?:/[a-z_]+)+/?(?:\.py)?)`", document.read_text(encoding="utf-8")):
            if path.partition("/")[0] in ROOMS and not path.startswith(("results/runs", "results/again")):
                found.append((document.name, path))
    return found


@pytest.mark.parametrize(("document", "path"), sorted(set(_modules())))
def test_files_of_the_code_exist(document: str, path: str) -> None:
    assert any((root / f"{path}{ending}").exists() for root in (ROOT, ROOT / "benchmark") for ending in ("", ".py"))
