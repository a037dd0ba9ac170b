"""Admit a contribution: everything that can be checked without running its code, each check with its reason where it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from benchmark.checks.admission.contribution_files import REGISTRATION, file_problems
from benchmark.checks.stored_files import damaged_files, disbelieved
from benchmark.config.contributions.submission import Submission, read_submission
from benchmark.config.toml_files import load_suite
from benchmark.errors import UserError
from benchmark.plugins.plugin_file import PluginFile, read_plugin_file
from benchmark.plugins.plugin_loading import FILE_MODULE
from benchmark.plugins.registry import methods
from benchmark.records.archive.archive import INDEX, DamagedFile, read_archive, read_index
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.reference.comparability import drawn_differently, obstacles
from benchmark.records.reference.reference import Reference
from benchmark.records.registration.registration import DIGITS, Registration, digest_of, read_registration
from benchmark.records.spec import SPEC_VERSION
from benchmark.records.store import RecordStore, UnreadableFile
from benchmark.version import NUMERICS

SHOWN = 3  # reasons of one check that are listed; the others are counted


class AdmissionCheck(NamedTuple):
    """One check of a contribution: what must hold, and why it does not; no reason: it holds."""

    name: str
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return not self.reasons

    @property
    def detail(self) -> str:
        """The first reasons in one line."""
        more = f"; and {len(self.reasons) - SHOWN} more" if len(self.reasons) > SHOWN else ""
        return "; ".join(self.reasons[:SHOWN]) + more


@dataclass(frozen=True)
class Candidate:
    """A contribution whose files may be opened.

    Args:
        baseline: the arm of the reference that its runs stand beside.
    """

    folder: Path
    reference: Reference
    baseline: str

    @cached_property
    def submission(self) -> Submission:
        """What it says of itself."""
        return read_submission(self.folder)

    @cached_property
    def registration(self) -> Registration:
        """What it planned."""
        return read_registration(self.folder / REGISTRATION)

    @cached_property
    def plugin(self) -> PluginFile:
        """Its plug-in file, not imported."""
        return read_plugin_file(next(self.folder.glob("*.py")))

    @cached_property
    def store(self) -> RecordStore:
        """Its archive."""
        return RecordStore(self.folder)

    @cached_property
    def items(self) -> list[RunRecord | UnreadableFile]:
        """Its records, and those that cannot be read."""
        return list(self.store)

    @cached_property
    def records(self) -> list[RunRecord]:
        """Its records that can be read."""
        return [item for item in self.items if isinstance(item, RunRecord)]

    @cached_property
    def finished(self) -> list[RunRecord]:
        """Its finished runs."""
        return [record for record in self.records if record.status == "done"]

    @cached_property
    def repeated(self) -> set[str]:
        """The keys of the runs of the reference's baseline, which a contribution may hold made again, for calibration."""
        return {run.record.key for run in self.reference.runs if run.row.arm == self.baseline}

    @cached_property
    def registered(self) -> dict[str, str]:
        """First digits of each registered key -> arm and cell in words."""
        return {key: label for runs in self.registration.runs for label, key in runs.prefixes()}


def admit(folder: Path, reference: Reference) -> list[AdmissionCheck]:
    """Check a contribution against a reference. Nothing of it is imported or run.

    Files come first, then what the submission says, then the archive: a check whose ground is gone is not made.

    Args:
        folder: `<root>/<method>/<date>`.
    """
    candidate = Candidate(folder, reference, load_suite(reference.suite).baseline)
    made: list[AdmissionCheck] = []
    for level in LEVELS:
        made += [AdmissionCheck(name, tuple(dict.fromkeys(_reasons(check, candidate)))) for name, check in level.items()]
        if not all(check.passed for check in made):
            break
    return made


def _reasons(check: Callable[[Candidate], Iterator[str]], candidate: Candidate) -> Iterator[str]:
    try:
        yield from check(candidate)
    except UserError as error:
        yield str(error)
    except Exception as error:  # content under a fitting checksum that is not of the form that a reader expects
        yield f"its content cannot be read: {type(error).__name__}: {str(error)[:100]}"


def _files(candidate: Candidate) -> Iterator[str]:
    yield from file_problems(candidate.folder)


def _submission(candidate: Candidate) -> Iterator[str]:
    said, folder = candidate.submission, candidate.folder
    for name, given, place in (("method", said.method, folder.parent.name), ("date", str(said.date), folder.name)):
        if given != place:
            yield f"its {name} is {given}, its folder is {place}"
    if not (folder / said.plugin).is_file():
        yield f"its plugin {said.plugin} is not there"


def _archive(candidate: Candidate) -> Iterator[str]:
    folder = candidate.folder
    listed = {entry.file for entry in read_index(folder).batches}
    yield from (f"{path.name} is in no index" for path in sorted(folder.glob("batch-*.parquet")) if path.name not in listed)
    files, damaged = read_archive(folder)
    yield from (f"{file}: {reason}" for file, reason in damaged)
    yield from (f"{name} is no part of a contribution" for name in files if not name.endswith(".json"))
    if not files:
        yield f"{INDEX} lists nothing"


def _intact(candidate: Candidate) -> Iterator[str]:
    unreadable: list[UnreadableFile | DamagedFile] = [item for item in candidate.items if isinstance(item, UnreadableFile)]
    for file, reason in (*unreadable, *damaged_files(candidate.store, candidate.records)):
        yield f"{_short(file)}: {reason}"
    yield from (f"{record.key[:DIGITS]} names no environment" for record in candidate.records if not record.env_id)


