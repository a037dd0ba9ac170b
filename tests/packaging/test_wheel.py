"""The wheel holds the whole program, and only that."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

PACKAGES = ("benchmark", "methods", "baselines", "reports")
DATA = (".toml", ".json", ".typed", ".html", ".j2", ".css", ".js")


def _files(folder: Path, suffixes: tuple[str, ...]) -> set[str]:
    found = (path for package in PACKAGES for path in (folder / package).rglob("*") if path.suffix in suffixes or path.name == "py.typed")
    return {path.relative_to(folder).as_posix() for path in found if "__pycache__" not in path.parts}


def test_every_module_is_in_the_wheel(root: Path, installed: Path) -> None:
    wanted = _files(root, (".py",))
    assert "benchmark/__main__.py" in wanted
    assert wanted - _files(installed, (".py",)) == set()


def test_every_data_file_is_in_the_wheel(root: Path, installed: Path) -> None:
    wanted = _files(root, DATA)
    assert any(name.startswith("benchmark/config/") for name in wanted)
    assert wanted - _files(installed, DATA) == set()


def test_nothing_else_is_installed(installed: Path) -> None:
    top = {path.name for path in installed.iterdir()}
    assert {name for name in top if not name.endswith(".dist-info")} <= set(PACKAGES)


def test_our_own_packages_are_declared_as_plugins(installed: Path) -> None:
    parser = ConfigParser()
    parser.read(next(installed.glob("*.dist-info")) / "entry_points.txt")
    assert dict(parser["benchmark.plugins"]) == {"methods": "methods", "baselines": "baselines"}
    assert parser["console_scripts"]["benchmark"] == "benchmark.__main__:main"


def test_the_wheel_ships_its_licence(installed: Path) -> None:
    assert list(next(installed.glob("*.dist-info")).rglob("LICENSE"))


@pytest.mark.slow
def test_the_installed_wheel_lists_its_methods_from_an_empty_folder(installed: Path, ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("list", "methods", path=(installed,))
    assert done.returncode == 0, done.stderr
    names = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert {"scl", "scl-only", "cat", "dae-cl-joint", "three-phase", "ce", "tfidf"} <= names
