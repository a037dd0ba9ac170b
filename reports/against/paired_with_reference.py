"""One's own runs paired with a reference: which pairs hold, why others do not, and the gains over the tasks of a level."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.cell import Cell
from benchmark.config.toml_files import load_analysis, names
from benchmark.errors import UserError
from benchmark.metrics.majority_score import majority_score
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.reference.comparability import (
    EnvironmentClass,
    drawn_differently,
    environment_class,
    environment_differences,
    obstacles,
)
from benchmark.records.reference.reference import Reference, RunPlace, same_seeds
from benchmark.records.store import RecordStore
from benchmark.stats.intervals import Estimate
from benchmark.stats.over_tasks.fixed_tasks import TaskValues, fixed_tasks
from benchmark.stats.pairing import ArmRuns, PairedUnits, pair, runs_of
from reports.against.environment_calibration import Calibration, calibration, widened
from reports.tables.table import counted

Level = tuple[str, ...]  # a cell without its task: shots and noise


@dataclass(frozen=True)
class OwnResults:
    """One's own runs.

    Args:
        arms: key -> arm, for every planned run.
        records: by key; those that can be believed.
        environments: env_id -> library versions, processor and flags.
        left_out: records that cannot be believed, each with why.
        said: what stands behind an arm's name in tables (`yours`, or the state of a contribution).
    """

    arms: Mapping[str, str]
    records: Mapping[str, RunRecord]
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    said: str = "yours"

    def shown(self, arm: str) -> str:
        """The arm as tables name it."""
        return f"{arm} ({self.said})"


def read_own(folder: Path, arms: Mapping[str, str] | None = None, said: str = "yours") -> OwnResults:
    """One's own runs from a results folder or an archive; every score is held against its predictions.

    Args:
        arms: key -> arm of the runs to read; None: every run that a manifest of the folder plans.

    Raises:
        UserError: no plan where one is needed.
    """
    store = RecordStore(folder)
    if arms is None:
        arms = {row.key: row.arm for manifest in store.manifests() if isinstance(manifest, Manifest) for row in manifest.rows}
    if not arms:
        raise UserError(f"No run is planned in {str(folder)!r}.", "A folder that a run wrote.", "Correct the path.")
    scores = StoredScores(store)
    records, left_out = {}, []
    for record in store:
        if not isinstance(record, RunRecord):
            left_out.append((record.file, record.reason))
        elif reason := scores(record):
            left_out.append((record.key, reason))
        else:
            records[record.key] = record
    environments = {record.env_id: store.environment(record.env_id) for record in records.values()}
    return OwnResults(arms, records, environments, tuple(left_out), said)


@dataclass(frozen=True)
class Gain:
    """A mean paired difference at one level.

    Args:
        tasks: tasks that it is the mean of; `few` have fewer than two pairs and are left out.
        pairs: units behind it, those of `few` left out.
        estimate: None where no task has two pairs.
        mean: the plain mean over all tasks with a pair, for a reader who has no interval.
        across: whether any pair is across environments.
        withheld: why no interval is given although there is an estimate; else "".
    """

    tasks: int
    few: int
    pairs: int
    mean: float | None
    estimate: Estimate | None
    across: bool
    withheld: str = ""


@dataclass(frozen=True)
class PairedWithReference:
    """One's own arms beside the arms of a reference, in the places where both are.

    Args:
        baseline: the arm over which gains are taken.
    """

    reference: Reference
    own: OwnResults
    baseline: str

    @cached_property
    def _judged(self) -> dict[str, list[str]]:
        """Key of each finished run of one's own -> why it cannot be paired with the baseline; empty where it can."""
        found = {}
        for key in self.own.arms:
            mine = self.own.records.get(key)
            if mine is None or mine.status != "done":
                continue
            theirs = self.reference.beside(self.baseline, mine.spec)
            if theirs is None:
                found[key] = ["the baseline of the reference has no finished run there"]
            else:
                found[key] = obstacles(mine.spec, theirs.spec) or drawn_differently(mine, theirs)
        return found

    @cached_property
    def accepted(self) -> dict[str, RunRecord]:
        """One's own finished runs that are paired, by key."""
        return {key: self.own.records[key] for key, reasons in self._judged.items() if not reasons}

    @cached_property
    def excluded(self) -> Counter[str]:
        """Why runs are not paired -> how many."""
        return Counter("; ".join(reasons) for reasons in self._judged.values() if reasons)

    @cached_property
    def unfinished(self) -> Counter[str]:
        """Runs of one's own that were planned and have no score: `missing`, `failed`, `timeout`, `cannot be believed` -> how many."""
        refused = {name for name, _ in self.own.left_out}
        status = {key: record.status for key, record in self.own.records.items()}
        return Counter(
            "cannot be believed" if key in refused else status.get(key, "missing") for key in self.own.arms if status.get(key) != "done"
        )

    @cached_property
    def _beside(self) -> tuple[dict[tuple[str, Cell], list[RunRecord]], Counter[str]]:
        """(arm of the reference, cell) -> its runs on the splits and seeds of one's own; and why further ones cannot be paired."""
        places: dict[RunPlace, list[RunRecord]] = {}
        for record in self.accepted.values():
            places.setdefault(RunPlace.of(record.spec), []).append(record)
        found: dict[tuple[str, Cell], list[RunRecord]] = {}
        refused: Counter[str] = Counter()
        for arm, runs in self.reference.finished.items():
            for record in (record for place in places.keys() & runs.keys() for record in runs[place]):
                mine = next((one for one in places[RunPlace.of(record.spec)] if same_seeds(one.spec, record.spec)), None)
                if mine is None:
                    continue
                if reasons := obstacles(mine.spec, record.spec) or drawn_differently(mine, record):
                    refused[f"{arm}: {'; '.join(reasons)}"] += 1
                else:
                    found.setdefault((arm, Cell.of_spec(record.spec)), []).append(record)
        return found, refused

    @cached_property
    def calibration(self) -> Calibration:
        """The runs of the reference that were made again here, in another environment."""
        return calibration(self.own.records, {run.record.key: run.record for run in self.reference.runs})

    @cached_property
    def environments(self) -> Counter[EnvironmentClass]:
        """The class of each pair with the baseline -> how many."""
        found: Counter[EnvironmentClass] = Counter()
        for record in self.accepted.values():
            theirs = self.reference.beside(self.baseline, record.spec)
            assert theirs is not None
            found[environment_class(record.env_id, theirs.env_id)] += 1
        return found

    @cached_property
    def arms(self) -> list[str]:
        """The arms of the reference that have a run in a place of one's own, in the order of its plan; then one's own."""
        paired = {arm for arm, _ in self._beside[0]}
        there = [arm for arm in self.reference.arms if arm in paired]
        return [*there, *(self.own.shown(arm) for arm in dict.fromkeys(self.own.arms[key] for key in self.accepted))]

    @property
    def mine(self) -> list[str]:
        """One's own arms, as tables name them."""
        return [arm for arm in self.arms if arm not in self.reference.arms]

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells of one's own runs, by level and task."""
        return sorted({Cell.of_spec(record.spec) for record in self.accepted.values()}, key=lambda cell: (level_of(cell), cell))

    @cached_property
    def _records(self) -> dict[tuple[str, Cell], list[RunRecord]]:
        """(arm as tables name it, cell) -> its paired runs."""
        found = {place: list(records) for place, records in self._beside[0].items()}
        for key, record in self.accepted.items():
            found.setdefault((self.own.shown(self.own.arms[key]), Cell.of_spec(record.spec)), []).append(record)
        return found

    @cached_property
    def runs(self) -> dict[tuple[str, Cell], ArmRuns]:
        """(arm, cell) -> its runs on the splits and seeds of one's own."""
        return {
            (arm, cell): runs_of(arm, [_row(record) for record in some], self.majority(cell)) for (arm, cell), some in self._records.items()
        }

    def _environments_between(self, arm: str, other: str, cells: Iterable[Cell]) -> set[tuple[str, str]]:
        """The pairs of different env_ids (one's own, the reference's) behind a difference between an own and another arm."""
        mine, theirs = (arm, other) if arm in self.mine else (other, arm)
        ids = [{(cell, record.env_id) for cell in cells for record in self._records.get((name, cell), ())} for name in (mine, theirs)]
        return {(here, there) for cell, here in ids[0] for where, there in ids[1] if cell == where and here != there}

    def metric(self, cell: Cell) -> str:
        """The primary metric of a cell."""
        return next(record.primary for record in self.accepted.values() if Cell.of_spec(record.spec) == cell)

    def majority(self, cell: Cell) -> float | None:
        """The score of always naming the most frequent class of a cell's test set."""
        names_of = (r.testset for r in self.accepted.values() if Cell.of_spec(r.spec) == cell)
        labels = self.reference.testsets.get(next(names_of) or "", ())
        return majority_score(self.metric(cell), labels) if labels else None

    def units(self, arm: str, other: str, cell: Cell) -> PairedUnits | None:
        """The pairs of two arms in a cell; None where one of them has no run there."""
        first, second = self.runs.get((arm, cell)), self.runs.get((other, cell))
        if first is None or second is None:
            return None
        pools = [record.pool_size for record in self.accepted.values() if Cell.of_spec(record.spec) == cell]
        found = pair(first, second, pool=next((size for size in pools if size is not None), None))
        return found if found.n else None

    def gain(self, arm: str, other: str, cells: list[Cell]) -> Gain | None:
        """Mean over the tasks of some cells of the mean paired difference between two arms; None where they share no run."""
        found = {cell: units for cell in cells if (units := self.units(arm, other, cell)) is not None}
        if not found:
            return None
        means = [float((units.a - units.b).mean()) for units in found.values()]
        values = [_values(cell, units, self.clusters) for cell, units in found.items() if units.n > 1]
        between = self._environments_between(arm, other, found) if (arm in self.mine) != (other in self.mine) else set()
        across, known = bool(between), self.calibration.usable and between <= self.calibration.environments
        estimate = fixed_tasks(values) if values else None
        withheld = "" if known or not across else "not calibrated"
        if estimate is not None and across:
            estimate = widened(estimate, self.calibration.added)
        pairs = sum(value.n for value in values) or sum(units.n for units in found.values())
        return Gain(len(values) or len(means), len(found) - len(values), pairs, sum(means) / len(means), estimate, across, withheld)

    @cached_property
    def clusters(self) -> dict[str, str]:
        """Task -> the first task of those that it shares sentences with, as the analysis of the suite says."""
        if self.reference.suite not in names("analyses"):
            return {}
        return {task: some[0] for some in load_analysis(self.reference.suite).clusters for task in some}

    def lines(self) -> Iterator[str]:
        """What was paired with what, and where not and why."""
        runs = self.reference
        yield (
            f"Reference {runs.folder.name}: suite {runs.suite}, profile {runs.profile}, protocol {runs.protocol}; {len(runs.runs)} of "
            f"{len(runs.rows)} planned runs are finished. Gains are over {self.baseline}, on the same splits and seeds."
        )
        yield f"{len(self.accepted)} of {len(self.own.arms)} runs of {', '.join(dict.fromkeys(self.own.arms.values()))} are paired."
        for status, count in sorted(self.unfinished.items()):
            yield f"Not paired: {counted(count, 'run')}, {status}."
        for reason, count in self.excluded.most_common():
            yield f"Not paired: {counted(count, 'run')}: {reason}."
        for reason, count in self._beside[1].most_common():
            yield f"Arms of the reference that are not paired: {counted(count, 'run')} of {reason}."
        for name, reason in (*self.own.left_out, *runs.left_out):
            yield f"Left out: {name[:20]}: {reason}."
        yield from self._environment_lines()

    def _environment_lines(self) -> Iterator[str]:
        if not self.environments:
            return
        theirs = {record.env_id for (arm, _), some in self._beside[0].items() for record in some}
        if len(theirs) > 1:
            yield f"The arms of the reference come from {len(theirs)} environments."
        yield f"Pairs: {', '.join(f'{count} {kind}' for kind, count in sorted(self.environments.items()))}."
        if set(self.environments) == {EnvironmentClass.SAME}:
            yield "In one environment a run of the same spec is the same to the last bit: no calibration is needed."
            return
        yield from self._what_differs()
        yield from self.calibration.lines()

    def _what_differs(self) -> Iterator[str]:
        store, seen = RecordStore(self.reference.folder), set()
        for record in self.accepted.values():
            theirs = self.reference.beside(self.baseline, record.spec)
            assert theirs is not None
            if (ids := (record.env_id, theirs.env_id)) in seen or record.env_id == theirs.env_id:
                continue
            seen.add(ids)
            here, there = self.own.environments.get(record.env_id), store.environment(theirs.env_id)
            differing = environment_differences(here, there) if here and there else ["one of them is not stored"]
            yield f"Environments differ: {'; '.join(differing)}."


def level_of(cell: Cell) -> Level:
    """What cells of several tasks have in common."""
    return (cell.size.rjust(12) if cell.size.isdigit() else cell.size, cell.noise_text)


def _values(cell: Cell, units: PairedUnits, clusters: Mapping[str, str]) -> TaskValues:
    labels: tuple[Hashable, ...] = units.labels
    return TaskValues(cell.task, clusters.get(cell.task, cell.task), units.a - units.b, labels, units.variance_factor)


def _row(record: RunRecord) -> dict[str, Any]:
    spec = record.spec
    return {
        "split_seed": spec.split.split_seed,
        "seed": spec.seed,
        "init_seed": spec.init_seed,
        "status": record.status,
        "value": record.value,
        "alarms": json.dumps(list(record.alarms)),
        "n_train": record.n_train,
        "n_test": record.n_test,
    }
