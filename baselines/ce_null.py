"""The noise floor: how far two runs of the same method lie apart on the same split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from baselines.ce import FineTuning
from benchmark import methods


@methods.register("ce-null")
@dataclass(frozen=True)
class NullFineTuning(FineTuning):
    """`ce` again, with another draw of head, batch order and dropout: what it gains over `ce` is noise."""

    family: ClassVar[Literal["baseline", "null", "matched", "paper"]] = "null"
    salt: ClassVar[str] = "null"