def _registration(candidate: Candidate) -> Iterator[str]:
    said, reference = candidate.registration, candidate.reference
    for name, mine, theirs in (
        ("suite", said.suite, reference.suite),
        ("protocol", said.protocol, reference.protocol),
        ("numerics", said.numerics, NUMERICS),
        ("spec version", said.spec_version, SPEC_VERSION),
    ):
        if mine != theirs:
            yield f"its {name} is {mine}, not {theirs}"
    present = {record.key[:DIGITS] for record in candidate.records}
    missing = Counter(label for key, label in candidate.registered.items() if key not in present)
    yield from (f"{count} registered runs of {label} are missing" for label, count in missing.items())
    extra = [record.key[:DIGITS] for record in candidate.records if record.key[:DIGITS] not in candidate.registered]
    yield from (f"{key} is a run that is not registered" for key in extra)
    planned = {row.key for manifest in candidate.store.manifests() if isinstance(manifest, Manifest) for row in manifest.rows}
    for record in candidate.records:
        if record.key not in planned:
            yield f"{record.key[:DIGITS]} is a run that no manifest plans"
    if not (missing or extra):
        for runs in said.runs:
            prefixes = {key for _, key in runs.prefixes()}
            if digest_of(record.key for record in candidate.records if record.key[:DIGITS] in prefixes) != runs.digest:
                yield f"the digest of the keys of stage {runs.stage or '-'} is another one"


def _first_seeds(candidate: Candidate) -> Iterator[str]:
    """In every cell the seeds are the reference's first ones, so that nobody chooses them by their scores."""
    order: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for run in candidate.reference.runs:
        if (row := run.row).arm == candidate.baseline:
            cell = (row.task, row.shots, row.noise_kind, row.noise_level, row.noise_where, row.noise_size, row.unlabelled)
            order.setdefault(cell, []).append((row.split_seed, *_seeds(row.seed, row.init_seed)))
    mine: dict[tuple[object, ...], set[tuple[int, ...]]] = {}
    rows = (row for manifest in candidate.store.manifests() if isinstance(manifest, Manifest) for row in manifest.rows)
    for row in (row for row in rows if row.method == candidate.submission.method):
        cell = (row.task, row.shots, row.noise_kind, row.noise_level, row.noise_where, row.noise_size, row.unlabelled)
        mine.setdefault(cell, set()).add((row.split_seed, *_seeds(row.seed, row.init_seed)))
    for place, seeds in mine.items():
        splits = len(next(iter(seeds))) == 1
        wanted = [unit[:1] if splits else unit for unit in sorted(order.get(place, ()))]
        if seeds != set(list(dict.fromkeys(wanted))[: len(seeds)]):
            yield f"{place[0]} N = {place[1]}: its splits and seeds are not the first {len(seeds)} of the reference"


def _seeds(*seeds: int | None) -> tuple[int, ...]:
    return tuple(seed for seed in seeds if seed is not None)


def _comparable(candidate: Candidate) -> Iterator[str]:
    for record in candidate.records:
        theirs = candidate.reference.beside(candidate.baseline, record.spec)
        label = f"{record.key[:DIGITS]} ({record.spec.task.name} N = {record.spec.split.shots} seed {record.spec.split.split_seed})"
        if theirs is None:
            yield f"{label}: the reference has no finished run of {candidate.baseline} there"
            continue
        differing = obstacles(record.spec, theirs.spec) or (drawn_differently(record, theirs) if record.status == "done" else [])
        yield from (f"{label}: {reason}" for reason in differing)


def _code(candidate: Candidate) -> Iterator[str]:
    method, plugin = candidate.submission.method, candidate.plugin
    if method not in plugin.methods:
        yield f"{candidate.submission.plugin} registers {', '.join(plugin.methods) or 'no method'}, not {method}"
    if any(entry.name == method and not entry.module.startswith(FILE_MODULE) for entry in methods.listing()):
        yield f"{method} is the name of an installed method"
    for record in candidate.records:
        said = record.spec.method
        if said.name != method and record.key in candidate.repeated:
            continue
        if said.name != method:
            yield f"{record.key[:DIGITS]} is a run of {said.name}"
        elif said.code != plugin.code:
            yield f"the code of its runs is {said.code[:DIGITS]}, that of {candidate.submission.plugin} is {plugin.code[:DIGITS]}"
        elif record.plugin != plugin.sha256:
            shown = (record.plugin or "none")[:DIGITS]
            yield f"its runs name the plug-in file {shown}, {candidate.submission.plugin} is {plugin.sha256[:DIGITS]}"
    own = [record.spec.method.params for record in candidate.records if record.spec.method.name == method]
    settings = {str(sorted(params.items())) for params in own}
    if len(settings) > 1:
        yield f"its runs have {len(settings)} settings of parameters: a contribution has one"


def _scores(candidate: Candidate) -> Iterator[str]:
    yield from (f"{_short(file)}: {reason}" for file, reason in disbelieved(candidate.store, candidate.records))
    if not any(record.spec.method.name == candidate.submission.method for record in candidate.finished):
        yield "no run has finished"


def _short(file: str) -> str:
    return f"{Path(file).parts[0]} {Path(file).stem[:DIGITS]}"


# What is checked, level by level: a level is reached where everything before it holds.
LEVELS: tuple[dict[str, Callable[[Candidate], Iterator[str]]], ...] = (
    {"place, names, types and sizes of its files": _files},
    {"submission.toml": _submission, "the archive is intact": _archive},
    {"records, manifests, splits and test sets are intact": _intact},
    {
        "every registered run is there, and no other": _registration,
        "its seeds are the reference's first": _first_seeds,
        "data, splits, encoder and settings are the reference's": _comparable,
        "its runs are of its plug-in file": _code,
        "scores follow from the predictions": _scores,
    },
)
