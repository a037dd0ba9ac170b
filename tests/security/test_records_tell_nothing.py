"""What a run leaves behind tells nothing of the machine, the user or the environment; and what a page shows is escaped."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "HF_TOKEN": "hf_plantedTokenPlantedToken",
    "AWS_SECRET_ACCESS_KEY": "plantedSecretOfACloud",
    "BENCHMARK_SECRET": "plantedUnderOurOwnName",
    "USER": "planted-user-name",
    "LOGNAME": "planted-log-name",
    "HOSTNAME": "planted-host-name",
}
PLUGIN = '''
import os
from dataclasses import dataclass
from benchmark import Cost, Method, Phase
from benchmark import methods

@dataclass(frozen=True)
class Raises(Phase):
    name = "raises"
    def fit(self, state, data, context):
        open(os.path.join({place!r}, "no", "such", "file"))
    def cost(self, task, budget):
        return Cost()

@methods.register("raises-path")
@dataclass(frozen=True)
class RaisesPath(Method):
    """Fails, with a path in its error."""
    needs_encoder = False
    streams = frozenset()
    def phases(self, task):
        return [Raises()]
'''


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder made by a command under a planted environment: a method that trains, one that fails, every side file."""
    folder = tmp_path_factory.mktemp("a-very-telling-folder")
    plugin = folder / "plugin.py"
    plugin.write_text(PLUGIN.format(place=str(folder)))
    where = ["--results", str(folder / "results"), "--cache", str(folder / "cache"), "--plugin", str(plugin)]
    grid = [
        "--suite",
        "glue-fewshot",
        "--profile",
        "smoke",
        "--tasks",
        "sst2",
        "--seeds",
        "1",
        "--methods",
        "ce,tfidf,three-phase,raises-path",
    ]
    kept = ["--keep-probabilities", "--keep-representations"]
    environment = {**os.environ, **PLANTED, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "benchmark", "run", *grid, *where, *kept]
    done = subprocess.run(line, capture_output=True, text=True, timeout=280, cwd=folder, env=environment)
    assert done.returncode == 1, done.stderr  # one run fails on purpose
    return folder


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) > 6
    for path in found:
        yield path, path.read_bytes() + str(path.relative_to(folder)).encode()


def forbidden(left: Path) -> dict[str, str]:
    """What must stand nowhere, by what it is."""
    words = {**PLANTED, "folder": str(left), "home": str(Path.home()), "root of the code": str(ROOT), "prefix of Python": sys.prefix}
    for name, told in (("host", platform.node), ("user", getpass.getuser)):
        word = told()
        if len(word) > 6 and word not in ("localhost", "unknown"):  # a shorter one may stand in a word by chance
            words[name] = word
    return {name: word for name, word in words.items() if len(word) > 6}


def test_no_secret_variable_user_host_or_path_is_in_the_results(left: Path) -> None:
    found = [
        f"{name} in {path.name}"
        for path, content in contents(left / "results")
        for name, word in forbidden(left).items()
        if word.encode() in content
    ]
    assert found == []


def test_nor_in_the_phase_cache(left: Path) -> None:
    found = [
        path.name
        for path in (left / "cache").rglob("*")
        if path.is_file()
        for word in forbidden(left).values()
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_no_name_of_a_variable_and_no_value_of_one_is_in_the_results(left: Path) -> None:
    names = [name.encode() for name in os.environ if len(name) > 6 and "_" in name]
    for path, content in contents(left / "results"):
        assert [name for name in names if name in content] == [], path.name


def test_a_claim_names_no_host(left: Path, tmp_path: Path) -> None:
    from benchmark.running.leases import leased

    with leased(tmp_path, "ab" * 32):
        (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
        text = file.read_text()
    assert platform.node() not in text
    assert getpass.getuser() not in text


@pytest.mark.slow
def test_what_a_method_says_is_escaped_on_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmark.cli.app import main

    monkeypatch.chdir(tmp_path)
    shout = "<script>alert(1)</script>"
    plugin = tmp_path / "shouting.py"
    plugin.write_text(PLUGIN.format(place="").replace('open(os.path.join(\'\', "no", "such", "file"))', f"raise ValueError({shout!r})"))
    suite = tmp_path / "suite.toml"
    arms = '["majority", "tfidf", { name = "raises-path", method = "raises-path" }]'
    suite.write_text(f'title = "{shout}"\ntasks = ["sst2"]\nshots = ["8"]\narms = {arms}\nbaseline = "tfidf"\n')
    assert main(["run", "--suite", str(suite), "--profile", "smoke", "--plugin", str(plugin), "--results", "r", "--cache", "c"]) == 1
    assert main(["report", "--results", "r", "--out", "out"]) == 0
    pages = list((tmp_path / "out").rglob("*.html"))
    assert pages
    for page in pages:
        assert shout not in page.read_text()
