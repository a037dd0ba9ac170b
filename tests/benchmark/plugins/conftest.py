"""Files that come and go with a test, and a notebook without a file."""

from __future__ import annotations

import importlib
import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from benchmark.plugins import plugin_loading
from benchmark.plugins.registry import methods


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Writes files into a folder on the import path and takes all traces of them away afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    state = dict(methods._classes), dict(methods._registered), dict(methods._broken), list(methods._added), dict(plugin_loading._loaded)

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return path

    yield put
    for kept, now in zip(
        state, (methods._classes, methods._registered, methods._broken, methods._added, plugin_loading._loaded), strict=True
    ):
        now.clear() if isinstance(now, dict) else now.__delitem__(slice(None))
        now.update(kept) if isinstance(now, dict) else now.extend(kept)
    methods._scanned = None
    for name in set(sys.modules) - before:
        if name.startswith(("acme", plugin_loading.FILE_MODULE)):
            del sys.modules[name]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModuleType]]:
    """Runs cells in a main module without a file, as a kernel does: their text is in `linecache` alone."""
    main = ModuleType("__main__")
    names: list[str] = []
    monkeypatch.setitem(sys.modules, "__main__", main)

    def run(*cells: str) -> ModuleType:
        for cell in cells:
            names.append(f"ipykernel_0/{abs(hash(cell))}.py")
            linecache.cache[names[-1]] = (len(cell), None, cell.splitlines(keepends=True), names[-1])
            exec(compile(cell, names[-1], "exec"), vars(main))
        return main

    files, known = set(plugin_loading._loaded), set(methods.of_main)
    yield run
    for name in names:
        linecache.cache.pop(name, None)
    for module in set(plugin_loading._loaded) - files:
        plugin_loading.unload(module)
    for name in set(methods.of_main) - known:
        del methods.of_main[name]
        methods.refused.pop(name, None)
        methods.forget(name)
