"""A report on disk: the sections, and the calls that measured them. A later call may replace some sections and keep the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from speed.figures import Details, Ratio, Section

JSON, MARKDOWN = "results.json", "results.md"


@dataclass(frozen=True)
class Call:
    """One run of the comparison.

    Args:
        command: as typed, without folders.
        facts: what it was measured on.
        sections: what of it still stands in the report.
    """

    command: str
    facts: Mapping[str, Any]
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """All sections, each measured whole in one of the calls."""

    calls: tuple[Call, ...]
    sections: tuple[Section, ...]

    def joined(self, older: Report, order: Sequence[str]) -> Report:
        """With the sections that an older report has beyond these, in the given order."""
        own = {section.name for section in self.sections}
        kept = [section for section in older.sections if section.name not in own]
        calls = [Call(call.command, call.facts, tuple(name for name in call.sections if name not in own)) for call in older.calls]
        both = sorted([*self.sections, *kept], key=lambda section: order.index(section.name))
        return Report((*(call for call in calls if call.sections), *self.calls), tuple(both))

    def to_json(self) -> str:
        """All figures, not rounded."""
        sections = [asdict(s) | {"ratios": [asdict(r) | {"ratio": r.value, "verdict": r.verdict} for r in s.ratios]} for s in self.sections]
        return json.dumps({"calls": [asdict(call) for call in self.calls], "sections": sections}, indent=1, ensure_ascii=False) + "\n"


def read(file: Path) -> Report:
    """The report that `to_json` wrote."""
    found = json.loads(file.read_text(encoding="utf-8"))
    calls = [Call(call["command"], call["facts"], tuple(call["sections"])) for call in found["calls"]]
    return Report(tuple(calls), tuple(_section(section) for section in found["sections"]))


def _section(found: dict[str, Any]) -> Section:
    ratios = [Ratio(r["what"], r["ours"], r["other"], r["goal"]) for r in found["ratios"]]
    return Section(found["name"], found["title"], ratios, [Details(**details) for details in found["details"]], found["notes"])
