"""Summary of an adaptive plan at its end: the chosen settings of a search, and the interim look that ended each comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def decided(design: Mapping[str, Any]) -> list[str]:
    """One line per choice and per comparison; none for a plan that decided nothing on the way."""
    return [*_choices(design.get("search", {})), *_looks(design.get("looks", {}))]


def _choices(search: Mapping[str, Any]) -> Iterator[str]:
    for choice in search.get("choices", []):
        chosen, means = choice["trial"], choice["means"]
        setting = ", ".join(f"{name} = {value}" for name, value in choice["setting"].items())
        told = f"draw {chosen + 1} of {len(means)} ({setting})"
        scores = f"development score {_score(means[chosen])}, default {_score(means[0])}"
        why = f"; {choice['why']}" if choice["why"] else ""
        yield f"tuned: {choice['cell']} {choice['arm']}: {told}; {scores}{why}"


def _looks(looks: Mapping[str, Any]) -> Iterator[str]:
    last = {(row["cell"], row["arm"]): row for row in looks.get("table", [])}
    for (cell, arm), row in last.items():
        p = "no p" if row["p"] is None else f"p {row['p']:.2g}"
        level = row.get("level", looks.get("level"))  # one for all looks in manifests of older releases
        said, why = {
            "crossed": ("decided", f"crossed the level {level:.3g}"),
            "futile": ("not decided", "stopped for futility"),
            "last look": ("not decided", "the last look was"),
        }.get(row["why"], ("open", "goes on"))
        yield f"{said}: {cell} {arm}: {why} at {row['seeds']} seeds ({row['pairs']} pairs, {p})"


def _score(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
