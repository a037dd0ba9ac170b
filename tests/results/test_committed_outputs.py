"""Committed tables and pages are made of committed records, byte for byte."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from results.committed_outputs import (
    INCLUDED,
    OUTPUTS,
    ROOT,
    CommittedOutput,
    IncludedText,
    Repository,
    differing,
    included_differs,
    is_committed,
    main,
    other_versions,
    rebuild,
    same_numbers,
)


@pytest.fixture
def pinned() -> None:
    """Bytes may be compared with the pinned versions alone."""
    if others := other_versions():
        pytest.skip(f"other versions than constraints.txt: {others}")


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.outputs[0])
def test_committed_outputs_are_what_committed_records_give(output: CommittedOutput, tmp_path: Path, pinned: None) -> None:
    """`python -m results.committed_outputs --write` after a change that is meant."""
    if not is_committed(output):
        pytest.skip(f"{output.outputs} is not committed yet")
    rebuild(output, tmp_path)
    assert differing(output, tmp_path) == []


@pytest.mark.parametrize("included", INCLUDED, ids=lambda included: included.document)
def test_documents_hold_the_committed_tables(included: IncludedText) -> None:
    assert not included_differs(included)


def test_every_committed_report_is_in_the_list() -> None:
    reports = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "results").glob("*/**/report.json")}
    assert reports <= {name for output in OUTPUTS for name in output.outputs}


def test_the_list_has_the_command_that_readme_names() -> None:
    """The mark of README's answers says which command writes them."""
    marks = re.findall(r"<!-- answers: begin \(`?(.*?)`?\) -->", (ROOT / "README.md").read_text(encoding="utf-8"))
    commands = {output.command for output in OUTPUTS if "README.md" in output.outputs}
    assert set(marks) == commands


def test_documents_name_every_command_of_the_list() -> None:
    said = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "results/README.md", "results/study/README.md"))
    said += (ROOT / "results" / "arms" / "arms.py").read_text(encoding="utf-8")
    assert [output.command for output in OUTPUTS if output.command not in said] == []


# The check itself


