"""The state of a contribution: claimed, rerun or signed off. Only files that maintainers keep beside the contributions raise it."""

from __future__ import annotations

import datetime
import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from benchmark.config.contributions.submission import Said
from benchmark.config.toml_reader import read_toml
from benchmark.errors import UserError
from benchmark.names import NAME_PATTERN
from benchmark.records.atomic_files import dump_checksummed, load_checksummed, write_atomic
from benchmark.records.spec import Frozen

STATES = "states"  # the folder beside the methods that maintainers keep
SIGNED_OFF = "signed-off.toml"
SHA256 = r"^[0-9a-f]{64}$"


class ContributionState(StrEnum):
    """How far a contribution is believed; each state needs the one before."""

    CLAIMED = "claimed"
    RERUN = "rerun"
    SIGNED_OFF = "signed off"


class Rerun(Frozen):
    """What running a contribution's method again has shown, as `admit --run-code` writes it.

    Args:
        digest: of the contribution's files when it was run.
        conforms: whether the method passed the conformance suite.
        levels: how well the repeated runs agree -> how many (`bitwise`, `same predictions`, ...).
        broken: runs that fell short of what is promised.
        environment: env_id of the machine that repeated them.
        program: version of the program that repeated them.
    """

    version: Literal[1] = 1
    method: str = Field(pattern=NAME_PATTERN)
    date: datetime.date
    digest: str = Field(pattern=SHA256)
    conforms: bool
    levels: dict[str, int]
    broken: int = Field(ge=0)
    environment: str
    program: str

    @property
    def holds(self) -> bool:
        """Whether the contribution counts as rerun."""
        return self.conforms and not self.broken and sum(self.levels.values()) > 0


class SignOff(Frozen):
    """A maintainer's entry for one contribution.

    Args:
        digest: of the contribution's files, as `admit` prints it: an entry holds for these bytes alone.
        by: who signs off.
    """

    method: str = Field(pattern=NAME_PATTERN)
    date: datetime.date
    digest: str = Field(pattern=SHA256)
    by: Said
    on: datetime.date
    note: str = Field("", max_length=500)


class SignedOff(Frozen):
    """The maintainers' entries."""

    name: str = "signed-off"
    sign_off: tuple[SignOff, ...] = ()


class Standing(NamedTuple):
    """The state of a contribution, and why it is not higher, or ""."""

    state: ContributionState
    note: str = ""


def contribution_digest(folder: Path) -> str:
    """SHA-256 over names and bytes of a contribution's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def rerun_file(folder: Path) -> Path:
    """Where the outcome of running a contribution (`<root>/<method>/<date>`) again is kept."""
    return folder.parents[1] / STATES / f"{folder.parent.name}.{folder.name}.json"


def write_rerun(folder: Path, rerun: Rerun) -> Path:
    """Keep the outcome of running a contribution again; it replaces an older one."""
    path = rerun_file(folder)
    write_atomic(path, dump_checksummed(rerun.model_dump(mode="json")) + b"\n")
    return path


def standing(folder: Path) -> Standing:
    """The state of a contribution, from the maintainers' files beside it. What belongs to other bytes raises nothing.

    Raises:
        UserError: entries of maintainers that cannot be read.
    """
    digest = contribution_digest(folder)
    found = _rerun(folder)
    if isinstance(found, str):
        return Standing(ContributionState.CLAIMED, found)
    if found.digest != digest:
        return Standing(ContributionState.CLAIMED, "its re-run was of other files")
    if not found.holds:
        return Standing(ContributionState.CLAIMED, "its re-run did not hold")
    path = folder.parents[1] / STATES / SIGNED_OFF
    entries = read_toml("sign-off", SignedOff, path).sign_off if path.is_file() else ()
    mine = [entry for entry in entries if (entry.method, str(entry.date)) == (folder.parent.name, folder.name)]
    if any(entry.digest == digest for entry in mine):
        return Standing(ContributionState.SIGNED_OFF)
    return Standing(ContributionState.RERUN, "its sign-off was of other files" if mine else "")


def _rerun(folder: Path) -> Rerun | str:
    """The outcome of running a contribution again, or why there is none."""
    path = rerun_file(folder)
    if not path.is_file():
        return ""
    try:
        found = Rerun.model_validate(load_checksummed(path))
    except (ValueError, ValidationError, UserError):
        return "its re-run cannot be read"
    return found if (found.method, str(found.date)) == (folder.parent.name, folder.name) else "its re-run is of another contribution"
