"""A release: it builds, its metadata are in order, and version, changelog and citation agree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

import benchmark

ROOT = Path(__file__).resolve().parents[2]
DATE = r"\d{4}-\d\d-\d\d"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `python -m build` makes from a copy of what git knows."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(["git", "ls-files", "-zco", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("results/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    (source / "results").mkdir()
    (source / "results" / "README.md").write_text("a stand-in for the records, which are not packed")
    done = subprocess.run([sys.executable, "-m", "build", "--no-isolation"], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return source / "dist"


@pytest.mark.slow
def test_twine_finds_nothing_wrong(distributions: Path) -> None:
    files = sorted(str(path) for path in distributions.iterdir())
    assert len(files) == 2
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_source_distribution_holds_code_and_documents_and_no_records(distributions: Path) -> None:
    (archive,) = distributions.glob("*.tar.gz")
    assert archive.name == f"contrastive_benchmark-{benchmark.__version__}.tar.gz"
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", "mkdocs.yml", "docs/methods.md"} <= names
    assert {
        "benchmark/__main__.py",
        "benchmark/config/suites/study.toml",
        "methods/scl.py",
        "baselines/ce.py",
        "reports/report.py",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "results/", "site/")) or name.endswith((".pyc", ".parquet"))]


def test_the_newest_heading_of_the_changelog_is_this_version_and_the_others_have_dates() -> None:
    newest, *others = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert re.fullmatch(rf"{re.escape(benchmark.__version__)} \((unreleased|{DATE})\)", newest)
    assert [heading for heading in others if not re.fullmatch(rf"\d+\.\d+\.\d+ \({DATE}\)", heading)] == []


@pytest.mark.parametrize(("heading", "released"), [("## 9.8.7 (2026-11-21)", True), ("## 9.8.7 (unreleased)", False)])
def test_the_workflow_releases_no_version_without_a_date(heading: str, released: bool, tmp_path: Path) -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    command = next(line for line in workflow.splitlines() if "CHANGELOG.md" in line).partition("run: ")[2]
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env={**os.environ, "GITHUB_REF_NAME": "v9.8.7"})
    assert (done.returncode == 0) == released


def test_the_citation_names_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", text, re.M)[1] == benchmark.__version__  # type: ignore[index]


def test_a_release_is_published_without_a_token() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "id-token: write" in workflow
    assert "pypa/gh-action-pypi-publish" in workflow
    assert "password" not in workflow
    assert "secrets." not in workflow
    assert "twine check --strict" in workflow


def test_the_licence_file_is_named_in_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license-files"] == ["LICENSE"]
