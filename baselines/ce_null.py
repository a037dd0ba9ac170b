"""The noise floor: how far two runs of the same method lie apart on the same split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from baselines.ce import FineTuning
from benchmark import Family, methods


@methods.register("ce-null")
@dataclass(frozen=True)
class NullFineTuning(FineTuning):
    """`ce` with other draws of head, batch order and dropout: what it gains over `ce` is noise."""

    family: ClassVar[Family] = "null"
    salt: ClassVar[str] = "null"
