"""Methods that the main module registers (cells of a notebook, or a script), written down as plug-in files: worker processes see files,
not notebooks."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from benchmark.errors import UserError
from benchmark.plugins.cell_source import self_contained
from benchmark.plugins.plugin_loading import in_place_of, is_loaded, load_plugin, module_of_file
from benchmark.plugins.registry import methods


def load_from_main(folder: Path) -> tuple[str, ...]:
    """Write each method that the main module registers as a plug-in file below `folder`, and load it in place of that class. Returns the
    files.

    A method that no file can hold is refused when it is used, and the others work. A file's folder is named for its content, so that
    the plug-in of a record is still there after its cell has changed.
    """
    files: dict[str, str] = {}  # by file name
    for name, cls in methods.of_main.items():
        methods.refused.pop(name, None)
        try:
            path = _written(self_contained(cls, name).encode(), folder, f"{re.sub(r'[^A-Za-z0-9]', '_', f'cell-{name}')}.py")
            if path.name in files:
                raise UserError(f"The method {name!r} has nearly the name of another one.", "Names that differ in letters.", "Rename one.")
            _replace_by_file(name, path)
        except UserError as error:
            methods.refused[name] = error
        else:
            files[path.name] = str(path)
    return tuple(files.values())


def _written(content: bytes, folder: Path, name: str) -> Path:
    from benchmark.records.atomic_files import write_atomic  # late: it imports pydantic, which `list` does without

    path = folder.resolve() / hashlib.sha256(content).hexdigest()[:12] / name
    if not path.is_file():
        write_atomic(path, content)
    return path


def _replace_by_file(name: str, path: Path) -> None:
    """Load the file of a method of the main module, in place of what was registered for it before.

    Raises:
        UserError: it does not import; then everything stays as it was.
    """
    module, before = module_of_file(path), methods.registered(name)
    if before is not None and before.entry.module == module and is_loaded(path):
        return
    try:
        with in_place_of(module):
            methods.forget(name)
            load_plugin(str(path))
    except UserError:
        if before is not None:
            methods.put_back(before)
        raise
