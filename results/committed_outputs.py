"""Committed tables and pages are what committed records give: each is made again in a copy and compared byte for byte.

    python -m results.committed_outputs            every output; ends with 1 and names each file that differs
    python -m results.committed_outputs --write    put what was made in the place of what differs

Bytes may be compared with the library versions of constraints.txt alone: others break lines, round and draw in their own way. Sums of
floats depend on the vector width of the processor, so that a number at full precision may differ in its last digits: a file that differs
in nothing else is not counted, nor the bitmap of a figure whose SVG is the same.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
DECISIVE = ("jinja2", "matplotlib", "numpy", "pandas", "scipy", "tabulate")  # what numbers and their rendering depend on


@dataclass(frozen=True)
class CommittedOutput:
    """Files that one command makes of committed records.

    Args:
        command: as documents show it, run from the root of a copy that holds the inputs alone.
        inputs: patterns of what it reads.
        outputs: files, or folders with all that is in them. One that the repository does not have at all is not compared: the study has
            neither report nor figure before its first stages are complete.
    """

    command: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class IncludedText:
    """A committed file that stands in a document too, between `<!-- MARK -->` and `<!-- /MARK -->`."""

    document: str
    mark: str
    file: str


STUDY = ("results/study/archive.json", "results/study/batch-*.parquet", "results/study/registration.json")
OUTPUTS = (
    CommittedOutput(
        "python -m benchmark report --results results/study --registration results/study/registration.json --readme README.md",
        (*STUDY, "README.md"),
        ("README.md", "results/study/answers.svg"),
    ),
    CommittedOutput(
        "python -m benchmark report --results results/study --out results/study/report --registration results/study/registration.json",
        STUDY,
        ("results/study/report",),
    ),
    CommittedOutput(
        "python docs/execute_notebook.py docs/notebook.ipynb",
        (*STUDY, "docs/execute_notebook.py", "docs/notebook.ipynb"),
        ("docs/notebook.ipynb",),
    ),
    CommittedOutput(
        "python results/arms/arms.py",
        ("results/arms/archive.json", "results/arms/batch-*.parquet", "results/arms/arms.py"),
        ("results/arms/arms.md",),
    ),
)
INCLUDED = (IncludedText("results/study/README.md", "MEANS", "results/study/report/means.md"),)


@dataclass(frozen=True)
class Repository:
    """A repository and what of it is made from its records."""

    root: Path
    outputs: tuple[CommittedOutput, ...]
    included: tuple[IncludedText, ...]


OURS = Repository(ROOT, OUTPUTS, INCLUDED)


def is_committed(output: CommittedOutput, root: Path = ROOT) -> bool:
    """Whether the repository has any of an output."""
    return any((root / name).exists() for name in output.outputs)


def other_versions() -> dict[str, str]:
    """The decisive libraries that are installed in another version than constraints.txt pins, with that version."""
    lines = (line.partition("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line)
    pins = {name.strip().lower(): pin.split(";")[0].strip() for name, _, pin in lines}
    return {name: found for name in DECISIVE if (found := _installed(name)) != pins.get(name)}


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def rebuild(output: CommittedOutput, copy: Path, root: Path = ROOT) -> None:
    """Copy the inputs into a folder and run the command there. RuntimeError with the end of what it said where it fails."""
    for pattern in output.inputs:
        for found in sorted(root.glob(pattern)):
            place = copy / found.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, place)
            else:
                shutil.copyfile(found, place)
    words = [sys.executable, *shlex.split(output.command)[1:]]
    settings = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(words, cwd=copy, env={**os.environ, **settings}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{output.command}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")


def differing(output: CommittedOutput, copy: Path, root: Path = ROOT) -> list[str]:
    """Each file of an output that is missing, too many, or has other bytes in the repository than in the copy, but for last digits."""
    compared = [name for name in output.outputs if (root / name).exists()]
    made, committed = _files(compared, copy), _files(compared, root)
    said = dict.fromkeys(made.keys() - committed.keys(), "is not committed")
    said |= dict.fromkeys(committed.keys() - made.keys(), "is committed and is not made")
    others = {name for name in made.keys() & committed.keys() if not same_numbers(committed[name], made[name])}
    drawn = {name for name in others if name.endswith(".png") and f"{name.removesuffix('.png')}.svg" in made.keys() - others}
    said |= {name: _where(committed[name], made[name]) for name in others - drawn}
    return [f"{name}: {reason}" for name, reason in sorted(said.items())]


def same_numbers(one: bytes, other: bytes) -> bool:
    """Whether two texts are equal but for numbers that differ by less than a billionth of themselves."""
    if one == other:
        return True
    if NUMBER.sub(b"0", one) != NUMBER.sub(b"0", other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(a == b or math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)


def _files(names: Sequence[str], root: Path) -> dict[str, bytes]:
    places = [root / name for name in names]
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _where(committed: bytes, made: bytes) -> str:
    """The first line that differs, shortened."""
    pairs = zip(committed.splitlines(), made.splitlines(), strict=False)
    first = next(((number, was, now) for number, (was, now) in enumerate(pairs, 1) if was != now), None)
    if first is None:
        return f"{len(committed)} bytes are committed, {len(made)} are made"
    number, was, now = first
    start = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
    shown = (text[max(0, start - 30) : start + 50].decode("utf-8", errors="replace") for text in (was, now))
    return "line {}: {!r} is committed, {!r} is made".format(number, *shown)


def included_differs(included: IncludedText, root: Path = ROOT) -> bool:
    """Whether a document holds another text than the file."""
    return _between(included, root)[1] != (root / included.file).read_text(encoding="utf-8")


def _between(included: IncludedText, root: Path) -> tuple[str, str, str]:
    """A document before, between and after the marks."""
    text = (root / included.document).read_text(encoding="utf-8")
    before, begin, rest = text.partition(f"<!-- {included.mark} -->\n")
    inside, end, after = rest.partition(f"<!-- /{included.mark} -->")
    if not begin or not end:
        raise ValueError(f"{included.document} has no marks {included.mark}")
    return before + begin, inside, end + after


def write(output: CommittedOutput, copy: Path, root: Path = ROOT) -> None:
    """Put what was made in the place of what is committed."""
    for name in output.outputs:
        if (root / name).is_dir():
            shutil.rmtree(root / name)
        if (copy / name).is_dir():
            shutil.copytree(copy / name, root / name)
        elif (copy / name).is_file():
            shutil.copyfile(copy / name, root / name)


def main(arguments: list[str] | None = None, repository: Repository = OURS) -> int:
    """Check or write every output; 1 where something differs and is not written."""
    parser = argparse.ArgumentParser(prog="python -m results.committed_outputs", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put what was made in the place of what differs")
    given = parser.parse_args(arguments)
    if others := other_versions():
        print(f"other versions than constraints.txt: {', '.join(f'{name} {found}' for name, found in others.items())}", file=sys.stderr)
    found: list[str] = []
    for output in repository.outputs:
        if not given.write and not is_committed(output, repository.root):
            print(f"not committed yet: {output.command}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            rebuild(output, Path(folder), repository.root)
            lines = differing(output, Path(folder), repository.root)
            state = "differs" if lines else "same" if is_committed(output, repository.root) else "new"
            print("\n".join([f"{state}: {output.command}", *(f"  {line}" for line in lines)]), flush=True)
            if given.write:
                write(output, Path(folder), repository.root)
        found += lines
    for included in repository.included:
        if included_differs(included, repository.root):
            found.append(f"{included.document}: the text of {included.file} is another one")
            print(found[-1])
            if given.write:
                before, _, after = _between(included, repository.root)
                text = before + (repository.root / included.file).read_text(encoding="utf-8") + after
                (repository.root / included.document).write_text(text, encoding="utf-8")
    return int(bool(found) and not given.write)


if __name__ == "__main__":
    sys.exit(main())
