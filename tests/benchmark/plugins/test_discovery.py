"""Where plug-in packages are, and what is told when another package stands in their place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, PathDistribution
from pathlib import Path

import pytest

from benchmark.plugins import discovery
from benchmark.plugins.discovery import PluginPackage, plugin_packages
from benchmark.plugins.entry import scan


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    plugin_packages.cache_clear()
    yield
    plugin_packages.cache_clear()


def distribution(folder: Path, **files: str) -> Distribution:
    info = folder / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    for name, text in files.items():
        (info / name.replace("__", ".")).write_text(text)
    return PathDistribution(info)


def declared(monkeypatch: pytest.MonkeyPatch, *entries: tuple[str, Distribution | None]) -> dict[str, PluginPackage]:
    def points() -> Iterator[EntryPoint]:
        for value, owner in entries:
            point = EntryPoint(value, value, discovery.GROUP)
            yield point._for(owner) if owner else point  # type: ignore[attr-defined]

    monkeypatch.setattr(discovery, "_entry_points", points)
    return {package.name: package for package in plugin_packages()}


def package(folder: Path, name: str = "acme") -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    return folder / name


def test_without_entry_points_our_own_packages_beside_the_engine_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = declared(monkeypatch)
    assert {name: p.folder for name, p in found.items()} == {name: discovery.HOME / name for name in ("methods", "baselines")}


def test_a_package_of_another_distribution_is_found_through_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = package(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    found = declared(monkeypatch, ("acme", distribution(tmp_path, top_level__txt="acme\nacme_losses\n")))
    assert found["acme"] == PluginPackage("acme", place, ("acme", "acme_losses"))
    assert "methods" in found
    assert "acme" not in sys.modules


def test_a_package_that_shadows_an_installed_one_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path / "installed")
    wrong = package(tmp_path / "elsewhere")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    found = declared(monkeypatch, ("acme", distribution(tmp_path / "installed")))
    assert f"at {wrong} shadows" in found["acme"].error
    assert [entry.error for entry in scan(found["acme"])] == [found["acme"].error]


def test_a_package_installed_as_editable_may_stand_anywhere_in_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = json.dumps({"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}})
    package(tmp_path / "project" / "src")
    monkeypatch.syspath_prepend(tmp_path / "project" / "src")
    assert declared(monkeypatch, ("acme", distribution(tmp_path / "site", direct_url__json=url)))["acme"].error == ""


def test_a_foreign_package_called_methods_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "methods")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [n for n in sys.modules if n.partition(".")[0] == "methods"]:
        monkeypatch.delitem(sys.modules, name)
    assert "shadows" in declared(monkeypatch)["methods"].error


def test_a_declared_package_that_is_gone_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "was not found" in declared(monkeypatch, ("acme_gone", distribution(tmp_path)))["acme_gone"].error
