"""Discovery of plug-in packages: the entry-point group `benchmark.plugins`, and our own packages beside the engine."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "benchmark.plugins"
OWN = ("methods", "baselines")  # the packages of our own distribution, beside `benchmark`
# What reading a file of somebody's as Python, or a literal in it, may raise: it costs that file alone.
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, RecursionError, MemoryError)
HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PluginPackage:
    """A package (or single module) whose files may register methods.

    Args:
        name: its import name.
        folder: its folder, or the file of a single module; None where it was not found.
        distribution: top-level import names of the distribution that declares it, as far as its metadata tells.
        error: why it cannot be used, or "".
    """

    name: str
    folder: Path | None
    distribution: tuple[str, ...] = ()
    error: str = ""

    def files(self) -> list[Path]:
        """Its Python files. A folder with such a name, or a link that leads nowhere (an editor's lock), is none."""
        if self.folder is None or not self.folder.is_dir():
            return [] if self.folder is None else [self.folder]
        return sorted(path for path in self.folder.rglob("*.py") if path.is_file())

    def module_of(self, path: Path) -> str:
        """The import name of one of its files."""
        assert self.folder is not None
        if path == self.folder:
            return self.name
        parts = path.relative_to(self.folder).with_suffix("").parts
        return ".".join((self.name, *(parts[:-1] if parts[-1] == "__init__" else parts)))

    def shown(self, path: Path) -> str:
        """A file of it as shown to the user: from the package's name on."""
        assert self.folder is not None
        if path == self.folder:
            return path.name
        return "/".join((*self.name.split("."), *path.relative_to(self.folder).parts))


@cache
def plugin_packages() -> tuple[PluginPackage, ...]:
    """All plug-in packages: those of entry points, then our own where no entry point declares them. None is imported."""
    found: dict[str, PluginPackage] = {}
    for entry in _entry_points():
        name = entry.value.partition(":")[0].strip()
        if name not in found or found[name].error:
            found[name] = _own(name) if name in OWN else _foreign(name, entry.dist)
    for name in OWN:
        if name not in found and (HOME / name / "__init__.py").is_file():
            found[name] = _own(name)
    return tuple(found.values())


def _entry_points() -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points  # late: it costs more than all the rest of this module

    yield from entry_points(group=GROUP)


def _own(name: str) -> PluginPackage:
    return _checked(name, HOME / name, OWN)


def _foreign(name: str, distribution: Distribution | None) -> PluginPackage:
    return _checked(name, _expected(name, distribution), _top_level(distribution))


def _checked(name: str, expected: Path | None, distribution: tuple[str, ...]) -> PluginPackage:
    """The package as Python would import it, with an error where that is not what its distribution installed."""
    found_at = locate(name)
    if found_at is None:
        return PluginPackage(name, None, distribution, f"the package {name!r} was not found; reinstall the distribution that declares it")
    if expected is not None and found_at.resolve() != expected.resolve() and expected.resolve() not in found_at.resolve().parents:
        error = f"the package {name!r} at {found_at} shadows the one that belongs here ({expected}); start from another folder or rename it"
        return PluginPackage(name, found_at, distribution, error)
    return PluginPackage(name, found_at, distribution)


def locate(name: str) -> Path | None:
    """Folder of a package, or file of a module, as Python would import it; imports nothing."""
    top, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin) if spec.origin and not rest else None
    for place in spec.submodule_search_locations:
        path = Path(place, *rest)
        if path.is_dir():
            return path
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return None


def _expected(name: str, distribution: Distribution | None) -> Path | None:
    """Where the distribution put the package: its installed folder, or its project folder when installed as editable."""
    if distribution is None:
        return None
    installed = Path(str(distribution.locate_file(name.replace(".", "/"))))
    if installed.exists():
        return installed
    url = json.loads(distribution.read_text("direct_url.json") or "{}")
    if url.get("dir_info", {}).get("editable") and str(url.get("url", "")).startswith("file:"):
        return Path(unquote(urlparse(url["url"]).path))
    return None


def _top_level(distribution: Distribution | None) -> tuple[str, ...]:
    if distribution is None:
        return ()
    listed = (distribution.read_text("top_level.txt") or "").split()
    recorded = {file.parts[0].removesuffix(".py") for file in distribution.files or () if file.suffix == ".py"}
    return tuple(sorted({*listed, *recorded} - {"benchmark", ".."}))
