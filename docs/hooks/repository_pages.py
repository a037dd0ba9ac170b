"""mkdocs hook: pages and files of the repository that stand outside docs/ and that the documentation links to.

mkdocs reads docs/ alone. Here the documents of `PAGES` become pages of the site. A link to a figure, a table or a page of results brings
that file along. A link to any other file of the repository leads to the public repository where `repo_url` is set; elsewhere its path
is shown.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# Document of the repository -> page of the site.
PAGES = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "results/README.md": "results.md",
    "results/study/README.md": "study.md",
    "results/speed/results.md": "speed.md",
    "results/simulations/error_rates.md": "error-rates.md",
    "results/simulations/study_procedure.md": "study-procedure.md",
    "results/arms/arms.md": "arms.md",
    "results/cat_views/cat_views.md": "cat-views.md",
    "results/faults/kills.md": "kills.md",
}
BROUGHT_ALONG = {".png", ".svg", ".html", ".csv", ".json"}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and the files that any page links to."""
    root = _root(config)
    for source, page in PAGES.items():
        if (root / source).is_file():
            files.append(File.generated(config, page, content=(root / source).read_text(encoding="utf-8")))
    for path in sorted(_linked(files, root)):
        files.append(File.generated(config, f"files/{path}", abs_src_path=str(root / path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that lead out of docs/ lead to their place on the site, or in the repository."""
    root, here = _root(config), page.file.src_uri

    def moved(found: re.Match[str]) -> str:
        image, text, target = found.groups()
        path, _, anchor = target.partition("#")
        there = _in_repository(here, path, root)
        if there is None:
            return found[0]
        uri = _on_site(there)
        shown = re.sub(r"\.ipynb$", ".md", uri)
        uri = uri if shown == here else shown  # a link to a notebook leads to its page; that page links to the notebook itself
        if files.get_file_from_path(uri) is not None:
            relative = os.path.relpath(uri, PurePosixPath(here).parent)
            return f"{image}[{text}]({relative}{'#' * bool(anchor)}{anchor})"
        if config.repo_url:
            return f"[{text}]({config.repo_url.rstrip('/')}/blob/main/{there})"
        return f"`{there}`" if there.endswith(text.strip("`")) else f"{text} (`{there}`)"

    return LINK.sub(moved, markdown)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).resolve().parent


def _source(page: str) -> PurePosixPath:
    """Where a page of the site stands in the repository."""
    return PurePosixPath({uri: source for source, uri in PAGES.items()}.get(page, f"docs/{page}"))


def _in_repository(page: str, target: str, root: Path) -> str | None:
    """The repository's path of a link target; None for an address, an anchor, or what does not exist (mkdocs then says so)."""
    if not target or re.match(r"[a-z]+:|/", target):
        return None
    path = os.path.normpath(_source(page).parent / target)
    return path if not path.startswith("..") and (root / path).exists() else None


def _on_site(path: str) -> str:
    """The place on the site of a file of the repository, if it has one."""
    return PAGES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}")


def _linked(files: Files, root: Path) -> set[str]:
    """Figures, tables and pages outside docs/ that a page links to."""
    found: set[str] = set()
    for page in files.documentation_pages():
        for _, _, target in LINK.findall(_text(page)):
            path = _in_repository(page.src_uri, target.partition("#")[0], root)
            if path and not path.startswith("docs/") and Path(path).suffix in BROUGHT_ALONG:
                found.add(path)
    return found


def _text(page: Any) -> str:
    return str(page.content_string)
