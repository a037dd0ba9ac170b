"""The keyword options of the Python API are those of the request and of the report: this file writes them, and fails where they differ.

To write them again after a change: `python tests/benchmark/cli/test_keyword_options.py`.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from reports.report import Options

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "benchmark" / "cli" / "keyword_options.py"
EXPLICIT = {"suite", "profile"}  # parameters of `plan` and `run` themselves
SOURCES = ("plugin", "data_root", "task_file", "encoder")  # those of `verify`: where a second run finds what the first one read
HEAD = '''"""The keyword options of the Python API, made from the fields of `RunRequest` and of the report's `Options`.

Written by `python tests/benchmark/cli/test_keyword_options.py`; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypedDict
'''
RUN = "The options of `plan` and `run`: those of the command line, with underscores. What is left out is what suite and profile say."
FOUND = "Where `verify` finds what the first runs read."
REPORT = "The options of `report`."


def source(hint: Any) -> str:
    """A type as Python writes it. A path may be given as text too."""
    if get_origin(hint) is Annotated:
        return source(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        parts = [source(part) for part in get_args(hint) if part is not type(None)]
        return " | ".join(dict.fromkeys(name for part in parts for name in part.split(" | ")))
    if get_origin(hint) is Literal:
        return f"Literal[{', '.join(repr(value).replace(chr(39), chr(34)) for value in get_args(hint))}]"
    if get_origin(hint) is not None:
        return f"{get_origin(hint).__name__}[{', '.join('...' if part is ... else source(part) for part in get_args(hint))}]"
    return "str | Path" if hint is Path else str(hint.__name__)


def class_source(name: str, doc: str, fields: Iterator[tuple[str, Any, str]]) -> str:
    """A typed dictionary in which every key may be left out, each with what it means."""
    body = "\n\n".join(f'    {key}: {source(hint)}\n    """{text}"""' for key, hint, text in fields)
    return f'class {name}(TypedDict, total=False):\n    """{doc}"""\n\n{body}\n'


def run_options(names: tuple[str, ...] | None = None) -> Iterator[tuple[str, Any, str]]:
    """Name, accepted type and meaning of each option of a request, or of some of them."""
    types_of = RunRequest.accepted()
    for name, _, option in RunRequest.options():
        if name not in EXPLICIT and (names is None or name in names):
            shown = f" As on the command line: `{option.metavar}`." if option.metavar else ""
            yield name, types_of[name], f"{option.help}{shown}"


def report_options() -> Iterator[tuple[str, Any, str]]:
    """Name, type and meaning of each option of a report."""
    hints = get_type_hints(Options)
    for name, text in re.findall(r"^ +(\w+): (.+)$", inspect.getdoc(Options) or "", re.MULTILINE):
        yield name, hints[name], text[0].upper() + text[1:]


def written() -> str:
    """The whole file, not yet formatted."""
    classes = [
        class_source("RunOptions", RUN, run_options()),
        class_source("SourceOptions", FOUND, run_options(SOURCES)),
        class_source("ReportOptions", REPORT, report_options()),
    ]
    return "\n\n".join([HEAD, *classes])


def formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--config", str(ROOT / "pyproject.toml"), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def test_the_file_is_what_the_request_says() -> None:
    said, wanted = (ast.dump(ast.parse(text)) for text in (FILE.read_text(encoding="utf-8"), written()))  # whoever formats it
    assert said == wanted, "write it again: python tests/benchmark/cli/test_keyword_options.py"


def test_every_option_of_a_report_is_described() -> None:
    assert {name for name, _, _ in report_options()} == set(get_type_hints(Options)) - {"results", "out"} - {"folder"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("seeds", 5), ("seeds", [3, 4]), ("shots", ["20", 100]), ("methods", ("ce", "scl")), ("workers", 2), ("unlabelled", "pool")),
        *(("results", "folder"), ("results", Path("folder")), ("set", {"scl.temperature": "0.1"}), ("time_limit", 90.0)),
        ("plugin", "methods"),
    ],
)
def test_python_forms_are_taken(name: str, value: Any) -> None:
    RunRequest.parse(suite="glue-fewshot", **{name: value})


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="seedz"):
        RunRequest.parse(suite="glue-fewshot", seedz=3)


if __name__ == "__main__":
    FILE.write_text(formatted(written()))
