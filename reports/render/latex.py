"""A table as LaTeX under booktabs."""

from __future__ import annotations

from reports.tables.table import MINUS, PLUS_MINUS, Table, TableRow

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",  # a bracket behind \\ would be read as its argument
    "]": "{]}",
    '"': "''",
    "`": r"\textasciigrave{}",
    MINUS: "$-$",
    PLUS_MINUS: r"$\pm$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
    "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
}
WIDE = "\\centering\\scriptsize\\setlength{\\tabcolsep}{3pt}"


def latex(table: Table) -> str:
    """A `table` environment: header and footnotes go into the caption and below the rules. Needs the package booktabs."""
    layout = "".join("r" if column.numeric else "l" for column in table.columns)
    body = [line for row in table.rows for line in _lines(row)]
    return "\n".join(
        [
            "% needs \\usepackage{booktabs}",
            "\\begin{table}",
            WIDE if len(table.columns) > 8 else "\\centering\\small",
            f"\\caption{{{escape(table.caption)}}}",
            f"\\label{{tab:{''.join(c if c.isalnum() else '-' for c in table.name)}}}",
            *(f"\\par\\footnotesize {escape(line)}" for line in table.header),
            f"\\par\\medskip\\begin{{tabular}}{{{layout}}}",
            "\\toprule",
            *_heading(table),
            "\\midrule",
            *body,
            "\\bottomrule",
            "\\end{tabular}",
            *(f"\\par\\footnotesize {escape(line)}" for line in table.legend),
            "\\end{table}",
            "",
        ]
    )


def _heading(table: Table) -> list[str]:
    """One line per line of the headings, so that wide headings stay narrow."""
    height = max((len(column.heading) for column in table.columns), default=0)
    padded = [(*column.heading, *[""] * (height - len(column.heading))) for column in table.columns]
    return [" & ".join(escape(lines[i]) for lines in padded) + r" \\" for i in range(height)]


def _lines(row: TableRow) -> list[str]:
    cells = " & ".join(escape(cell.shown) for cell in row.cells) + r" \\"
    return ["\\midrule", cells] if row.rule else [cells]


def escape(text: str) -> str:
    """Text that LaTeX prints as it is."""
    whole = "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))
    return whole.replace("--", "-{}-").replace("--", "-{}-")  # two hyphens would be set as a dash; the second time for three and more
