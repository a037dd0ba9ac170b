"""A registration: which runs a study will make and how it will be analysed, fixed in one file before the first run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from benchmark.errors import UserError
from benchmark.records.atomic_files import dump_checksummed, load_checksummed, write_atomic
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import GitState, JsonObject
from benchmark.records.spec import Frozen

DIGITS = 12  # of each key in the file: 48 bits tell a study's thousands of runs apart; the digest holds the whole keys


class RegisteredRuns(Frozen):
    """The runs of one plan of a study.

    Args:
        stage: the stage of the study.
        title: the stage's title in the suite.
        profile: as manifests name it, with encoder, search or crossed design where the stage has one.
        choice: the runs are alternatives, one arm in one cell per setting of a search: development scores decide which of them is run.
        looks: the rule of `--until decided` as manifests keep it; the runs are then those up to the last look, and each arm in a cell ends
            at some look. Empty for a number of seeds that is fixed.
        runs: how many runs these are.
        digest: SHA-256 over the sorted keys, one per line.
        keys: arm and cell in words -> the first digits of its keys in the order of replicates, with spaces between.
    """

    stage: str
    title: str = ""
    profile: str
    choice: bool = False
    runs: int = Field(gt=0)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    keys: dict[str, str]
    looks: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, title: str, *, choice: bool = False) -> RegisteredRuns:
        """The runs of a manifest."""
        keys: dict[str, list[str]] = {}
        for row in manifest.rows:
            keys.setdefault(row_label(row), []).append(row.key)
        return cls(
            stage=stage_of(manifest),
            title=title,
            profile=manifest.profile,
            choice=choice,
            runs=len(manifest.rows),
            digest=digest_of(row.key for row in manifest.rows),
            keys={label: " ".join(key[:DIGITS] for key in some) for label, some in keys.items()},
            looks=manifest.design.get("looks", {}),
        )

    def prefixes(self) -> Iterator[tuple[str, str]]:
        """Arm and cell in words, and the first digits of a key, of every run."""
        for label, keys in self.keys.items():
            yield from ((label, key) for key in keys.split())


class Registration(Frozen):
    """What is fixed before the first run of a study.

    Args:
        version: version of the registration's format.
        suite: the suite's name.
        protocol: `honest`, or `paper` for what the papers did.
        request: the options of the command.
        numerics: version of the engine's numbers that the keys were made under.
        spec_version: version of the spec's format that the keys were made under.
        code: commit that the runs are made from.
        environment: library versions, processor model and flags of the machine that registered; no host, user or path.
        analysis: the analysis settings as plain data; empty where the suite has none.
        runs: in the order in which they go.
    """

    version: Literal[1] = 1
    suite: str
    protocol: Literal["honest", "paper"] = "honest"
    request: JsonObject = Field(default_factory=dict)
    numerics: int
    spec_version: int
    code: GitState
    environment: JsonObject
    analysis: JsonObject = Field(default_factory=dict)
    runs: tuple[RegisteredRuns, ...] = Field(min_length=1)


def row_label(row: ManifestRow) -> str:
    """Arm and cell in words: `sst2 N=20 label-flip:0.2 scl`; for a setting of a search with its number."""
    noise = [f"{row.noise_kind}:{row.noise_level:g}"] if row.noise_kind else []
    trial = [] if row.trial is None else [f"setting {row.trial}"]
    return " ".join([row.task, f"N={row.shots}", *noise, row.arm, *trial])


def stage_of(manifest: Manifest) -> str:
    """The stage of a study that a manifest plans; "" for a suite without stages."""
    return str(manifest.design.get("stage", ""))


def digest_of(keys: Iterable[str]) -> str:
    """SHA-256 over the keys, each once, sorted, one per line."""
    return hashlib.sha256("".join(f"{key}\n" for key in sorted(set(keys))).encode()).hexdigest()


def refuse_existing(path: Path) -> None:
    """UserError for a registration that exists: what was registered is not registered again."""
    if path.exists():
        raise UserError(f"The file {str(path)!r} exists.", "A registration is written once.", "Give another file, or delete it first.")


def write_registration(path: Path, registration: Registration) -> None:
    """Write a registration, once. UserError where the file exists."""
    refuse_existing(path)
    write_atomic(path, dump_checksummed(registration.model_dump(mode="json")) + b"\n")


def read_registration(path: Path) -> Registration:
    """A registration from its file. UserError for one that is missing, truncated or edited."""
    try:
        content: dict[str, Any] = load_checksummed(path)
        return Registration.model_validate(content)
    except (ValueError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"The registration {str(path)!r} cannot be used: {reason}.", "A file that `plan --freeze` wrote.", "") from error
