"""Records are run again from what they store; what held is stated, and what cannot be run again is no failure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.checks.agreement import AgreementLevel, agreement
from benchmark.checks.verify import Sources, verify
from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.records.archive.archive import add_to_archive
from benchmark.records.atomic_files import dump_checksummed, load_checksummed
from benchmark.records.record import Predictions, RunRecord
from benchmark.records.store import RecordStore

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]
Request = Callable[..., RunRequest]
PLUGIN = '''
from dataclasses import dataclass
import numpy as np
from benchmark import Cost, Method, Phase
from benchmark import methods

@dataclass(frozen=True)
class Alternating(Phase):
    name = "alternating"
    def fit(self, state, data, context):
        state.predictor = lambda examples: np.eye(2, dtype=np.float32)[np.arange(len(examples)) % 2]
    def cost(self, task, budget):
        return Cost()

@methods.register("alternating-{n}")
@dataclass(frozen=True)
class Alternates(Method):
    """First class, second class, and so on."""
    needs_encoder = False
    streams = frozenset()
    def phases(self, task):
        return [Alternating()]
'''


def edited(store: RecordStore, record: RunRecord, **changes: Any) -> None:
    """The record with other content under a checksum that fits: what a forger would leave."""
    path = store.write(record)
    path.write_bytes(dump_checksummed({**load_checksummed(path), **json.loads(json.dumps(changes))}))


@pytest.fixture
def kept(run_of: Run, request_of: Request) -> tuple[RecordStore, dict[str, RunRecord]]:
    _, records = run_of(methods="tfidf,majority,ce", keep_probabilities=True)
    return RecordStore(request_of().results), records


def test_an_archive_without_records_is_named_by_its_own_folder(tmp_path: Path) -> None:
    RecordStore(tmp_path / "results").write_environment({"python": "3.11"})
    add_to_archive(tmp_path / "results", tmp_path / "mine")
    with pytest.raises(UserError, match=f"no records in '{tmp_path / 'mine'}'"):
        list(verify(tmp_path / "mine", Sources()))


def test_what_a_run_left_holds_bit_for_bit(kept: tuple[RecordStore, dict[str, RunRecord]]) -> None:
    checks = list(verify(kept[0].root, Sources()))
    assert [(check.level, check.holds) for check in checks] == [(AgreementLevel.BITWISE, True)] * 3
    assert sorted(check.key for check in checks) == sorted(record.key for record in kept[1].values())


def test_a_sample_is_the_first_in_the_order_of_keys(kept: tuple[RecordStore, dict[str, RunRecord]]) -> None:
    least = min((record for name, record in kept[1].items() if name != "ce"), key=lambda record: record.key)
    kept[0]._path(kept[1]["ce"].key).unlink()
    assert [check.key for check in verify(kept[0].root, Sources(), sample=1)] == [least.key]


def test_an_edited_metric_shows_even_under_a_checksum_that_fits(run_of: Run, request_of: Request) -> None:
    _, records = run_of(methods="tfidf")
    store = RecordStore(request_of().results)
    brier = (records["tfidf"].metrics["brier"] or 0.0) + 0.01  # possible for the same predictions: only a second run shows it
    edited(store, records["tfidf"], metrics={**records["tfidf"].metrics, "brier": brier})
    assert [(check.level, check.holds) for check in verify(store.root, Sources())] == [(AgreementLevel.PREDICTIONS, False)]


def test_damaged_files_are_named_and_the_other_records_are_still_run(kept: tuple[RecordStore, dict[str, RunRecord]]) -> None:
    store, records = kept
    victim, side = store._path(records["ce"].key), records["tfidf"].probabilities
    assert side is not None
    victim.write_bytes(victim.read_bytes()[:100])
    (store.root / side.file).write_bytes(b"other")
    (store.root / "splits" / f"{records['tfidf'].split}.json").unlink()
    checks = list(verify(store.root, Sources()))
    bad = {check.title for check in checks if check.level is None}
    relative = victim.relative_to(store.root).as_posix()
    assert bad == {relative, side.file, f"splits/{records['tfidf'].split}.json"}
    assert sum(check.level is AgreementLevel.BITWISE for check in checks) == 2


def test_a_folder_of_damaged_records_only_names_them(tmp_path: Path) -> None:
    path = tmp_path / "records" / "ab" / f"{'ab' * 32}.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert [(check.key, check.holds) for check in verify(tmp_path, Sources())] == [("ab" * 32, False)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"labels_used": 4000}, "labels_used: 4000, again"),
        ({"n_unlabelled": 7}, "n_unlabelled: 7, again"),
        ({"alarms": ["constant predictions"]}, "alarms: ['constant predictions'], again"),
        ({"pool_size": 7}, "pool_size: 7, again"),
        ({"notes": {"made_up": 1}}, "notes: {'made_up': 1}, again"),
        ({"phases": [{"name": "fit", "forward": 12345}]}, "passes: "),
    ],
)
def test_whatever_the_spec_determines_is_compared(run_of: Run, request_of: Request, changes: dict[str, Any], named: str) -> None:
    _, records = run_of(methods="tfidf")
    store = RecordStore(request_of().results)
    edited(store, records["tfidf"], **changes)
    (check,) = verify(store.root, Sources())
    assert (check.level, check.holds) == (AgreementLevel.PREDICTIONS, False)
    assert named in check.note


def test_scores_that_contradict_their_predictions_are_named_without_a_second_run(run_of: Run, request_of: Request) -> None:
    _, records = run_of(methods="tfidf")
    store = RecordStore(request_of().results)
    edited(store, records["tfidf"], metrics={**records["tfidf"].metrics, "accuracy": 0.123})
    (check,) = verify(store.root, Sources())
    assert (check.level, check.holds) == (None, False)
    assert "accuracy is 0.123" in check.note


@pytest.mark.parametrize("env_id", ["", "9" * 64])
def test_an_unknown_environment_lowers_the_level(run_of: Run, request_of: Request, env_id: str) -> None:
    _, records = run_of(methods="tfidf")
    store = RecordStore(request_of().results)
    edited(store, records["tfidf"], env_id=env_id)
    (check,) = (check for check in verify(store.root, Sources()) if check.level is not None)
    assert check.level is AgreementLevel.CONCLUSION
    assert "unknown environment" in check.note


def test_older_code_is_named_as_such(run_of: Run, request_of: Request) -> None:
    _, records = run_of(methods="tfidf,majority")
    store = RecordStore(request_of().results)
    old = records["tfidf"].spec
    for spec in (
        old.model_copy(update={"numerics": 0}),
        old.model_copy(update={"method": old.method.model_copy(update={"code": "0" * 64})}),
    ):
        store.write(records["tfidf"].model_copy(update={"spec": spec, "key": spec.key}))
    notes = {check.key: (check.note, check.holds) for check in verify(store.root, Sources()) if check.holds is not True}
    assert len(notes) == 2
    assert all("older code" in note and holds is None for note, holds in notes.values())


def test_what_failed_is_not_compared(run_of: Run, request_of: Request, tmp_path: Path) -> None:
    file = tmp_path / "failing.py"
    file.write_text(PLUGIN.format(n="failing").replace("state.predictor =", "raise RuntimeError('no'); state.predictor ="))
    run_of(methods="alternating-failing", plugin=[str(file)])
    checks = list(verify(request_of().results, Sources(plugins=(str(file),))))
    assert [(check.level, check.holds) for check in checks] == [(None, None)]
    assert "failed" in checks[0].note


def test_another_plug_in_of_the_same_name_is_told_by_its_hash(
    run_of: Run, request_of: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.py"
    file.write_text(PLUGIN.format(n="one"))
    run_of(methods="alternating-one", plugin=[str(file)])
    assert [check.holds for check in verify(request_of().results, Sources(plugins=(str(file),)))] == [True]
    monkeypatch.setattr("benchmark.checks.verify.code_hash", lambda cls: "0" * 64)
    file.write_text(PLUGIN.format(n="one") + "# another file\n")
    (check,) = verify(request_of().results, Sources(plugins=(str(file),)))
    assert check.holds is None
    assert "plug-in had the SHA-256" in check.note


def test_a_record_of_a_plug_in_asks_for_it(kept: tuple[RecordStore, dict[str, RunRecord]]) -> None:
    record = kept[1]["tfidf"]
    spec = record.spec.model_copy(update={"method": record.spec.method.model_copy(update={"name": "someones-own"})})
    kept[0].write(record.model_copy(update={"spec": spec, "key": spec.key, "plugin": "1" * 64}))
    (check,) = (check for check in verify(kept[0].root, Sources()) if check.key == spec.key)
    assert "--plugin" in check.note
    assert "1" * 12 in check.note


def test_a_record_of_a_cell_names_the_file_that_the_folder_or_its_archive_holds(
    kept: tuple[RecordStore, dict[str, RunRecord]], tmp_path: Path
) -> None:
    record, text = kept[1]["tfidf"], b"# the method of a cell\n"
    code = hashlib.sha256(text).hexdigest()
    file = kept[0].root / "plugins" / code[:12] / "cell_own.py"
    file.parent.mkdir(parents=True)
    file.write_bytes(text)
    spec = record.spec.model_copy(update={"method": record.spec.method.model_copy(update={"name": "someones-own"})})
    kept[0].write(record.model_copy(update={"spec": spec, "key": spec.key, "plugin": code}))
    add_to_archive(kept[0].root, tmp_path / "archive")
    for folder in (kept[0].root, tmp_path / "archive"):
        (check,) = (check for check in verify(folder, Sources()) if check.key == spec.key)
        assert f"Give that file with --plugin: plugins/{code[:12]}/cell_own.py of the results folder" in check.note


def test_an_empty_folder_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no records"):
        list(verify(tmp_path, Sources()))


GOLD = np.array([0, 1] * 50)


def predicting(record: RunRecord, ids: list[int]) -> RunRecord:
    """The record with other predictions of a test set of 100, and the accuracy that follows."""
    accuracy = float(np.mean(np.array(ids) == GOLD))
    changes = {"predictions": Predictions.of(ids, 2), "metrics": {"accuracy": accuracy}, "primary": "accuracy"}
    return record.model_copy(update=changes)


def flipped(ids: list[int], places: range) -> list[int]:
    return [1 - label if i in places else label for i, label in enumerate(ids)]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (range(20), range(20), AgreementLevel.BITWISE),
        (range(20), range(20, 40), AgreementLevel.METRIC),
        (range(20), range(3, 20), AgreementLevel.CONCLUSION),
        (range(20), range(0), AgreementLevel.DIFFERENT),
        (range(49), range(51), AgreementLevel.DIFFERENT),  # on two sides of the majority rate
    ],
)
def test_levels(kept: tuple[RecordStore, dict[str, RunRecord]], one: range, other: range, level: AgreementLevel) -> None:
    record = kept[1]["tfidf"]
    assert agreement(*(predicting(record, flipped(GOLD.tolist(), places)) for places in (one, other)), GOLD) == level


def test_other_probabilities_are_not_bitwise(kept: tuple[RecordStore, dict[str, RunRecord]]) -> None:
    record = kept[1]["tfidf"]
    assert record.probabilities is not None
    other = record.model_copy(update={"probabilities": record.probabilities.model_copy(update={"sha256": "0" * 64})})
    assert agreement(record, other, GOLD) == AgreementLevel.PREDICTIONS
