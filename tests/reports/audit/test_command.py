"""`audit` and `list tables` on the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmark.cli.app import main


def test_audit_prints_findings_by_paper(capsys):
    assert main(["audit"]) == 0
    out = capsys.readouterr().out
    papers = [line.partition(":")[0] for line, rule in zip(out.splitlines(), out.splitlines()[1:], strict=False) if set(rule) == {"="}]
    assert papers == sorted(papers)
    assert {"scl", "cat", "three-phase", "dualcl"} <= set(papers)
    assert "[serious] split sizes (scl/few-shot)" in out
    assert max(map(len, out.splitlines())) <= 110


def test_audit_of_one_paper(capsys):
    assert main(["audit", "scl"]) == 0
    out = capsys.readouterr().out
    assert "(scl/few-shot)" in out
    assert "three-phase" not in out


def test_a_paper_whose_tables_were_not_seen_says_so(capsys):
    assert main(["audit", "cat"]) == 0
    assert "44 unknown (not seen, so not checked)" in capsys.readouterr().out


def test_whole_prints_all_the_arithmetic(capsys):
    main(["audit", "dualcl"])
    short = capsys.readouterr().out
    main(["audit", "dualcl", "--whole"])
    whole = capsys.readouterr().out
    assert "--whole" in short
    assert " more" in short
    assert len(whole.splitlines()) > len(short.splitlines())


def test_an_unknown_paper_exits_with_2(capsys):
    assert main(["audit", "slc"]) == 2
    assert "Did you mean 'scl'?" in capsys.readouterr().err


def test_list_tables(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["list", "tables"]) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("scl/few-shot ")]
    assert "suite glue-fewshot plans 18 of them" in line
    assert "few-shot.toml:1)" in line
    assert "at hand" not in out


def test_list_tables_with_results_that_are_not_there(capsys, tmp_path):
    assert main(["list", "tables", "--results", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["audit"], ["list", "tables"]])
def test_nothing_heavy_is_imported(root, tmp_path, command):
    """No torch, transformers or datasets, and for the numbers of the papers alone no pandas either."""
    code = (
        f"import sys; from benchmark.cli.app import main; main({command!r}); "
        "print([name for name in ('torch', 'transformers', 'datasets', 'pandas') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
