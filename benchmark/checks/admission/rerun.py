"""The re-run of a contribution, which runs its code: the conformance suite, and some of its runs again."""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmark.checks.conformance import check
from benchmark.checks.verify import Check, Sources, verify
from benchmark.config.contributions.contribution_state import Rerun, contribution_digest
from benchmark.config.contributions.submission import read_submission
from benchmark.errors import UserError
from benchmark.records.jsonable import jsonable
from benchmark.records.record import RunRecord
from benchmark.records.spec import Compute, content_key
from benchmark.records.store import RecordStore
from benchmark.running.machine.compute import apply_compute
from benchmark.running.machine.provenance import environment


def run_again(folder: Path, data_root: Path | None, sample: int, workers: int = 1) -> tuple[Rerun, list[str]]:
    """Run the method's code: the conformance suite, then some runs again.

    Args:
        folder: a contribution that `admit` has nothing against.
        sample: how many runs, the first in the order of keys.

    Returns:
        What to keep, and a line for each thing that was looked at.

    Raises:
        UserError: a plug-in that does not import, or one that changes the files of the contribution.
    """
    submission, digest = read_submission(folder), contribution_digest(folder)
    with tempfile.TemporaryDirectory(prefix="benchmark-contribution-") as place:  # Python and the code itself may write beside the file
        plugin = shutil.copy(folder / submission.plugin, place)
        results = check(submission.method, [plugin])
        checks = list(verify(folder, Sources((plugin,), data_root), sample, workers))
    if contribution_digest(folder) != digest:
        raise UserError(f"The files of {folder} changed while its code ran.", "Code that leaves them alone.", "Look at what it does.")
    lines = [f"{'passed' if one.passed else 'FAILED'}  {one.name}{f': {one.detail}' if one.detail else ''}" for one in results]
    lines += [_line(one) for one in checks]
    compute = next((record.spec.compute for record in RecordStore(folder) if isinstance(record, RunRecord)), Compute())
    apply_compute(compute)
    found = Rerun(
        method=submission.method,
        date=submission.date,
        digest=digest,
        conforms=all(one.passed for one in results),
        levels=dict(Counter(_levels(checks))),
        broken=sum(one.holds is False for one in checks),
        environment=content_key(jsonable(environment(compute))),
        program=_version(),
    )
    return found, lines


def _levels(checks: list[Check]) -> Iterator[str]:
    yield from (one.level.title for one in checks if one.level is not None and one.holds)


def _line(one: Check) -> str:
    held = one.level.title if one.level is not None else "not run again" if one.holds is None else "failed"
    return f"{held}  {one.key[:12]} {one.title}{f'; {one.note}' if one.note else ''}"


def _version() -> str:
    try:
        return importlib.metadata.version("contrastive-benchmark")
    except importlib.metadata.PackageNotFoundError:
        return "source"
