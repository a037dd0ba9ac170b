"""Trained phase states on disk, so that runs that share a phase train it once.

A state is two files: `<key>.safetensors`, the tensors that differ from the pristine encoder, and `<key>.json`, what it cost and the
SHA-256 of the first, under a checksum of its own. The second is written last: without it there is no entry. Both are renamed into
place, so a reader never meets half a file; a file that does not match its hash is dropped and trained again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from benchmark.errors import UserError
from benchmark.records.atomic_files import beside_name, check_hex, dump_checksummed, load_checksummed, remove_half_written, size_and_use
from benchmark.records.jsonable import jsonable


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
        """The state under `key`, or None. A damaged one is removed and counts as absent; tensors without a meta file are left, since
        another process may be about to write it."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        tensors, meta = self._files(key)
        if not meta.is_file():
            return None
        try:
            entry = load_checksummed(meta)
            if entry["key"] != key:
                raise ValueError("another state's entry under this name")
            data = tensors.read_bytes()
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise ValueError("the tensors are not those that were written")
            state = CachedState(load(data), entry["costs"])
        except OSError:
            return None
        except (ValueError, KeyError, TypeError, SafetensorError):
            self._drop(key)
            return None
        with contextlib.suppress(OSError):  # evicted by another process meanwhile, or a folder that may only be read
            os.utime(meta)
        return state

    def put(self, key: str, tensors: Mapping[str, Tensor], costs: list[dict[str, Any]]) -> None:
        """Keep a state, then make room. A full or unwritable cache folder is for the user to repair: UserError."""
        from safetensors.torch import save

        data = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})
        file, meta = self._files(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _replace(file, data)
            _replace(meta, dump_checksummed(jsonable({"key": key, "sha256": hashlib.sha256(data).hexdigest(), "costs": costs})))
        except OSError as error:
            raise UserError(
                f"The phase cache could not be written: {error.strerror}.",
                "It needs a writable folder with room.",
                "Give another one with --cache DIR.",
            ) from error
        self._make_room(keep=key)

    def size(self) -> int:
        """Bytes held, half-written files included."""
        return sum(size_and_use(entry)[0] for entry in self.root.glob("*/*"))

    def _make_room(self, keep: str) -> None:
        """Drop the least recently used until the limit holds. Other processes may do the same at the same moment."""
        used = self.size()
        if used <= self.limit:
            return
        remove_half_written(self.root)
        for key in sorted({file.stem for end in ("json", "safetensors") for file in self.root.glob(f"*/*.{end}")}, key=self._last_use):
            if used <= self.limit:
                return
            if key != keep:
                used -= sum(size_and_use(file)[0] for file in self._files(key))
                self._drop(key)

    def _last_use(self, key: str) -> int:
        """When a state was used, or, where a killed process left no more than its tensors, when those were written."""
        tensors, meta = self._files(key)
        return size_and_use(meta)[1] or size_and_use(tensors)[1]

    def _drop(self, key: str) -> None:
        with contextlib.suppress(OSError):  # in a folder that became read-only it stays, and is found damaged again
            for file in reversed(self._files(key)):  # the meta file first: without it there is no entry
                file.unlink(missing_ok=True)

    def _files(self, key: str) -> tuple[Path, Path]:
        folder = self.root / check_hex("phase key", key, 64)[:2]
        return folder / f"{key}.safetensors", folder / f"{key}.json"


def _replace(file: Path, data: bytes) -> None:
    temporary = file.with_name(beside_name(file.stem[:16]))
    try:
        temporary.write_bytes(data)
        os.replace(temporary, file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
