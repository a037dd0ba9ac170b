"""The comparison of a study with its registration: `as registered`, or every deviation by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.registration.registration import DIGITS, RegisteredRuns, Registration, digest_of, row_label, stage_of
from benchmark.records.spec import SPEC_VERSION

ABSENT = "absent"
SETTING = " setting "  # between an arm in a cell and the number of a setting of its search, as `row_label` writes it


class Deviation(NamedTuple):
    """One way in which a study differs from its registration.

    Args:
        kind: `missing`, `failed`, `extra`, `changed`, `settings`, `code` or `environment`.
        stage: the stage that it concerns; "" for the whole study.
        what: what differs, in words.
    """

    kind: str
    stage: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}{f' (stage {self.stage})' if self.stage else ''}: {self.what}"


@dataclass(frozen=True)
class StudyState:
    """What a study has come to.

    Args:
        manifests: of all plans in the results.
        records: by key.
        environments: env_id -> library versions, processor model and flags.
        analysis: the analysis settings of today as plain data.
        numerics: of the program that reads.
    """

    manifests: tuple[Manifest, ...]
    records: Mapping[str, RunRecord]
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    analysis: Mapping[str, Any] = field(default_factory=dict)
    numerics: int | None = None


def deviations(registration: Registration, state: StudyState) -> list[Deviation]:
    """Every deviation of a study from its registration, in the order of stages; none: the study is as registered.

    Runs are matched by key. A run that stands under a registered arm and cell with another key is `changed`: its data, settings, code or
    encoder are not those that were registered. Of alternatives (a search) the setting that the search chose must be complete.
    """
    state = replace(state, manifests=tuple(manifest for manifest in state.manifests if manifest.suite == registration.suite))
    by_prefix = {key[:DIGITS]: key for key in state.records}
    planned = {row.key: row_label(row) for manifest in state.manifests for row in manifest.rows}
    registered = {prefix for runs in registration.runs for _, prefix in runs.prefixes()}
    unknown = {key: label for key, label in planned.items() if key[:DIGITS] not in registered}
    # A setting that was chosen runs under the name of its arm alone.
    labels = {name for runs in registration.runs for label in runs.keys for name in (label, label.partition(SETTING)[0])}
    found = [item for runs in registration.runs for item in _runs(runs, by_prefix, state)]
    changed = Counter(label for label in unknown.values() if label in labels)
    extra = Counter(label for label in unknown.values() if label not in labels)
    for label, n in changed.items():
        found.append(Deviation("changed", "", f"{_count(n, 'run')} of {label} with another key than any registered"))
    for label, n in extra.items():
        found.append(Deviation("extra", "", f"{_count(n, 'run')} of {label}, which is not registered"))
    ours = [record for key, record in state.records.items() if key in planned or key[:DIGITS] in registered]
    return [*found, *_settings(registration, state), *_code(registration, ours), *_environments(registration, state, ours)]


def _runs(runs: RegisteredRuns, by_prefix: Mapping[str, str], state: StudyState) -> Iterator[Deviation]:
    status = {
        (label, prefix): state.records[by_prefix[prefix]].status if prefix in by_prefix else ABSENT for label, prefix in runs.prefixes()
    }
    if runs.choice:
        yield from _choices(runs, status, state.manifests)
        return
    absent = Counter(label for (label, _), found in status.items() if found == ABSENT)
    if runs.looks and len(status) > sum(absent.values()):
        yield from _ends_between_looks(runs, status)
        absent.clear()
    elif len(status) == sum(absent.values()):
        yield Deviation("missing", runs.stage, f"not begun: 0 of {_count(runs.runs, 'run')} ({runs.profile})")
    else:
        yield from (Deviation("missing", runs.stage, f"{n} of {_planned(runs, label)} of {label}") for label, n in absent.items())
    failed = Counter((label, found) for (label, _), found in status.items() if found not in (ABSENT, "done"))
    for (label, found), n in failed.items():
        yield Deviation("failed", runs.stage, f"{n} of {_planned(runs, label)} of {label}: {found}")
    if not absent and not runs.looks and digest_of(by_prefix[prefix] for _, prefix in status) != runs.digest:
        yield Deviation("changed", runs.stage, "the digest of its keys is another one")


def _ends_between_looks(runs: RegisteredRuns, status: Mapping[tuple[str, str], str]) -> Iterator[Deviation]:
    """An arm in a cell ends at a look, its runs in the order of seeds and none left out."""
    for label, keys in runs.keys.items():
        there = [status[label, key] != ABSENT for key in keys.split()]
        n = sum(there)
        if n not in runs.looks["seeds"] or not all(there[:n]):
            yield Deviation("missing", runs.stage, f"{n} of {_planned(runs, label)} of {label}: no planned look ends there")


def _choices(runs: RegisteredRuns, status: Mapping[tuple[str, str], str], manifests: tuple[Manifest, ...]) -> Iterator[Deviation]:
    """Of the settings of an arm in a cell the one that the search chose must be complete. Which one that is, a plan says that was made
    after the search: finished runs do not, since the defaults are a setting too, and other stages run them."""
    made = [m for m in manifests if (m.profile, stage_of(m)) == (runs.profile, runs.stage) and "choices" in m.design.get("search", {})]
    if not made:
        yield Deviation("missing", runs.stage, f"not begun: no run with a setting that the search chose ({runs.profile})")
        return
    arms: dict[str, dict[str, list[str]]] = {}
    for (label, _), found in status.items():
        arm, _, setting = label.partition(SETTING)
        arms.setdefault(arm, {}).setdefault(setting, []).append(found)
    chosen = _chosen(runs, made)
    for arm, settings in arms.items():
        taken = sorted(chosen.get(arm, ())) if len(settings) > 1 else list(settings)  # one setting: nothing to search
        if len(taken) > 1:
            yield Deviation("extra", runs.stage, f"{arm}: the search chose twice, the settings {' and '.join(taken)}")
        elif not taken and not _named(arm, made):
            yield Deviation("missing", runs.stage, f"{arm}: no plan runs a setting that the search chose of its {len(settings)}")
        elif taken and (left := sum(found != "done" for found in settings[taken[0]])):
            n = _count(len(settings[taken[0]]), "run")
            yield Deviation("missing", runs.stage, f"{left} of {n} of {arm} with its chosen setting {taken[0]}")


def _chosen(runs: RegisteredRuns, made: list[Manifest]) -> dict[str, set[str]]:
    """Arm in a cell -> the registered settings that plans after the search run."""
    registered = {prefix: label.partition(SETTING) for label, prefix in runs.prefixes()}
    chosen: dict[str, set[str]] = {}
    for row in (row for manifest in made for row in manifest.rows if row.role == "tuned"):
        arm, _, setting = registered.get(row.key[:DIGITS], ("", "", ""))
        if arm == row_label(row):
            chosen.setdefault(arm, set()).add(setting)
    return chosen


def _named(arm: str, made: list[Manifest]) -> bool:
    """Whether a search chose for an arm whose runs then stand under another arm, as two arms with one setting do."""
    return any(arm.endswith(f" {choice['arm']}") for manifest in made for choice in manifest.design["search"]["choices"]) and not any(
        row_label(row) == arm for manifest in made for row in manifest.rows
    )


def _planned(runs: RegisteredRuns, label: str) -> str:
    return _count(len(runs.keys[label].split()), "run")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _settings(registration: Registration, state: StudyState) -> Iterator[Deviation]:
    for path, was, now in differences(registration.analysis, dict(state.analysis)):
        yield Deviation("settings", "", f"analysis.{path} was registered as {was!r} and is {now!r}")
    if state.numerics not in (None, registration.numerics):
        yield Deviation("code", "", f"numerics was {registration.numerics} and is {state.numerics}")
    if registration.spec_version != SPEC_VERSION:
        yield Deviation("code", "", f"the spec version was {registration.spec_version} and is {SPEC_VERSION}")


def _code(registration: Registration, records: list[RunRecord]) -> Iterator[Deviation]:
    commits = Counter((record.git.commit, record.git.dirty) if record.git else (ABSENT, False) for record in records)
    for (commit, dirty), n in sorted(commits.items()):
        if commit != registration.code.commit or dirty:
            made = f"commit {commit[:12]}{' with changes that were not committed' if dirty else ''}"
            yield Deviation("code", "", f"{_count(n, 'record')} of {made}, registered: {registration.code.commit[:12]}")


def _environments(registration: Registration, state: StudyState, records: list[RunRecord]) -> Iterator[Deviation]:
    counts = Counter(record.env_id for record in records)
    trained = {record.env_id for record in records if record.spec.encoder is not None}
    for env_id, n in sorted(counts.items()):
        found = state.environments.get(env_id)
        if found is None:
            yield Deviation("environment", "", f"{_count(n, 'record')} of an environment that is not stored ({env_id[:12] or ABSENT})")
            continue
        changes = [
            f"{path} {was!r} -> {now!r}"
            for path, was, now in differences(registration.environment, dict(found))
            if path != "device" or env_id in trained  # what needs no encoder runs on the processor everywhere
        ]
        if changes:
            yield Deviation("environment", "", f"{_count(n, 'record')} of another one: {'; '.join(changes)}")


def differences(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two plain structures differ: path, value in the first, value in the second. Lists of one length are compared item by item."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted({*was, *now}):
            yield from differences(was.get(name), now.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(was, (list, tuple)) and isinstance(now, (list, tuple)) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif was != now:
        yield path, was, now
