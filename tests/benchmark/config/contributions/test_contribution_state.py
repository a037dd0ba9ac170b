"""A contribution is claimed until maintainers' files, which hold for its bytes alone, say more."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.contributions.contribution_state import (
    ContributionState,
    Rerun,
    contribution_digest,
    rerun_file,
    standing,
    write_rerun,
)
from benchmark.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "contributed" / "mine" / "2026-11-21"
    place.mkdir(parents=True)
    (place / "submission.toml").write_text("x = 1")
    return place


def rerun(folder: Path, **more: Any) -> Rerun:
    date = datetime.date(2026, 11, 21)
    told = {"method": "mine", "date": date, "digest": contribution_digest(folder), "conforms": True, "levels": {"bitwise": 3}, "broken": 0}
    return Rerun(**{**told, "environment": "e", "program": "1", **more})


def sign_off(folder: Path, digest: str) -> None:
    said = f'method = "mine"\ndate = 2026-11-21\ndigest = "{digest}"\nby = "M. Maintainer"\non = 2026-11-22\n'
    rerun_file(folder).with_name("signed-off.toml").write_text(f"[[sign_off]]\n{said}")


def test_without_files_of_maintainers_it_is_claimed(folder: Path) -> None:
    assert standing(folder) == (ContributionState.CLAIMED, "")


def test_a_re_run_that_holds_makes_it_rerun(folder: Path) -> None:
    write_rerun(folder, rerun(folder))
    assert standing(folder) == (ContributionState.RERUN, "")


@pytest.mark.parametrize("change", [{"conforms": False}, {"broken": 1}, {"levels": {}}])
def test_a_re_run_that_does_not_hold_leaves_it_claimed(folder: Path, change: dict[str, Any]) -> None:
    write_rerun(folder, rerun(folder, **change))
    assert standing(folder) == (ContributionState.CLAIMED, "its re-run did not hold")


def test_a_re_run_of_other_bytes_or_one_that_was_edited_raises_nothing(folder: Path) -> None:
    path = write_rerun(folder, rerun(folder))
    (folder / "submission.toml").write_text("x = 2")
    assert standing(folder) == (ContributionState.CLAIMED, "its re-run was of other files")
    path.write_bytes(path.read_bytes().replace(b'"broken":0', b'"broken":1'))
    assert standing(folder) == (ContributionState.CLAIMED, "its re-run cannot be read")


def test_a_sign_off_needs_a_re_run_and_these_bytes(folder: Path) -> None:
    rerun_file(folder).parent.mkdir(parents=True)
    sign_off(folder, contribution_digest(folder))
    assert standing(folder).state is ContributionState.CLAIMED
    write_rerun(folder, rerun(folder))
    assert standing(folder) == (ContributionState.SIGNED_OFF, "")
    sign_off(folder, "0" * 64)
    assert standing(folder) == (ContributionState.RERUN, "its sign-off was of other files")


def test_entries_of_maintainers_that_cannot_be_read_are_an_error(folder: Path) -> None:
    write_rerun(folder, rerun(folder))
    rerun_file(folder).with_name("signed-off.toml").write_text("[[sign_off]]\nby = 1\n")
    with pytest.raises(UserError, match="missing"):
        standing(folder)


def test_the_committed_entries_can_be_read(root: Path) -> None:
    from benchmark.config.contributions.contribution_state import SIGNED_OFF, STATES, SignedOff
    from benchmark.config.toml_reader import read_toml

    assert read_toml("sign-off", SignedOff, root / "results" / "contributed" / STATES / SIGNED_OFF).name == "signed-off"
