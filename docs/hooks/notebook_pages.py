"""mkdocs hook: each notebook in docs/ becomes a page with its cells and the outputs that were stored when it was executed."""

from __future__ import annotations

import json
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add `NAME.md` for each `NAME.ipynb`; the notebook itself stays on the site as a download."""
    for notebook in [file for file in files if file.src_uri.endswith(".ipynb")]:
        files.append(
            File.generated(config, notebook.src_uri.removesuffix(".ipynb") + ".md", content=page(notebook.content_string, notebook.name))
        )
    return files


def page(notebook: str, name: str) -> str:
    """A notebook of format 4 as Markdown: text, code, and for each output its plainest form that shows all (image, table, text)."""
    cells = json.loads(notebook)["cells"]
    parts = [part for cell in cells for part in (_source(cell), *map(_output, cell.get("outputs", [])))]
    return "\n\n".join([*filter(None, parts), f"[This page as a notebook]({name}.ipynb)"]) + "\n"


def _source(cell: dict[str, Any]) -> str:
    text = "".join(cell["source"])
    return f"```python\n{text}\n```" if cell["cell_type"] == "code" else text


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _fenced("".join(output["text"]))
    data = output.get("data", {})
    if "image/png" in data:
        return f"![output](data:image/png;base64,{''.join(data['image/png']).strip()})".replace("\n", "")
    if "image/svg+xml" in data:
        return "".join(data["image/svg+xml"])
    if "text/html" in data:
        return f'<div class="output">\n{"".join(data["text/html"])}\n</div>'
    return _fenced("".join(data.get("text/plain", output.get("traceback", []))))


def _fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"
