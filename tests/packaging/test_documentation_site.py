"""The documentation site: it builds strictly without a network, and a reader's browser loads nothing from elsewhere."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import benchmark
from benchmark.records.alarms import MEANINGS
from reports.tables.table import MARKS

ROOT = Path(__file__).resolve().parents[2]

# What the theme's script would load, and when. None of it happens here: a test below holds the first and the last condition.
UNUSED_LOADS = {
    "https://unpkg.com/resize-observer-polyfill",  # in a browser of before 2020
    "https://unpkg.com/mermaid@11/dist/mermaid.min.js",  # on a page with a diagram of class `mermaid`
    "https://api.github.com/repos/",  # for a site whose pages link to their repository's statistics
    "https://api.github.com/users/",
}
LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """`mkdocs build --strict`, as the workflow does it, behind a proxy that does not exist."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    env = {**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(site)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    return folder


class Loads(HTMLParser):
    """Addresses that a browser fetches to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.found.append(given.get("href") or "")
        if tag in LOADING:
            self.found.append(given.get(LOADING[tag]) or "")
        self.found += [part.split()[0] for part in (given.get("srcset") or "").split(",") if part.split()]
        self.found += re.findall(r"url\(['\"]?([^'\")]+)", given.get("style") or "")


def loads(page: str) -> list[str]:
    """What a page loads, its inline styles included."""
    parser = Loads()
    parser.feed(page)
    styles = "\n".join(re.findall(r"<style[^>]*>(.*?)</style>", page, re.S))
    return [*parser.found, *style_loads(styles)]


def style_loads(css: str) -> list[str]:
    """What a style sheet loads."""
    return [*re.findall(r"url\(\s*['\"]?([^'\")]+)", css), *re.findall(r"@import\s+['\"]([^'\"]+)", css)]


def elsewhere(addresses: list[str]) -> list[str]:
    """Those that lead to another host."""
    return [address for address in addresses if re.match(r"(?:https?:)?//", address.strip())]


@pytest.mark.slow
def test_pages_and_styles_load_nothing_from_elsewhere(site: Path) -> None:
    pages, styles = sorted(site.rglob("*.html")), sorted(site.rglob("*.css"))
    assert len(pages) > 20
    assert styles
    assert {page.name: found for page in pages if (found := elsewhere(loads(page.read_text(encoding="utf-8"))))} == {}
    assert {sheet.name: found for sheet in styles if (found := elsewhere(style_loads(sheet.read_text(encoding="utf-8"))))} == {}


@pytest.mark.slow
def test_scripts_load_nothing_from_elsewhere(site: Path) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in site.rglob("*.js"))
    found = re.findall(r"(?:fetch|importScripts|import|[a-zA-Z_$]{1,3})\(\s*[`'\"](https?://[^`'\"$]+)", code)
    assert set(found) <= UNUSED_LOADS
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    assert not [page for page in pages if 'class="mermaid"' in page or 'data-md-component="source"' in page]


def test_a_load_from_elsewhere_is_found() -> None:
    page = '<link rel="stylesheet" href="https://a.example/x.css"><img src="//b.example/y.png"><a href="https://fine.example">z</a>'
    page += "<style>@font-face { src: url(https://c.example/f.woff2) }</style><script src='assets/own.js'></script>"
    assert elsewhere(loads(page)) == ["https://a.example/x.css", "//b.example/y.png", "https://c.example/f.woff2"]


@pytest.mark.slow
def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.md").write_text("# One\n\n[nowhere](missing.md) and [no such part](#missing)\n")
    (tmp_path / "mkdocs.yml").write_text(f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: pages\nhooks: []\nextra_css: []\nnav: [index.md]\n")
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode == 1
    assert "missing.md" in done.stderr
    assert "#missing" in done.stderr


@pytest.mark.slow
def test_every_public_name_is_in_the_reference(site: Path) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^### (`.*)$", text, re.M))
    shown = {*re.findall(r"^::: benchmark\.(\w+)$", text, re.M), *re.findall(r"`(\w+)`", headings)}
    assert shown == set(benchmark.__all__)
    page = (site / "api.html").read_text(encoding="utf-8")
    assert 'id="benchmark.FineTune"' in page
    assert "Train and score what is not yet computed" in page


@pytest.mark.slow
def test_recipes_stand_in_the_cookbook_as_they_are(site: Path) -> None:
    text = re.sub(r"<[^>]+>", "", (site / "cookbook.html").read_text(encoding="utf-8"))
    for recipe in (ROOT / "docs" / "recipes").glob("*.py"):
        line = next(line for line in recipe.read_text(encoding="utf-8").splitlines() if line.startswith(("class ", "def ")))
        assert line in html.unescape(text), recipe.name


@pytest.mark.slow
def test_documents_outside_docs_are_pages_with_links_that_lead_somewhere(site: Path) -> None:
    study = (site / "study.html").read_text(encoding="utf-8")
    assert "benchmark/config/suites/study.toml" in study
    assert 'href="../../benchmark' not in study
    assert (site / "changes.html").is_file()


def test_every_mark_and_alarm_is_explained() -> None:
    text = (ROOT / "docs" / "reading-a-report.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `\[(\w)\]` \|", text, re.M)) == set(MARKS)
    alarms = text.split("## The alarms")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| ([a-z][a-z -]+) \| (?!says)", alarms, re.M)) == set(MEANINGS)


# The hooks


def hook(name: str) -> ModuleType:
    """A hook of docs/hooks, as mkdocs loads it."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "hooks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_notebook_becomes_a_page_with_its_outputs() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "data": {"text/plain": ["x"], "text/html": ["<table><tr><td>1</td></tr></table>"]}},
        {"output_type": "display_data", "data": {"text/plain": ["<Figure>"], "image/png": "AAAA\nBBBB\n"}},
        {"output_type": "execute_result", "data": {"text/plain": ["42"]}},
    ]
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Text."]},
        {"cell_type": "code", "source": ["print(1)"], "outputs": outputs},
    ]
    page = hook("notebook_pages").page(json.dumps({"nbformat": 4, "cells": cells}), "study")
    assert page == (
        "# Title\nText.\n\n```python\nprint(1)\n```\n\n```text\none\ntwo\n```\n\n"
        '<div class="output">\n<table><tr><td>1</td></tr></table>\n</div>\n\n'
        "![output](data:image/png;base64,AAAABBBB)\n\n```text\n42\n```\n\n[This page as a notebook](study.ipynb)\n"
    )


