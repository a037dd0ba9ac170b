"""A plug-in file read without importing it: the methods that it registers, and the identity of its code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError
from benchmark.plugins.code_hash import module_hash
from benchmark.plugins.discovery import PluginPackage
from benchmark.plugins.entry import scan
from benchmark.plugins.plugin_loading import module_of_file


@dataclass(frozen=True)
class PluginFile:
    """What a plug-in file is.

    Args:
        methods: the names that it registers.
        code: what the specs of its methods hold as `code`.
        sha256: of its bytes, which records of its runs hold as `plugin`.
    """

    methods: tuple[str, ...]
    code: str
    sha256: str


def read_plugin_file(path: Path) -> PluginFile:
    """Read a plug-in file. No line of it runs.

    Raises:
        UserError: it is not Python.
    """
    module = module_of_file(path)
    try:
        entries = list(scan(PluginPackage(module, path)))
        code = module_hash(module, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UserError(f"{path.name} cannot be read as Python: {type(error).__name__}.", "A Python file.", "Correct it.") from error
    return PluginFile(tuple(e.name for e in entries if not e.error), code, hashlib.sha256(path.read_bytes()).hexdigest())
