"""The house rules (docs/architecture.md): names, sizes and language of the code, each with its reason in the message."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("benchmark", "methods", "baselines", "reports")
SHARED_NAMES = {"__init__", "__main__", "base", "registry"}  # file names that may stand for several things
ONE_KIND = {"methods", "baselines", "controls", "rivals", "losses", "noise", "commands", "checks", "published"}
# Rooms in which one figure, table, format, printed thing, verdict, word list or part of a method stands per file, however small.
SMALL_IS_FINE = ONE_KIND | {"figures", "tables", "render", "output", "verdicts", "synthetic", "parts"}
MOST_MODULES, MOST_PARAMETERS, SMALL = 12, 6, 40

# The private dialect of earlier versions, and what the field says.
DIALECT = {
    r"\banew\b": "again",
    r"\bat hand\b": "available",
    r"\bfor the while\b": "temporarily",
    r"\bby hand\b": "manually",
    r"\bmend(s|ed|ing)?\b": "repair, fix",
    r"\bfall(s|en)? silent\b|\bfell silent\b|\bsilence of\b": "lease expired",
    r"\bthere already\b": "already computed",
    r"\b(is|are|was|were|be) told\b": "is notified, is reported",
}


def sources() -> list[Path]:
    """The Python files of the distribution that git knows or would add."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if name.endswith(".py") and (ROOT / name).is_file()]


FILES = sources()


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text())


def shown(path: Path) -> str:
    """A file for messages."""
    return str(path.relative_to(ROOT))


def test_a_file_name_stands_for_one_thing() -> None:
    names = Counter(path.stem for path in FILES if path.stem not in SHARED_NAMES)
    twice = {name: [shown(p) for p in FILES if p.stem == name] for name, count in names.items() if count > 1}
    assert not twice, "a reader looks a thing up by its file name: rename one of them"


def test_a_class_name_stands_for_one_thing() -> None:
    where = defaultdict(list)
    for path in FILES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(shown(path))
    assert not {name: paths for name, paths in where.items() if len(paths) > 1}, "two classes of one name mean two things: rename one"


def bears_its_name(path: Path) -> bool:
    """Whether a module defines, registers, or says in the first line of its docstring what its file name promises."""
    words = [word.rstrip("s") for word in path.stem.split("_") if word not in ("command", "commands", "of", "and")]
    defined = [node.name for node in tree(path).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    assigned = [t.id for node in tree(path).body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)]
    literals = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    registered = [text for text in literals if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text)]
    first_line = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]
    said = " ".join([*defined, *assigned, *registered, first_line]).lower().replace("_", "").replace("-", "")
    return any(word in said for word in words)


@pytest.mark.parametrize("path", [p for p in FILES if p.stem not in SHARED_NAMES], ids=shown)
def test_a_module_is_about_what_its_name_says(path: Path) -> None:
    assert bears_its_name(path), "name the module for what it defines, or say in its first line what the name means"


def test_no_room_is_overfull() -> None:
    rooms = Counter(path.parent for path in FILES if path.stem != "__init__")
    full = {shown(room): count for room, count in rooms.items() if count > MOST_MODULES and room.name not in ONE_KIND}
    assert not full, f"at most {MOST_MODULES} modules in a folder, unless all are of one kind: make a room inside"


def test_every_room_says_what_it_is_for() -> None:
    unsaid = [shown(path) for path in FILES if path.stem == "__init__" and not ast.get_docstring(tree(path))]
    assert not unsaid, "the docstring of a room's __init__ says what the room is for"


def parameters(node: ast.FunctionDef) -> int:
    """How many arguments a call may give, `self` and `cls` left out."""
    given = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len(given) - (given[:1] in (["self"], ["cls"]))


def test_no_function_takes_more_than_six_parameters() -> None:
    many = [
        f"{shown(path)}:{node.lineno} {node.name} ({parameters(node)})"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and parameters(node) > MOST_PARAMETERS and not _is_a_command(path)
    ]
    assert not many, "more than six parameters: a type is missing"


