"""One table, five formats, the same cells: nothing is lost, rounded otherwise or taken for markup."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmark.records.error_text import defused
from reports.output_files import rendered
from reports.render.csv_text import flat
from reports.render.html_fragment import html
from reports.render.json_text import full
from reports.render.latex import escape as latex_escape
from reports.render.latex import latex
from reports.render.markdown import markdown
from reports.tables.table import MARKS, Table, TableCell, TableColumn, TableRow, number, words

GOLDEN = Path(__file__).parent / "golden"
NASTY = "a_b&c<script>alert('$x^2$ #1 50% {y} ~z \\w | [q]')</script>"


@pytest.fixture
def table() -> Table:
    columns = (TableColumn("arm", ("arm",), False), TableColumn("sst2 N = 20", ("sst2", "N = 20")), TableColumn("p_value", ("p_value",)))
    rows = (
        TableRow((words("ce"), TableCell(0.61234, 0.0123, n=5, planned=5), TableCell(0.0312, text="0.031"))),
        TableRow((words(NASTY), TableCell(-0.0004, 0.02, n=3, planned=5, marks=("f", "a")), TableCell())),
        TableRow((words("scl"), TableCell(0.0213, interval=(-0.011, 0.0536), signed=True, n=5), TableCell(1e-9, text="< 0.0001"))),
        TableRow((words("majority rate"), TableCell(0.5), words("")), rule=True, foot=True),
    )
    return Table(
        "nasty", f"Accuracy of {NASTY}", columns, rows, header=("50 % of A & B",), footnotes=("x_1 < x_2",), data={"n": [1, float("nan")]}
    )


def grid_of_markdown(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [[re.sub(r"\\(.)", r"\1", cell) for cell in row] for i, row in enumerate(cells) if i > 1]


def grid_of_latex(text: str) -> list[list[str]]:
    body = text.split("\\midrule", 1)[1].split("\\bottomrule")[0]
    lines = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r" \\")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line)] for line in lines]


class Grid(HTMLParser):
    """The cells of the body and the foot of the tables on a page, and every tag and attribute that was seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "th")
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def test_all_formats_show_the_same_cells(table):
    wanted = [list(row) for row in table.grid()]
    width = len(table.columns)
    listed = [row["shown"] for row in csv.DictReader(io.StringIO(flat(table)))]
    told = [[cell["shown"] for cell in row["cells"]] for row in json.loads(full(table))["rows"]]
    assert grid_of_markdown(markdown(table)) == wanted
    assert grid_of_latex(latex(table)) == [[latex_escape(cell) for cell in row] for row in wanted]
    assert Grid(html(table)).rows[1:] == wanted
    assert [listed[i : i + width] for i in range(0, len(listed), width)] == [[defused(cell) for cell in row] for row in wanted]
    assert told == wanted


def test_a_shown_cell_says_value_spread_count_and_marks(table):
    assert next(table.grid())[1] == "61.2 ± 1.2"
    assert list(table.grid())[1][1:] == ("0.0 ± 2.0 (3 of 5) [a,f]", "-")
    assert list(table.grid())[2][1] == "+2.1 [−1.1; +5.4]"
    assert list(table.grid())[3][2] == ""


def test_full_precision_is_kept_in_csv_and_json(table):
    row = next(row for row in csv.DictReader(io.StringIO(flat(table))) if row["row"] == "ce" and row["column"] == "sst2 N = 20")
    assert (float(row["value"]), float(row["spread"]), row["n"], row["planned"]) == (0.61234, 0.0123, "5", "5")
    cell = json.loads(full(table))["rows"][2]["cells"][1]
    assert (cell["value"], cell["interval"]) == (0.0213, [-0.011, 0.0536])


def test_json_has_no_number_that_is_not_finite(table):
    assert json.loads(full(table), parse_constant=pytest.fail)["data"] == {"n": [1, None]}


def test_nothing_in_a_name_becomes_markup(table):
    assert "script" not in Grid(html(table)).tags
    assert "<script>" not in markdown(table)
    body = latex(table)
    assert r"a\_b\&c\textless{}script\textgreater{}alert" in body
    assert not re.search(r"(?<!\\)[#%&_](?!b)", body.split("\\midrule")[1].split("\\midrule")[0].replace(" & ", "").replace("% needs", ""))


def test_every_mark_in_use_is_explained_below_the_table(table):
    for text in (markdown(table).replace("\\", ""), html(table)):
        assert all(MARKS[mark].split(":")[0].split("'")[0] in text for mark in "af")


@pytest.mark.parametrize("format", ["md", "latex", "html", "csv", "json"])
def test_golden_file(table, format):
    """Delete the file and run again to accept a change."""
    path = GOLDEN / f"nasty.{format}"
    made = html(table) if format == "html" else rendered(format, [table])  # the page around it has a test of its own
    if not path.exists():
        path.write_text(made, encoding="utf-8")
        pytest.fail(f"{path.name} was not there and has been written: look at it")
    assert made == path.read_text(encoding="utf-8")


def test_latex_compiles(table, tmp_path):
    engine = next((name for name in ("tectonic", "pdflatex", "lualatex", "xelatex") if shutil.which(name)), None)
    if engine is None:
        pytest.skip("no TeX engine here")
    document = ["\\documentclass{article}", "\\usepackage{booktabs}", "\\begin{document}", latex(table), "\\end{document}"]
    (tmp_path / "t.tex").write_text("\n".join(document), encoding="utf-8")
    words_ = [engine, "t.tex"] if engine == "tectonic" else [engine, "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(words_, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("value", "digits", "signed", "shown"),
    [(12.345, 1, False, "12.3"), (-0.04, 1, True, "0.0"), (-3.0, 1, False, "−3.0"), (2.0, 0, True, "+2"), (0.05, 2, True, "+0.05")],
)
def test_numbers(value, digits, signed, shown):
    assert number(value, digits, signed) == shown


def test_a_row_that_does_not_fit_its_table_is_an_error():
    with pytest.raises(ValueError, match="2 columns"):
        Table("t", "c", (TableColumn("a", ("a",)), TableColumn("b", ("b",))), (TableRow((words("x"),)),))
