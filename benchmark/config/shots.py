"""How many labelled examples train: `20` (in total), `16/class`, `50%` or `all`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from benchmark.errors import UserError

Kind = Literal["total", "per-class", "share", "all"]


@dataclass(frozen=True)
class Shots:
    """A parsed number of shots: `value` is a count (total, per-class), a share in (0, 1] (share), or 1 (all)."""

    kind: Kind
    value: float

    def total_of(self, pool: int) -> int:
        """Examples in total out of a pool of this size (not for per-class). A share is rounded to the nearest, one at least."""
        return int(self.value) if self.kind == "total" else pool if self.kind == "all" else max(1, round(self.value * pool))

    @classmethod
    def parse(cls, text: str) -> Shots:
        """Read `20`, `16/class`, `50%` or `all`. UserError for anything else, and for less than one."""
        text = text.strip()
        if text == "all":
            return cls("all", 1.0)
        if match := re.fullmatch(r"([1-9]\d*)(/class)?", text):
            return cls("per-class" if match[2] else "total", float(match[1]))
        match = re.fullmatch(r"((?:0|[1-9]\d*)(?:\.\d+)?)%", text)
        if match and 0 < float(match[1]) <= 100:
            return cls("share", float(match[1]) / 100)
        raise UserError(
            f"{text!r} is not a number of shots.",
            "Allowed: 20 (in total), 16/class, 50% (above 0, at most 100), or all.",
            "Correct --shots.",
        )
