"""Registrations: a file that is written once, noticed when edited, and compared with what was run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UserError
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import GitState, RunRecord
from benchmark.records.registration.deviations import StudyState, deviations, differences
from benchmark.records.registration.registration import (
    RegisteredRuns,
    Registration,
    digest_of,
    read_registration,
    write_registration,
)
from benchmark.records.spec import SPEC_VERSION, RunSpec

Specs, Records, Rows = Callable[..., RunSpec], Callable[..., RunRecord], Callable[..., ManifestRow]
COMMIT = GitState(commit="a" * 40)
ENVIRONMENT = {"processor": "one", "libraries": {"torch": "2.9.0"}}
ANALYSIS = {"name": "mine", "alpha": 0.05, "questions": [{"name": "Q1", "treatments": ["scl"]}]}


class Study:
    """Two stages (ce and scl on three splits at N = 20; ce on two at N = 100) and a search with two settings of scl."""

    def __init__(self, spec: Specs, record: Records, row: Rows) -> None:
        self.record = record
        first = [spec(seed, split_seed=seed, name=name) for seed in range(3) for name in ("ce", "scl")]
        second = [spec(seed, split_seed=seed, shots="100") for seed in range(2)]
        self.settings = [spec(seed, split_seed=seed, name="scl", params={"weight": w}) for w in (0.1, 0.5) for seed in range(2)]
        self.specs = [*first, *second]
        self.manifests = [self.manifest("1", [row(s) for s in first]), self.manifest("2", [row(s) for s in second])]
        alternatives = [row(s, trial=number // 2, role="trial") for number, s in enumerate(self.settings)]
        self.chose = [self.searched([row(s, role="tuned") for s in self.settings[first : first + 2]]) for first in (0, 2)]
        self.registration = Registration(
            suite="mine",
            numerics=3,
            spec_version=SPEC_VERSION,
            code=COMMIT,
            environment=ENVIRONMENT,
            analysis=ANALYSIS,
            runs=(
                *(RegisteredRuns.of(manifest, "a title") for manifest in self.manifests),
                RegisteredRuns.of(self.manifest("3", alternatives), "tuned", choice=True),
            ),
        )

    def manifest(self, stage: str, rows: list[ManifestRow]) -> Manifest:
        return Manifest(suite="mine", profile="laptop", design={"stage": stage}, rows=tuple(rows))

    def searched(self, rows: list[ManifestRow], **more: Any) -> Manifest:
        """The plan of the third stage after its search."""
        design = {"stage": "3", "search": {"choices": [{"cell": "sst2 N=20", "arm": row.arm} for row in rows]}}
        return Manifest(**{"suite": "mine", "profile": "laptop", "design": design, "rows": tuple(rows), **more})

    def state(self, **changes: Any) -> StudyState:
        """The study as registered: all runs done, of the search its second setting."""
        done = [self.record(s, git=COMMIT) for s in [*self.specs, *self.settings[2:]]]
        known: dict[str, Any] = {
            "manifests": (*self.manifests, self.chose[1]),
            "records": {record.key: record for record in done},
            "environments": {"f" * 64: ENVIRONMENT},
            "analysis": ANALYSIS,
            "numerics": 3,
        }
        return StudyState(**(known | changes))

    def said(self, **changes: Any) -> list[str]:
        return [str(deviation) for deviation in deviations(self.registration, self.state(**changes))]


@pytest.fixture
def study(spec: Specs, record: Records, row: Rows) -> Study:
    return Study(spec, record, row)


def test_a_study_that_ran_as_planned_is_as_registered(study: Study) -> None:
    assert study.said() == []


def test_a_registration_survives_being_written_and_read(study: Study, tmp_path: Path) -> None:
    write_registration(tmp_path / "r.json", study.registration)
    assert read_registration(tmp_path / "r.json") == study.registration


def test_a_registration_is_written_once(study: Study, tmp_path: Path) -> None:
    write_registration(tmp_path / "r.json", study.registration)
    with pytest.raises(UserError, match="exists"):
        write_registration(tmp_path / "r.json", study.registration)


def test_an_edited_registration_is_noticed(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    write_registration(file, study.registration)
    file.write_bytes(file.read_bytes().replace(b'"alpha":0.05', b'"alpha":0.10'))
    with pytest.raises(UserError, match="edited"):
        read_registration(file)


def test_a_digest_is_that_of_the_sorted_keys() -> None:
    assert digest_of(["b", "a", "b"]) == digest_of(["a", "b"]) != digest_of(["a", "c"])


def test_a_missing_run_is_named_with_its_arm_and_cell(study: Study) -> None:
    records = dict(study.state().records)
    del records[study.specs[1].key]
    assert study.said(records=records) == ["missing (stage 1): 1 of 3 runs of sst2 N=20 scl"]


def test_a_stage_without_any_run_is_said_once(study: Study) -> None:
    records = {key: record for key, record in study.state().records.items() if key not in {s.key for s in study.specs[6:]}}
    assert study.said(records=records) == ["missing (stage 2): not begun: 0 of 2 runs (laptop)"]


def test_a_failed_run_is_a_deviation(study: Study, failed: Records) -> None:
    gone = failed(study.specs[0]).model_copy(update={"git": COMMIT})
    assert study.said(records={**study.state().records, gone.key: gone}) == ["failed (stage 1): 1 of 3 runs of sst2 N=20 ce: failed"]


def test_a_run_under_another_key_is_changed_and_the_registered_one_missing(study: Study, spec: Specs, row: Rows) -> None:
    other = spec(0, split_seed=0, name="ce", params={"weight": 0.1})
    records = dict(study.state().records)
    records[other.key] = study.record(other, git=COMMIT)
    del records[study.specs[0].key]
    manifests = (*study.state().manifests, study.manifest("1", [row(other)]))
    assert study.said(records=records, manifests=manifests) == [
        "missing (stage 1): 1 of 3 runs of sst2 N=20 ce",
        "changed: 1 run of sst2 N=20 ce with another key than any registered",
    ]


def test_an_arm_that_nobody_registered_is_extra(study: Study, spec: Specs, row: Rows) -> None:
    manifests = (*study.state().manifests, study.manifest("1", [row(spec(0, name="cat"))]))
    assert study.said(manifests=manifests) == ["extra: 1 run of sst2 N=20 cat, which is not registered"]


def test_the_runs_of_another_suite_in_the_same_folder_do_not_count(study: Study, spec: Specs, row: Rows) -> None:
    other = Manifest(suite="other", profile="laptop", rows=(row(spec(0, name="cat")),))
    assert study.said(manifests=(*study.state().manifests, other)) == []


def test_the_setting_that_the_search_chose_must_be_complete(study: Study) -> None:
    records = dict(study.state().records)
    del records[study.settings[2].key]
    assert study.said(records=records) == ["missing (stage 3): 1 of 2 runs of sst2 N=20 scl with its chosen setting 1"]


NOT_BEGUN = "missing (stage 3): not begun: no run with a setting that the search chose (laptop)"


def test_runs_of_a_setting_are_no_sign_of_a_choice(study: Study) -> None:
    """The defaults are a setting, and another stage may run them: all of setting 1 is there, and no search has chosen."""
    assert study.said(manifests=tuple(study.manifests)) == [NOT_BEGUN]
    other = study.chose[1].model_copy(update={"profile": "paper"})
    assert study.said(manifests=(*study.manifests, other)) == [NOT_BEGUN]


def test_a_complete_setting_that_was_not_chosen_stands_for_no_other(study: Study) -> None:
    said = study.said(manifests=(*study.manifests, study.chose[0]))
    assert said == ["missing (stage 3): 2 of 2 runs of sst2 N=20 scl with its chosen setting 0"]


def test_a_search_that_chose_twice_is_a_deviation(study: Study) -> None:
    said = study.said(manifests=(*study.manifests, *study.chose))
    assert said == ["extra (stage 3): sst2 N=20 scl: the search chose twice, the settings 0 and 1"]


def test_an_arm_that_the_search_left_out_is_missing(study: Study, row: Rows) -> None:
    alone = study.searched([row(study.specs[0])])
    said = study.said(manifests=(*study.manifests, alone))
    assert said == ["missing (stage 3): sst2 N=20 scl: no plan runs a setting that the search chose of its 2"]


def test_a_chosen_setting_under_other_code_is_changed(study: Study, spec: Specs, row: Rows) -> None:
    other = study.searched([row(spec(0, name="scl", params={"weight": 0.7}), role="tuned")])
    said = study.said(manifests=(*study.state().manifests, other))
    assert said == ["changed: 1 run of sst2 N=20 scl with another key than any registered"]


def test_a_changed_analysis_setting_is_named_with_both_values(study: Study) -> None:
    assert study.said(analysis=ANALYSIS | {"alpha": 0.1}) == ["settings: analysis.alpha was registered as 0.05 and is 0.1"]


@pytest.mark.parametrize(
    ("git", "said"),
    [
        (GitState(commit="b" * 40), "code: 1 record of commit bbbbbbbbbbbb, registered: aaaaaaaaaaaa"),
        (
            GitState(commit="a" * 40, dirty=True),
            "code: 1 record of commit aaaaaaaaaaaa with changes that were not committed, registered: aaaaaaaaaaaa",
        ),
    ],
)
def test_a_record_of_other_code_is_counted(study: Study, git: GitState, said: str) -> None:
    one = study.record(study.specs[0], git=git)
    assert study.said(records={**study.state().records, one.key: one}) == [said]


def test_other_numerics_are_a_deviation(study: Study) -> None:
    assert study.said(numerics=4) == ["code: numerics was 3 and is 4"]


def test_another_environment_is_named_with_what_differs(study: Study) -> None:
    found = {"f" * 64: ENVIRONMENT | {"processor": "two"}}
    assert study.said(environments=found) == ["environment: 10 records of another one: processor 'one' -> 'two'"]
    assert study.said(environments={}) == ["environment: 10 records of an environment that is not stored (ffffffffffff)"]


def test_what_needs_no_encoder_runs_on_the_processor_of_a_machine_with_a_gpu(study: Study) -> None:
    gpu = ENVIRONMENT | {"device": "a GPU"}
    study.registration = study.registration.model_copy(update={"environment": gpu})
    records = {**study.state().records}
    with_encoder = study.record(study.specs[0], git=COMMIT, env_id="e" * 64)
    bare = study.specs[0].model_copy(update={"encoder": None})
    records[with_encoder.key] = with_encoder.model_copy(update={"spec": bare})
    environments = {"f" * 64: gpu, "e" * 64: ENVIRONMENT | {"device": "cpu"}}
    assert study.said(records=records, environments=environments) == []
    assert study.said(records={**records, with_encoder.key: with_encoder}, environments=environments) == [
        "environment: 1 record of another one: device 'a GPU' -> 'cpu'"
    ]


def test_differences_go_into_lists_and_tables() -> None:
    was, now = {"a": [{"b": 1}, 2], "c": 3}, {"a": [{"b": 1}, 4], "d": 5}
    assert list(differences(was, now)) == [("a[1]", 2, 4), ("c", 3, None), ("d", None, 5)]
