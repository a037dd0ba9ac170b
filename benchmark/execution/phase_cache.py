"""Trained phase states on disk, so that runs that share a phase train it once.

A state is two files: `<key>.safetensors`, the tensors that differ from the pristine encoder, and `<key>.json`, what it cost and the
SHA-256 of the first. The second is written last: without it there is no entry. Both are renamed into place, so a reader never meets
half a file; a file that does not match its hash is dropped and trained again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from benchmark.errors import UserError


@dataclass(frozen=True)
class CachedState:
    """A state read back: its tensors by name and the costs of the phases that made it, in order."""

    tensors: dict[str, Tensor]
    costs: list[dict[str, Any]] = field(default_factory=list)


class PhaseCache:
    """States by phase key under one folder, least recently used out first.

    Args:
        root: the folder; made when the first state is kept.
        limit: bytes that the folder may hold after a write.
    """

    def __init__(self, root: Path, limit: int) -> None:
        self.root, self.limit = root, limit

    def get(self, key: str) -> CachedState | None:
        """The state under `key`, or None. A damaged one is removed and counts as absent."""
        from safetensors.torch import load

        tensors, meta = self._files(key)
        try:
            entry = json.loads(meta.read_text())
            data = tensors.read_bytes()
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise ValueError("the tensors are not those that were written")
            state = CachedState(load(data), entry["costs"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            self._drop(key)
            return None
        os.utime(meta)
        return state

    def put(self, key: str, tensors: Mapping[str, Tensor], costs: list[dict[str, Any]]) -> None:
        """Keep a state, then make room. A full or unwritable cache folder is the user's to mend: UserError."""
        from safetensors.torch import save

        data = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})
        file, meta = self._files(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _replace(file, data)
            _replace(meta, json.dumps({"sha256": hashlib.sha256(data).hexdigest(), "costs": costs}).encode())
        except OSError as error:
            raise UserError(
                f"The phase cache could not be written: {error.strerror}.",
                "It needs a writable folder with room.",
                "Give another one with --cache DIR.",
            ) from error
        self._make_room(keep=key)

    def size(self) -> int:
        """Bytes held."""
        return sum(entry.stat().st_size for entry in self.root.glob("*/*") if entry.is_file())

    def _make_room(self, keep: str) -> None:
        used = self.size()
        for meta in sorted(self.root.glob("*/*.json"), key=lambda file: file.stat().st_mtime_ns):
            if used <= self.limit:
                return
            if meta.stem != keep:
                used -= sum(file.stat().st_size for file in self._files(meta.stem) if file.exists())
                self._drop(meta.stem)

    def _drop(self, key: str) -> None:
        for file in reversed(self._files(key)):  # the meta file first: without it there is no entry
            file.unlink(missing_ok=True)

    def _files(self, key: str) -> tuple[Path, Path]:
        folder = self.root / key[:2]
        return folder / f"{key}.safetensors", folder / f"{key}.json"


def _replace(file: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
