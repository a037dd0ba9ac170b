"""Imports between rooms point one way: the contracts of `.importlinter`, run by import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def lint(config: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter from the repository's root."""
    code = f"from importlinter.cli import lint_imports as lint; raise SystemExit(lint({str(config)!r}, no_cache=True, no_logo=True))"
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)


def test_every_layer_contract_is_kept(root: Path) -> None:
    done = lint(root / ".importlinter", root)
    assert done.returncode == 0, done.stdout


def test_a_broken_contract_is_found(root: Path, tmp_path: Path) -> None:
    """The test above must be able to fail: the same linter, with a contract that the code breaks."""
    contract = "[importlinter]\nroot_package = benchmark\n[importlinter:contract:x]\nname = x\ntype = forbidden\n"
    (tmp_path / "broken").write_text(contract + "source_modules =\n    benchmark.running\nforbidden_modules =\n    benchmark.records\n")
    done = lint(tmp_path / "broken", root)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
