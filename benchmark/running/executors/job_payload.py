"""What a node of a cluster gets beside the runs: the places to read and write, the plug-ins as text, and how to tell that both sides
see the same folders."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.errors import UserError
from benchmark.planning.workspace import Workspace
from benchmark.records.atomic_files import beside_name, write_atomic
from benchmark.running.executors.base import ExecutorSetup, Limits, RunFunctions
from benchmark.version import NUMERICS, VERSION

PLUGIN_NAME = re.compile(r"[A-Za-z_][\w-]*\.py")  # it becomes a file's name at the node
ENGINE = f"{VERSION}, numerics {NUMERICS}"


@dataclass(frozen=True)
class PluginText:
    """A single-file plug-in on its way: the file's name, its text and the text's SHA-256."""

    name: str
    text: str
    sha256: str


@dataclass(frozen=True)
class JobPayload:
    """The same for every node and every run of one command. It holds no result and no secret.

    Args:
        workspace: with absolute paths, and of the plug-ins only those that are installed modules.
        files: the plug-ins that are single files.
        functions: what does a run at the node, and records one that was lost.
        limits: what one run may take.
        token: what stands in `token_file` of the results folder that the driver sees.
        data: fingerprint of the data folder that the driver sees, or "".
        seen: name of `token_file`.
        engine: version of the package, and its numerics.
    """

    workspace: Workspace
    files: tuple[PluginText, ...]
    functions: RunFunctions
    limits: Limits
    token: str
    data: str
    seen: str
    engine: str = ENGINE

    @property
    def token_file(self) -> Path:
        """Written by the driver, read by every node. Named like a file that is being written, so that it is swept where its driver was
        killed before it could remove it."""
        return self.workspace.results / self.seen


def pack_payload(setup: ExecutorSetup) -> JobPayload:
    """Make the parcel of a command, and write its token into the results folder.

    Raises:
        UserError: a plug-in that cannot travel, or a results folder that cannot be written.
    """
    workspace = setup.workspace
    modules = tuple(plugin for plugin in workspace.plugins if not Path(plugin).is_file())
    files = tuple(_as_text(Path(plugin)) for plugin in workspace.plugins if Path(plugin).is_file())
    places = replace(
        workspace,
        results=workspace.results.resolve(),
        cache=workspace.cache.resolve(),
        data_root=None if workspace.data_root is None else workspace.data_root.resolve(),
        task_files={name: file.resolve() for name, file in workspace.task_files.items()},
        plugins=modules,
    )
    token = secrets.token_hex(16)
    seen = beside_name(f"seen-{token}")
    parcel = JobPayload(places, files, setup.functions, setup.limits, token, fingerprint(places.data_root), seen)
    write_atomic(parcel.token_file, parcel.token.encode())
    return parcel


def packed(parcel: JobPayload, several: bool) -> JobPayload:
    """The parcel, with whether several runs go at once on one GPU."""
    return replace(parcel, workspace=replace(parcel.workspace, packed=several))


def _as_text(file: Path) -> PluginText:
    if not PLUGIN_NAME.fullmatch(file.name):
        raise UserError(f"The plug-in file {file.name!r} was given.", "Its name: letters, digits, - and _, then .py.", "Rename it.")
    content = file.read_bytes()
    return PluginText(file.name, content.decode(), hashlib.sha256(content).hexdigest())


def unpack_payload(parcel: JobPayload, folder: Path) -> Workspace:
    """At a node: lay the plug-in files into `folder`, which nobody else can write, and return the workspace that names them.

    Raises:
        UserError: a text that is not the one that was sent.
    """
    laid = []
    for plugin in parcel.files:
        content = plugin.text.encode()
        if hashlib.sha256(content).hexdigest() != plugin.sha256 or not PLUGIN_NAME.fullmatch(plugin.name):
            raise UserError(f"The plug-in {plugin.name!r} arrived changed.", "Its text has the hash that was sent with it.", "Start again.")
        (folder / plugin.name).write_bytes(content)
        laid.append(str(folder / plugin.name))
    return replace(parcel.workspace, plugins=(*parcel.workspace.plugins, *laid))


def preflight_error(parcel: JobPayload) -> str:
    """At a node: why runs cannot be done here, in one sentence; "" where they can."""
    places = parcel.workspace
    if parcel.engine != ENGINE:
        return f"It has version {ENGINE} of this package; the driver has {parcel.engine}."
    if _read(parcel.token_file) != parcel.token:
        return f"It does not see the results folder {places.results}: what the driver wrote there is not there."
    if places.data_root is not None and fingerprint(places.data_root) != parcel.data:
        return f"It does not see the same data in {places.data_root}: names or sizes of the files differ, or they are absent."
    for name, file in places.task_files.items():
        if not file.is_file():
            return f"It does not see the file {file} of the task {name}."
    for plugin in places.plugins:
        if importlib.util.find_spec(plugin) is None:
            return f"The plug-in {plugin} is not installed there; only a single file travels by itself."
    return ""


def fingerprint(folder: Path | None) -> str:
    """SHA-256 over the names and sizes of a folder's files; "" for no folder or an absent one. Reads no file."""
    if folder is None or not folder.is_dir():
        return ""
    files = sorted((file.relative_to(folder).as_posix(), file.stat().st_size) for file in folder.rglob("*") if file.is_file())
    return hashlib.sha256(repr(files).encode()).hexdigest()


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def not_fit(node: str, reason: str) -> UserError:
    """The error that names a node and what is wrong with it."""
    return UserError(
        f"{node} cannot do runs. {reason}",
        "Every node sees the same results folder, data and version of this package, under the same paths.",
        "Repair that node, or give folders that all nodes share (--results, --data-root). See docs/scaling.md.",
    )
