"""The sections as Markdown for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from speed.figures import Details, Ratio, Section

OVERVIEW = ("compared", "ours", "other", "other / ours", "goal", "")


def markdown(facts: Mapping[str, Any], sections: Sequence[Section], command: str) -> str:
    """The whole report: what it was measured on, all ratios, then each section with its details and notes."""
    blocks = [
        "# Speed, side by side",
        f"Made by `{command}` in one call. A ratio is the other side's seconds over ours, for the same work; *missed* says that its goal "
        "was not reached.",
        _table(("measured on", ""), list(facts.items())),
        _table(OVERVIEW, [_line(ratio) for section in sections for ratio in section.ratios]),
        *[_section(section) for section in sections],
    ]
    return "\n\n".join(blocks) + "\n"


def as_json(facts: Mapping[str, Any], sections: Sequence[Section], command: str) -> str:
    """The same figures, not rounded."""
    listed = [
        asdict(section) | {"ratios": [asdict(r) | {"ratio": r.value, "verdict": r.verdict} for r in section.ratios]} for section in sections
    ]
    return json.dumps({"command": command, "machine": dict(facts), "sections": listed}, indent=1, ensure_ascii=False) + "\n"


def _section(section: Section) -> str:
    notes = "\n".join(f"- {note}" for note in section.notes)
    return "\n\n".join(part for part in (f"## {section.title}", notes, *[_details(details) for details in section.details]) if part)


def _details(details: Details) -> str:
    return f"**{details.title}**\n\n{_table(details.header, details.rows)}"


def _line(ratio: Ratio) -> tuple[object, ...]:
    goal = "" if ratio.goal is None else f"{ratio.goal:g}"
    return (ratio.what, seconds(ratio.ours), seconds(ratio.other), f"{ratio.value:.2f}", goal, ratio.verdict)


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return str(value).replace("|", "\\|")


def seconds(value: float) -> str:
    """A time a reader can compare: milliseconds below one second."""
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"


def megabytes(size: int) -> str:
    """Bytes in MiB."""
    return f"{size / 2**20:.0f} MiB"