def _is_a_command(path: Path) -> bool:
    """A command's parameters are its options: typer reads them from the signature."""
    return "commands" in path.parts


def test_a_small_module_with_one_reader_is_part_of_it() -> None:
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in FILES}
    readers = defaultdict(set)
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if module in names:
                        readers[module].add(path)
    small = [path for path in FILES if path.stem != "__init__" and path.parent.name not in SMALL_IS_FINE and _lines(path) < SMALL]
    alone = [shown(path) for path in small if len(readers[".".join(path.relative_to(ROOT).with_suffix("").parts)]) == 1]
    assert not alone, f"a file under {SMALL} lines with a single reader is merged into it, unless it is one of a kind"


def _lines(path: Path) -> int:
    return path.read_text().count("\n")


def prose(path: Path) -> list[tuple[int, str]]:
    """Comments and texts of a file, with their lines."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return [(token.start[0], token.string) for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING)]


def dialect(text: str) -> list[str]:
    """The words of the private dialect in a text, with what to say."""
    return [f"{found[0]!r}: say {better}" for word, better in DIALECT.items() if (found := re.search(word, text, re.IGNORECASE))]


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_the_text_speaks_the_language_of_the_field(path: Path) -> None:
    found = [f"line {line}: {word}" for line, text in prose(path) for word in dialect(text)]
    assert not found, "plain English with the field's terms (docs/glossary.md)"


@pytest.mark.parametrize("path", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=shown)
def test_documents_speak_it_too(path: Path) -> None:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert not [f"line {n}: {word}" for n, line in lines for word in dialect(line)]


# Tests of a whole rather than of one file: what users see, what several files do together, real data.
WHOLES = {
    "tests/baselines/rivals/test_authors_numbers.py",
    "tests/benchmark/cli/test_end_to_end.py",
    "tests/benchmark/cli/test_mistakes.py",
    "tests/benchmark/cli/test_start_up.py",
    "tests/benchmark/data/noise/test_text_noise.py",
    "tests/benchmark/data/splits/test_protocols.py",
    "tests/benchmark/data/test_real_data.py",
    "tests/benchmark/records/test_bad_files.py",
    "tests/benchmark/running/executors/test_ray_slots.py",
    "tests/benchmark/stats/test_room.py",
    "tests/benchmark/test_authors_import.py",
    "tests/benchmark/test_numerics.py",
    "tests/benchmark/test_public_api.py",
    "tests/reports/audit/test_arithmetic.py",
    "tests/reports/audit/test_command.py",
    "tests/reports/audit/test_numbers_of_the_notes.py",
    "tests/reports/published/test_tables.py",
    "tests/reports/published/test_transcription.py",
    "tests/reports/render/test_formats.py",
    "tests/reports/test_bad_input.py",
    "tests/reports/test_speed.py",
}


def test_tests_mirror_files() -> None:
    """`tests/ROOM/test_X.py` tests `ROOM/X.py`, the folder `ROOM/X`, or the room X itself."""
    astray = set()
    for room in ROOMS:
        for test in (ROOT / "tests" / room).rglob("test_*.py"):
            tested = ROOT / test.relative_to(ROOT / "tests").parent / test.stem.removeprefix("test_")
            if not (tested.with_suffix(".py").is_file() or tested.is_dir() or tested.parent.name == tested.name):
                astray.add(shown(test))
    assert astray == WHOLES, "name a test file after the file that it tests; one that tests a whole stands in the list above"


def test_the_rules_can_fail(tmp_path: Path) -> None:
    assert dialect("It is mended by hand.") == ["'by hand': say manually", "'mended': say repair, fix"]
    node = ast.parse("def f(self, a, b, c, d, e, f, g): ...").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert parameters(node) == 7
    (tmp_path / "walnut.py").write_text('"""Something else."""\n\n\ndef other() -> None: ...\n')
    assert not bears_its_name(tmp_path / "walnut.py")
