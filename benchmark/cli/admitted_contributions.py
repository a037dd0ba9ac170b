"""Contributions held against a reference: which are checked, what is found, and their tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.checks.admission.admit import AdmissionCheck
    from benchmark.config.contributions.contribution_state import Rerun
    from benchmark.records.reference.reference import Reference
    from reports.against.contributed_table import Checked, Contributed
    from reports.tables.table import Table


@dataclass
class Admission:
    """What came of checking contributions.

    Args:
        folders: those that were checked.
        standing: those that were not, because they were admitted before.
        checks: by contribution.
        changed: what was admitted before and is another one now, and what is no contribution.
        reruns: outcomes of running code again, in the order of `folders`.
    """

    reference: Reference
    folders: list[Path]
    standing: list[Path]
    checks: dict[Path, list[AdmissionCheck]]
    changed: list[str]
    reruns: list[Rerun] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether anything stands against any of them."""
        return bool(self.changed) or any(not check.passed for checks in self.checks.values() for check in checks)

    @property
    def reruns_hold(self) -> bool:
        """Whether what was run again holds."""
        return all(rerun.holds for rerun in self.reruns)

    @property
    def tables(self) -> list[Table]:
        """What was checked; the contributions that hold with their states; and a single one beside the arms of the reference."""
        from reports.against.against_tables import against_tables
        from reports.against.contributed_table import admission_table, contributed_table

        sound = [folder for folder, checks in self.checks.items() if all(check.passed for check in checks)]
        entries = [_contributed(folder, self.reference) for folder in [*self.standing, *sound]]
        beside = against_tables(entries[-1].paired) if len(sound) == 1 else []
        checked = admission_table(list(self._checked()))
        if not checked.rows:
            checked = replace(checked, caption=f"Admission: {'nothing new' if self.standing else 'no contribution'} is there")
        return [checked, *([contributed_table(entries)] if entries else []), *beside]

    def _checked(self) -> Iterator[Checked]:
        from reports.against.contributed_table import Checked

        for folder, checks in self.checks.items():
            for check in checks:
                yield Checked(f"{folder.parent.name}/{folder.name}", check.name, check.passed, check.detail)
        if self.changed:
            yield Checked(
                "(all)", "nothing that was admitted before has changed, and nothing else is there", False, "; ".join(self.changed[:5])
            )

    def run_again(self, data_root: Path | None, sample: int) -> Iterator[str]:
        """Run the code of every contribution that was checked, and keep the outcome in the maintainers' folder. A line for each thing
        that was looked at."""
        from benchmark.checks.admission.rerun import run_again
        from benchmark.config.contributions.contribution_state import write_rerun

        for folder in self.folders:
            yield f"{folder.parent.name}/{folder.name}: its code runs now."
            rerun, lines = run_again(folder, data_root, sample)
            yield from lines
            self.reruns.append(rerun)
            yield f"written: {write_rerun(folder, rerun)}; digest {rerun.digest}"


def admission(folder: Path, admitted: Path | None, against: str) -> Admission:
    """Check a contribution, or each of a folder of them that was not admitted before. Runs none of their code.

    Args:
        folder: `<root>/<method>/<date>`, or `<root>`.
        admitted: the contributions as they were before; None: nothing is taken as admitted.
        against: as `compare --against` takes it.

    Raises:
        UserError: no reference.
    """
    from benchmark.checks.admission.admit import AdmissionCheck, admit
    from benchmark.checks.admission.contribution_files import changes, contributions, stray
    from benchmark.config.contributions.submission import DATE, FILE
    from benchmark.metrics.stored_scores import StoredScores
    from benchmark.records.reference.reference import find_reference, read_reference
    from benchmark.records.store import RecordStore

    home = find_reference(against)
    reference = read_reference(home, examine=StoredScores(RecordStore(home)))
    single = (folder / FILE).exists() or DATE.fullmatch(folder.name) is not None
    candidates = [folder] if single else contributions(folder)
    before = set() if admitted is None else {place.relative_to(admitted) for place in contributions(admitted)}
    new, standing, checks = [], [], {}
    for place in candidates:
        known = Path(place.parent.name, place.name) in before
        if known and not single:
            standing.append(place)
            continue
        new.append(place)
        taken = ["it was admitted before: new results go into a folder of another date"] if known else []
        checks[place] = [AdmissionCheck("it is new", tuple(taken)), *admit(place, reference)]
    changed = [] if single else list(stray(folder))
    changed += [] if admitted is None or single else list(changes(folder, admitted))
    return Admission(reference, new, [place for place in standing if not changed], checks, changed)


def _contributed(folder: Path, reference: Reference) -> Contributed:
    from benchmark.config.contributions.contribution_state import standing
    from benchmark.config.contributions.submission import read_submission
    from benchmark.config.toml_files import load_suite
    from benchmark.records.manifest import Manifest
    from benchmark.records.store import RecordStore
    from reports.against.contributed_table import Contributed
    from reports.against.paired_with_reference import PairedWithReference, read_own

    said, state = read_submission(folder), standing(folder)
    rows = [row for item in RecordStore(folder).manifests() if isinstance(item, Manifest) for row in item.rows]
    arms = {row.key: row.arm for row in rows if row.method == said.method}
    return Contributed(
        said, state, PairedWithReference(reference, read_own(folder, arms, str(state.state)), load_suite(reference.suite).baseline)
    )
