"""The report as Markdown, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speed.figures import Details, Ratio, Section
from speed.report import Report

OVERVIEW = ("compared", "ours", "other", "other / ours", "goal", "")
EXPLAINED = "A ratio is the other side's seconds over ours, for the same work; *missed* says that its goal was not reached."


def markdown(report: Report) -> str:
    """The whole report: how and on what it was made, all ratios, then each section with its details and notes."""
    blocks = [
        "# Speed, side by side",
        f"{_made(report)} {EXPLAINED}",
        *_machines(report),
        _table(OVERVIEW, [_line(ratio) for section in report.sections for ratio in section.ratios]),
        *[_section(section) for section in report.sections],
    ]
    return "\n\n".join(blocks) + "\n"


def _machines(report: Report) -> list[str]:
    """One table for all calls on the same machine under the same conditions."""
    groups: list[tuple[Mapping[str, object], list[str]]] = []
    for call in report.calls:
        same = next((names for facts, names in groups if facts == call.facts), None)
        if same is None:
            groups.append((call.facts, list(call.sections)))
        else:
            same.extend(call.sections)
    return [_table((f"measured on ({', '.join(names)})", ""), list(facts.items())) for facts, names in groups]


def _made(report: Report) -> str:
    commands = ", ".join(f"`{call.command}`" for call in report.calls)
    return f"Made by {commands} in one call." if len(report.calls) == 1 else f"Made by {commands}, each section in one of these calls."


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
