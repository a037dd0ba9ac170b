"""Named random streams (docs/protocol.md, rule 3): every draw comes from (root seed, axis, names), never from a global generator's state.

Two arms that draw the same name under the same root get the same numbers, whatever either drew before: that is what makes
comparisons paired.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

AXES = ("split", "noise", "init", "order", "dropout", "augment")
OF_THE_SPLIT = frozenset({"split", "noise"})  # rooted in the split seed; the others are rooted in the training seed
SALTED = frozenset({"init", "order", "dropout"})  # the axes that an arm's salt may change (ce-null)


def derive(*parts: str | int) -> int:
    """A 63-bit seed from an ordered list of names and numbers (SHA-256 of their JSON)."""
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def uniforms(ids: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """One number in [0, 1) per example id: the SplitMix64 finaliser of id and seed. Independent of order, subset and library.

    The same id keeps its number in every subset, so that what is chosen at 20 is chosen at 100, and what is flipped at 10 %
    is flipped at 20 %.
    """
    with np.errstate(over="ignore"):
        z = ids.astype(np.uint64) ^ np.uint64(seed)
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)


@dataclass(frozen=True)
class Streams:
    """The streams of one run, or of one phase of it (`at`).

    Args:
        split_seed: root of the axes `split` and `noise`.
        seed: root of the axes `order`, `dropout` and `augment`, and of `init` where no `init_seed` is given.
        salt: the one sanctioned break of pairing; changes `init`, `order` and `dropout` only.
        phase: the phase whose streams these are; part of every name.
        init_seed: root of the axis `init` where initialisation and batch order are crossed; None: `seed`.
        drawn: the axes that were used so far; the conformance suite holds them against what a method declares.
    """

    split_seed: int
    seed: int
    salt: str = ""
    phase: str = ""
    init_seed: int | None = None
    drawn: set[str] = field(default_factory=set, compare=False, repr=False)

    def at(self, phase: str) -> Streams:
        """The streams of a phase. Phases re-derive theirs: nothing carries over from one to the next."""
        return replace(self, phase=phase)

    def seed_of(self, axis: str, *names: str | int) -> int:
        """The 63-bit seed of one draw. `init` leaves the phase out, so that a head is drawn alike whatever ran before it."""
        if axis not in AXES:
            raise ValueError(f"unknown axis {axis!r}; the axes are {', '.join(AXES)}")
        self.drawn.add(axis)
        root = self._root(axis)
        salt = self.salt if axis in SALTED else ""
        phase = "" if axis == "init" else self.phase
        return derive(root, axis, salt, phase, *names)

    def _root(self, axis: str) -> int:
        if axis in OF_THE_SPLIT:
            return self.split_seed
        return self.init_seed if axis == "init" and self.init_seed is not None else self.seed

    def numpy(self, axis: str, *names: str | int) -> np.random.Generator:
        """A fresh NumPy generator for one named draw."""
        return np.random.Generator(np.random.PCG64(self.seed_of(axis, *names)))

    def torch(self, axis: str, *names: str | int) -> torch.Generator:
        """A fresh CPU torch generator for one named draw."""
        import torch

        return torch.Generator().manual_seed(self.seed_of(axis, *names))

    def uniforms(self, axis: str, ids: NDArray[np.uint64], *names: str | int) -> NDArray[np.float64]:
        """One uniform number per example id for one named draw."""
        return uniforms(ids, self.seed_of(axis, *names))