MADE = CommittedOutput("python make.py", ("make.py", "numbers/*.txt"), ("table.md", "tables"))


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository with one table and one folder of tables, made of a file of numbers by a program."""
    root = tmp_path / "root"
    (root / "numbers").mkdir(parents=True)
    (root / "numbers" / "a.txt").write_text("1 2 3")
    (root / "make.py").write_text(
        "from pathlib import Path\n"
        "total = sum(map(int, Path('numbers/a.txt').read_text().split()))\n"
        "Path('table.md').write_text(f'| {total} |\\n')\n"
        "Path('tables').mkdir()\n"
        "Path('tables/one.csv').write_text(f'{total}\\n')\n"
    )
    (root / "README.md").write_text("above\n<!-- SUM -->\n| 6 |\n<!-- /SUM -->\nbelow\n")
    made = Repository(root, (MADE,), (IncludedText("README.md", "SUM", "table.md"),))
    assert main(["--write"], made) == 0
    return made


def test_what_was_written_is_the_same_when_it_is_made_again(project: Repository) -> None:
    assert (project.root / "table.md").read_text() == "| 6 |\n"
    assert main([], project) == 0


def test_a_changed_number_is_found_and_written(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (project.root / "numbers" / "a.txt").write_text("1 2 4")
    assert main([], project) == 1
    assert "table.md: line 1: '| 6 |' is committed, '| 7 |' is made" in capsys.readouterr().out
    assert main(["--write"], project) == 0
    assert main([], project) == 0
    assert (project.root / "README.md").read_text() == "above\n<!-- SUM -->\n| 7 |\n<!-- /SUM -->\nbelow\n"


def test_a_table_that_was_edited_is_found(project: Repository) -> None:
    (project.root / "table.md").write_text("| 9 |\n")
    assert main([], project) == 1


def test_files_that_are_missing_or_too_many_are_found(project: Repository, tmp_path: Path) -> None:
    rebuild(MADE, tmp_path / "copy", project.root)
    (project.root / "tables" / "one.csv").rename(project.root / "tables" / "old.csv")
    found = differing(MADE, tmp_path / "copy", project.root)
    assert found == ["tables/old.csv: is committed and is not made", "tables/one.csv: is not committed"]


def test_a_document_with_another_text_is_found(project: Repository) -> None:
    text = (project.root / "README.md").read_text()
    (project.root / "README.md").write_text(text.replace("| 6 |", "| 5 |"))
    assert main([], project) == 1


def test_a_command_that_fails_says_so(project: Repository, tmp_path: Path) -> None:
    (project.root / "make.py").write_text("raise SystemExit('no numbers')\n")
    with pytest.raises(RuntimeError, match="no numbers"):
        rebuild(MADE, tmp_path / "copy", project.root)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"value": 5.417631928106293}', b'{"value": 5.417631928106292}', True),
        (b"0.5,-1.2e-05", b"0.49999999999999994,-1.2000000000000002e-05", True),
        (b"| 62.6 |", b"| 62.7 |", False),
        (b"0.5143026905", b"0.5143026915", False),
        (b"ce 1", b"scl 1", False),
        (b"1 2", b"1 2 3", False),
    ],
)
def test_only_last_digits_of_full_precision_may_differ(one: bytes, other: bytes, same: bool) -> None:
    """They depend on the processor; what a table shows does not."""
    assert same_numbers(one, other) == same


def test_a_bitmap_may_differ_where_its_drawing_is_the_same(tmp_path: Path) -> None:
    output = CommittedOutput("", (), ("figures",))
    for place, pixels, drawing in (
        ("one", b"\x01", b"<svg>1</svg>"),
        ("other", b"\x02", b"<svg>1</svg>"),
        ("third", b"\x02", b"<svg>2</svg>"),
    ):
        (tmp_path / place / "figures").mkdir(parents=True)
        (tmp_path / place / "figures" / "a.png").write_bytes(pixels)
        (tmp_path / place / "figures" / "a.svg").write_bytes(drawing)
    assert differing(output, tmp_path / "one", tmp_path / "other") == []
    assert [line.partition(":")[0] for line in differing(output, tmp_path / "one", tmp_path / "third")] == [
        "figures/a.png",
        "figures/a.svg",
    ]


# Tables beside their numbers


@dataclass(frozen=True)
class Rendered:
    """A committed table, the JSON that it shows, and the program that renders one from the other."""

    folder: str
    name: str
    program: str
    render: Callable[[ModuleType, Any], str]


def _rates(program: str) -> Callable[[ModuleType, Any], str]:
    return lambda module, content: module.markdown([module.Rate(**{**row, "allowed": tuple(row["allowed"])}) for row in content], program)


RENDERED = (
    Rendered("results/cat_views", "cat_views", "cat_views.py", lambda module, content: module.table(content)),
    Rendered("results/simulations", "error_rates", "error_rates.py", _rates("error_rates")),
    Rendered("results/simulations", "study_procedure", "error_rates.py", _rates("study_procedure")),
)


@pytest.mark.parametrize("table", RENDERED, ids=lambda table: table.name)
def test_committed_tables_show_the_numbers_beside_them(table: Rendered) -> None:
    folder = ROOT / table.folder
    content = json.loads((folder / f"{table.name}.json").read_text(encoding="utf-8"))
    module = _loaded(folder / table.program)
    assert table.render(module, content) == (folder / f"{table.name}.md").read_text(encoding="utf-8")


def _loaded(file: Path) -> ModuleType:
    return importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def test_the_table_of_speeds_shows_the_numbers_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ROOT / "results" / "speed"
    monkeypatch.syspath_prepend(str(folder))
    rendering, report = importlib.import_module("speed.rendering"), importlib.import_module("speed.report")
    assert rendering.markdown(report.read(folder / report.JSON)) == (folder / report.MARKDOWN).read_text(encoding="utf-8")
