"""verify: run records again, and say what held."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import exit_codes
from benchmark.cli.options import Json, Plugins, Results
from benchmark.cli.results_folder import DEFAULT_RESULTS
from benchmark.errors import UserError

if TYPE_CHECKING:
    from benchmark.checks.verify import Check

Sample = Annotated[int | None, typer.Option("--sample", metavar="N", min=1, help="At most N records, the first in the order of keys.")]
Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, help="How many runs go at once.")]
DataRoot = Annotated[Path | None, typer.Option("--data-root", metavar="DIR", help="The local mirror that the records were made from.")]
TaskFile = Annotated[list[str] | None, typer.Option("--task-file", metavar="NAME=PATH", help="The file of a task. Repeatable.")]
Strict = Annotated[bool, typer.Option("--strict", help="End with 1 on any note too: a record not run again, another environment.")]
Encoder = Annotated[str | None, typer.Option("--encoder", metavar="NAME_OR_DIR", help="The encoder, where it is not a shipped one.")]


def verify(
    results: Results = None,
    sample: Sample = None,
    plugin: Plugins = None,
    data_root: DataRoot = None,
    task_file: TaskFile = None,
    encoder: Encoder = None,
    workers: Workers = 1,
    strict: Strict = False,
    json: Json = False,
) -> None:
    """Check every stored file, run records again, and say of each what held: bitwise, same predictions, same metric or same conclusion."""
    folder = results or DEFAULT_RESULTS
    if not folder.is_dir():
        raise UserError(f"There is no results folder {str(folder)!r}.", "Allowed: one that a run wrote.", "Give --results DIR.")
    from benchmark.checks.agreement import MEANING
    from benchmark.checks.verify import Sources, verify
    from benchmark.config.request import RunRequest

    given = RunRequest.parse(suite="verify", plugin=plugin or None, data_root=data_root, task_file=task_file or None)
    checks = []
    for check in verify(folder, Sources(given.plugins, given.data_root, given.task_files, encoder), sample, workers):
        if not json:
            typer.echo(line(check))
        checks.append(check)
    if json:
        from benchmark.cli.json_documents import VerifyDocument, as_json

        typer.echo(as_json(VerifyDocument.of(checks)))
    else:
        typer.echo("\n".join(["", *(f"  {meaning}" for meaning in MEANING), "", *overall(checks)]))
    noted = strict and any(check.note for check in checks)
    if noted or any(check.holds is False for check in checks) or not any(check.holds for check in checks):
        raise typer.Exit(exit_codes.SOME_FAILED)


def line(check: Check) -> str:
    """One record."""
    held = check.level.title if check.level is not None else "not run again" if check.holds is None else "failed"
    return f"{held:<17} {check.key[:12]} {check.title}{f'; {check.note}' if check.note else ''}"


def overall(checks: list[Check]) -> list[str]:
    """Counts, and the loosest level among them. A record that was not run again counts neither way, and is named."""
    again = [check for check in checks if check.holds is not None]
    if not again:
        return [f"None of {len(checks)} records could be run again: see the reasons above."]
    counts = Counter(check.level.title if check.level is not None else "failed" for check in again)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    levels = [check.level for check in again if check.level is not None]
    broken = sum(check.holds is False for check in again)
    worst = "a file is damaged or a second run failed" if len(levels) < len(again) else max(levels).title
    said = [f"Overall: {worst} ({told}; {len(checks) - len(again)} not run again)."]
    if broken:
        said.append(f"{broken} fell short: bitwise is promised in the same environment, the same conclusion in another one.")
    return said
