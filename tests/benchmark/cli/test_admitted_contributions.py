"""`admit` on one contribution and on a folder of them: what is refused, what the tables say, and when code runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.contributions.contribution_state import SIGNED_OFF, ContributionState, rerun_file, standing

Admit = Callable[..., tuple[int, str, str]]


@pytest.fixture
def admit(capsys: pytest.CaptureFixture[str], tiny_reference: Path, tmp_path: Path) -> Admit:
    """`admit` against the tiny reference: exit code and both streams."""

    def call(*words: Any) -> tuple[int, str, str]:
        from benchmark.cli.app import main

        code = main(["admit", "--against", str(tiny_reference), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_good_contribution_is_shown_as_claimed_beside_the_arms_of_the_reference(admit: Admit, contribution: Path, tmp_path: Path) -> None:
    code, out, err = admit(contribution, "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "Admission: every check passed" in out
    assert "third-ce (claimed)" in out
    assert "as sent in" in out
    _, contributed, means, *_ = json.loads((tmp_path / "out" / "admit.json").read_text())
    assert [cell["shown"] for cell in contributed["rows"][0]["cells"][:3]] == ["third-ce", contribution.name, "claimed"]
    assert [row["name"] for row in means["rows"]] == ["ce", "ce-null", "third-ce (claimed)"]


def test_a_bad_one_ends_with_1_and_its_reason(admit: Admit, contribution: Path) -> None:
    (contribution / "third_ce.py").write_text("x = 1")
    code, out, _ = admit(contribution)
    assert code == 1
    assert "REFUSED" in out
    assert "registers no method" in out
    assert "(claimed)" not in out


def test_of_a_folder_only_what_is_new_is_checked(admit: Admit, contribution: Path, tmp_path: Path) -> None:
    root = contribution.parents[1]
    shutil.copytree(root, tmp_path / "before")
    code, out, _ = admit(root, "--admitted", tmp_path / "before")
    assert (code, "REFUSED" in out) == (0, False)
    assert "Admission: nothing new is there" in out
    assert "third-ce" in out  # in the table of all contributions
    assert "the archive is intact" not in out
    (tmp_path / "empty").mkdir()
    code, out, _ = admit(root, "--admitted", tmp_path / "empty")
    assert (code, "the archive is intact" in out) == (0, True)


def test_a_folder_without_a_contribution_is_called_that(admit: Admit, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = admit(tmp_path / "empty", "--out", tmp_path / "out")
    assert (code, "no contribution is there" in out) == (0, True)
    assert "every check passed" not in out
    assert "no contribution is there" in (tmp_path / "out" / "admit.md").read_text()


def overwrite(root: Path, folder: Path) -> None:
    (folder / "submission.toml").write_text((folder / "submission.toml").read_text().replace('"better"', '"best"'))


def add(root: Path, folder: Path) -> None:
    (folder / "more.py").write_text("x = 1")


def sign(root: Path, folder: Path) -> None:
    (root / "states").mkdir()
    (root / "states" / SIGNED_OFF).write_text("")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (overwrite, "was admitted before and is another file now"),
        (lambda root, folder: shutil.rmtree(folder), "was admitted before and is missing"),
        (add, "was added to a contribution that was admitted before"),
        (sign, "only maintainers write states"),
        (lambda root, folder: (root / "other").symlink_to(folder.parent), "'other' is a link"),
        (lambda root, folder: (root / "conftest.py").write_text("x"), "'conftest.py' does not belong here"),
    ],
)
def test_nothing_that_was_admitted_may_change(
    admit: Admit, contribution: Path, tmp_path: Path, change: Callable[[Path, Path], None], said: str
) -> None:
    root = contribution.parents[1]
    shutil.copytree(root, tmp_path / "before")
    change(root, contribution)
    code, out, _ = admit(root, "--admitted", tmp_path / "before")
    assert code == 1
    assert said in out


def test_a_contribution_that_was_admitted_is_not_taken_again(admit: Admit, contribution: Path) -> None:
    code, out, _ = admit(contribution, "--admitted", contribution.parents[1])
    assert code == 1
    assert "it was admitted before" in out


@pytest.mark.usefixtures("unregistered")
def test_a_maintainer_runs_its_code_and_it_counts_as_rerun(
    admit: Admit, contribution: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRIBUTION_MARK", str(tmp_path / "mark"))
    code, out, err = admit(contribution, "--run-code", "--sample", 1)
    assert code == 0, out + err
    assert (tmp_path / "mark").exists()
    assert "it trains" in out or "the same spec gives the same predictions" in out
    assert "bitwise" in out
    assert standing(contribution).state is ContributionState.RERUN
    assert rerun_file(contribution).is_file()
    assert "third-ce (rerun)" in admit(contribution)[1]


@pytest.mark.usefixtures("unregistered")
def test_what_is_refused_is_not_run(admit: Admit, contribution: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRIBUTION_MARK", str(tmp_path / "mark"))
    (contribution / "more.py").write_text("x = 1")
    assert admit(contribution, "--run-code")[0] == 1
    assert not (tmp_path / "mark").exists()
    assert not rerun_file(contribution).exists()


def test_a_folder_that_is_not_there_is_wrong_usage(admit: Admit, tmp_path: Path) -> None:
    code, _, err = admit(tmp_path / "absent")
    assert code == 2
    assert "no folder" in err
