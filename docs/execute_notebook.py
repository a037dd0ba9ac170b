"""Execute a notebook and store its outputs: `python docs/execute_notebook.py docs/notebook.ipynb`.

Equal data give an equal file: it holds no times, no counters of earlier executions and no version of Python. A test executes the committed
notebook and compares (tests/packaging/test_notebook.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python"},
}


def executed(notebook: nbformat.NotebookNode, timeout: int = 120) -> nbformat.NotebookNode:
    """The notebook with the outputs of a new kernel that starts in the project's folder. Raises CellExecutionError where a cell fails.

    Args:
        timeout: seconds that one cell may take.
    """
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))  # the kernel inherits it
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=timeout, kernel_name="python3", record_timing=False, resources=resources).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def execute_file(path: Path) -> None:
    """Execute a notebook in its place."""
    notebook = executed(nbformat.read(path, as_version=4))
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        execute_file(Path(name))