@pytest.mark.parametrize(
    ("page", "link", "becomes"),
    [
        ("protocol.md", "[study](../results/study/README.md#limits)", "[study](study.md#limits)"),
        ("study.md", "[`study.toml`](../../benchmark/config/suites/study.toml)", "`benchmark/config/suites/study.toml`"),
        ("changes.md", "[the code](benchmark/version.py)", "the code (`benchmark/version.py`)"),
        ("index.md", "[elsewhere](https://a.example/x)", "[elsewhere](https://a.example/x)"),
        ("index.md", "[nowhere](missing.md)", "[nowhere](missing.md)"),
        ("index.md", "[out](../../../etc/hostname)", "[out](../../../etc/hostname)"),
        ("index.md", "[methods](methods.md)", "[methods](methods.md)"),
        ("index.md", "[notebook](notebook.ipynb)", "[notebook](notebook.md)"),
        ("notebook.md", "[notebook](notebook.ipynb)", "[notebook](notebook.ipynb)"),
    ],
)
def test_links_out_of_docs_lead_to_a_page_or_show_their_path(page: str, link: str, becomes: str) -> None:
    config = SimpleNamespace(config_file_path=str(ROOT / "mkdocs.yml"), repo_url="")
    pages = {"study.md", "changes.md", "methods.md", "notebook.md", "notebook.ipynb"}
    files = SimpleNamespace(get_file_from_path=lambda uri: uri if uri in pages else None)
    here = SimpleNamespace(file=SimpleNamespace(src_uri=page))
    assert hook("repository_pages").on_page_markdown(link, here, config, files) == becomes


def test_links_to_code_lead_to_the_public_repository_where_there_is_one() -> None:
    config = SimpleNamespace(config_file_path=str(ROOT / "mkdocs.yml"), repo_url="https://host.example/project")
    files = SimpleNamespace(get_file_from_path=lambda uri: None)
    here = SimpleNamespace(file=SimpleNamespace(src_uri="changes.md"))
    moved = hook("repository_pages").on_page_markdown("[code](benchmark/version.py)", here, config, files)
    assert moved == "[code](https://host.example/project/blob/main/benchmark/version.py)"
