"""The table at the end of a run: per task, shots and arm the mean over runs, how they spread, and what needs attention."""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def summary_table(rows: Sequence[Row]) -> str:
    """A plain table of tidy rows (the columns of `export`), with a header that says what its numbers are."""
    from tabulate import tabulate

    if not rows:
        return "No runs."
    noisy = any(row["noise_kind"] for row in rows)
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[_group(row)].append(row)
    body = [_line(group, members, noisy) for group, members in groups.items()]
    heads = ["task", "shots", *(["noise"] if noisy else []), "sampler", "arm", "metric", "mean", "sd", "n", "failed", "alarms"]
    table = tabulate(body, headers=heads, disable_numparse=True, colalign=["right" if head in RIGHT else "left" for head in heads])
    return "\n".join([*header(rows), "", table, *notes(rows)])


RIGHT = {"shots", "mean", "sd", "n", "failed"}


def header(rows: Sequence[Row]) -> list[str]:
    """What the numbers are: profile, protocol, encoder, compute, unit, spread."""
    said = [f"{name} {_all(rows, name)}" for name in ("suite", "profile", "protocol", "encoder", "device", "precision")]
    return ["; ".join(said), "mean: fraction of 1 over n finished runs; sd: sample standard deviation (ddof 1) over runs; every run counts"]


def notes(rows: Sequence[Row]) -> list[str]:
    """What a reader must know of the data and of the machine."""
    said = []
    if any(row["task_source"] == "embedded" for row in rows):
        said.append("The texts are an embedded stand-in made from a grammar: no verdict on any method follows from them.")
    partial = sorted({row["task"] for row in rows if row["partial"]})
    if partial:
        said.append(f"Partial data (fewer rows than the original): {', '.join(partial)}.")
    if len({row["env_id"] for row in rows if row["env_id"]}) > 1:
        said.append("The runs come from more than one environment (env_id): library versions or hardware differ.")
    return said


def _group(row: Row) -> tuple[str, ...]:
    noise = f"{row['noise_kind']}:{float(row['noise_level']):g} {row['noise_where']}" if row["noise_kind"] else "-"
    return (row["task"], str(row["shots"]), noise, row["sampler"], row["variant"] or row["method"], row["metric"])


def _line(group: tuple[str, ...], rows: list[Row], noisy: bool) -> list[str]:
    task, shots, noise, sampler, name, metric = group
    values = [float(row["value"]) for row in rows if row["status"] == "done"]
    mean = f"{statistics.fmean(values):.3f}" if values else "-"
    spread = f"{statistics.stdev(values):.3f}" if len(values) > 1 else "-"
    alarms = Counter(alarm for row in rows for alarm in json.loads(row["alarms"]))
    told = ", ".join(f"{alarm} ({count})" for alarm, count in sorted(alarms.items()))
    failed = str(sum(row["status"] != "done" for row in rows))
    return [task, shots, *([noise] if noisy else []), sampler, name, metric, mean, spread, str(len(values)), failed, told]


def _all(rows: Sequence[Row], column: str) -> str:
    return ", ".join(sorted({str(row[column]) for row in rows if row[column]})) or "-"
