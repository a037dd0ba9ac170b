"""A reader that goes away, or a closed descriptor, changes neither what is done nor the exit code; no text controls the terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from benchmark.cli.output.terminal import open_standard_streams
open_standard_streams()
for number in range(20000):
    print("line", number, "\\x1b[31mred")
    print("error", file=sys.stderr)
open("done", "w").write("done")
"""


@pytest.mark.parametrize("line", ["{} | head -n 1", "{} 2>&-", "{} >&- 2>&-", "{} 2>&1 | true", "{} <&-"])
def test_a_program_goes_on_without_its_readers(tmp_path: Path, line: str) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    command = line.format(f"{sys.executable} program.py") + "; exit ${PIPESTATUS[0]}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "done").read_text() == "done"
    assert "\x1b" not in done.stdout
