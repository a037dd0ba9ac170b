"""Writing a contribution: registration and plug-in before the first run, archive and submission after the last."""

from __future__ import annotations

import datetime
import json
import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.checks.admission.contribution_files import PLUGIN, REGISTRATION
from benchmark.config.contributions.submission import FILE, LONGEST, TO_FILL
from benchmark.errors import UserError
from benchmark.planning.plan import Plan
from benchmark.plugins.plugin_file import read_plugin_file
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.atomic_files import write_atomic
from benchmark.records.jsonable import jsonable
from benchmark.records.manifest import Manifest
from benchmark.records.record import GitState
from benchmark.records.registration.registration import RegisteredRuns, Registration, read_registration, write_registration
from benchmark.records.spec import SPEC_VERSION
from benchmark.records.store import RecordStore
from benchmark.running.machine.provenance import environment, git_state
from benchmark.version import NUMERICS, VERSION


@dataclass(frozen=True)
class Contribution:
    """A contribution that is being written.

    Args:
        folder: `<root>/<method>/<date>`.
        plugin: the plug-in file that was given.
        plans: of the method's runs, the first of them first, and of the runs of the baseline that calibrate them.
    """

    folder: Path
    method: str
    plugin: Path
    plans: tuple[Plan, ...]

    def begin(self) -> None:
        """Write the registration of the planned runs and a copy of the plug-in file, before anything runs.

        Raises:
            UserError: the folder has another registration, or the plug-in cannot stand alone.
        """
        if not PLUGIN.fullmatch(self.plugin.name):
            raise UserError(
                f"The plug-in file is called {self.plugin.name!r}.",
                "A letter, then letters, digits and underscores, and .py.",
                "Rename it; its name is part of the identity of its runs.",
            )
        self._check_alone()
        registration, path = self._registration(), self.folder / REGISTRATION
        if path.exists() and [runs.digest for runs in read_registration(path).runs] != [runs.digest for runs in registration.runs]:
            raise UserError(
                f"{path} registers other runs than are planned now.",
                "What was registered is run as it was registered.",
                "Give the options of that command, or another folder with --submit.",
            )
        write_copy(self.plugin, self.folder)
        if not path.exists():
            write_registration(path, registration)

    def _check_alone(self) -> None:
        """UserError where the plug-in file alone is not all of the method's code."""
        with tempfile.TemporaryDirectory(prefix="benchmark-contribution-") as place:
            alone = read_plugin_file(write_copy(self.plugin, Path(place))).code
        if {run.spec.method.code for plan in self.plans for run in plan.runs if run.spec.method.name == self.method} != {alone}:
            raise UserError(
                f"The plug-in {self.plugin.name} imports modules that stand beside it.",
                "A contribution has one Python file.",
                "Put what it imports into the file.",
            )

    def _registration(self) -> Registration:
        first, compute = self.plans[0].grid, self.plans[0].grid.compute
        return Registration(
            suite=first.suite.name,
            protocol=first.protocol,
            request=self.plans[0].manifest.request,
            numerics=NUMERICS,
            spec_version=SPEC_VERSION,
            code=git_state() or GitState(commit=f"release {VERSION}"),
            environment=jsonable(environment(compute)),
            runs=tuple(RegisteredRuns.of(plan.manifest, plan.grid.suite.title) for plan in self.plans),
        )

    def finish(self, results: Path) -> tuple[str, ...]:
        """Write the archive of the contribution's runs, and `submission.toml` where there is none. Returns what is left to do, in lines."""
        with tempfile.TemporaryDirectory(prefix="benchmark-contribution-") as place:
            copy_runs(results, Path(place), [plan.manifest for plan in self.plans])
            add_to_archive(Path(place), self.folder)
        path = self.folder / FILE
        if not path.exists():
            write_atomic(path, self._submission().encode())
        return (f"written: {self.folder}", f"Fill in {path}, then: python -m benchmark admit {self.folder}")

    def _submission(self) -> str:
        found = self._registration().environment
        said = {
            "version": 1,
            "method": self.method,
            "date": datetime.date.fromisoformat(self.folder.name),
            "plugin": self.plugin.name,
            "authors": [TO_FILL],
            "contact": TO_FILL,
            "licence": TO_FILL,
            "program": VERSION,
            "command": _command(self.plugin, self.plans[0]),
            "hardware": f"{found['processor']}; {found['device']}; {found['system']}",
            "claim": TO_FILL,
            "encoder_saw_data": TO_FILL,
            "code": "",
            "paper": "",
        }
        return "".join(f"{name} = {_toml(value)}\n" for name, value in said.items())


def _toml(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else json.dumps(value, ensure_ascii=False)


def _command(plugin: Path, plan: Plan) -> str:
    """The command that repeats the runs, without what belongs to one machine alone."""
    words = ["python -m benchmark compare --against reference", f"--plugin {plugin.name}"]
    for name, value in plan.manifest.request.items():
        if name not in ("suite", "profile", "methods"):
            words += _typed(f"--{name.replace('_', '-')}", value)
    return " ".join(words)[:LONGEST]


def _typed(option: str, value: Any) -> list[str]:
    """An option of a request as it is typed: a switch alone, one with names and values once for each."""
    if value is True:
        return [option]
    if isinstance(value, dict):
        return [f"{option} {shlex.quote(f'{name}={given}')}" for name, given in value.items()]
    if option == "--seeds":
        value = f"{min(value)}-{max(value)}"
    return [f"{option} {shlex.quote(','.join(map(str, value)) if isinstance(value, list) else str(value))}"]


def write_copy(file: Path, folder: Path) -> Path:
    """A copy of a file in a folder. UserError where another one of that name is there."""
    content, path = file.read_bytes(), folder / file.name
    if path.is_file() and path.read_bytes() != content:
        raise UserError(f"{path} is another file than {file}.", "The plug-in that the contribution began with.", "Give another --submit.")
    write_atomic(path, content)
    return path


def copy_runs(results: Path, place: Path, manifests: Sequence[Manifest]) -> None:
    """Copy the records of some manifests, and what they refer to, from one results folder into another."""
    store, mine = RecordStore(results), RecordStore(place)
    keys = [row.key for manifest in manifests for row in manifest.rows]
    for manifest in manifests:
        mine.write_manifest(manifest)
    for kind, sha in store.references(keys):
        mine.put(kind, store.get_shared(kind, sha))
    for record in filter(None, (store.get(key) for key in keys)):
        mine.write(record.model_copy(update={"probabilities": None, "representations": None}))
