"""Cells with noise, and a user's own file, through the whole engine."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.config.request import RunRequest
from benchmark.config.task import load_task
from benchmark.data.noise import NoiseAudit
from benchmark.data.sources.source import load_task_data
from benchmark.data.synthetic import embedded_data
from benchmark.errors import UserError
from benchmark.planning.plan import make_plan
from benchmark.records.frame import load_results
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.prefetch import prefetch

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]
Request = Callable[..., RunRequest]


def test_label_noise_records_rate_matrix_and_memorisation(run_of: Run) -> None:
    _, records = run_of(methods="ce", noise="label-flip:0.25")
    noise = records["ce"].notes["noise"]
    assert noise["parts"]["train"]["rate"] == 0.25
    assert sum(map(sum, noise["parts"]["train"]["transition"])) == 8
    assert noise["flipped_train"].keys() == {"n", "accuracy_on_given", "accuracy_on_true"}
    assert noise["flipped_train"]["n"] == 2


def test_the_ids_that_were_touched_stand_in_the_splits_file(run_of: Run, tmp_path: Path) -> None:
    _, records = run_of(methods="ce", noise="label-flip:0.25")
    content = json.loads((tmp_path / "results" / "splits" / f"{records['ce'].split}.json").read_text())
    audit = NoiseAudit.from_json(content.get("content", content)["noise"])
    assert audit.parts["train"].touched == 2


def test_a_record_says_how_many_texts_were_cut(run_of: Run, tmp_path: Path) -> None:
    suite = tmp_path / "short.toml"
    suite.write_text('tasks = ["sst2"]\nshots = ["8"]\narms = ["ce", "tfidf"]\nmax_length = 10\n')
    _, records = run_of(suite=str(suite), methods="ce,tfidf")
    test = embedded_data("sst2").test
    lengths = {f"{number:016x}": len(text.split()) + 2 for number, text in zip(test.ids.tolist(), test.texts, strict=True)}
    scored = RecordStore(tmp_path / "results").get_shared("testsets", records["ce"].testset or "")
    assert records["ce"].truncated is not None
    assert records["ce"].truncated.test == sum(lengths[number] > 10 for number in scored["ids"]) > 0
    assert records["tfidf"].truncated is None


def test_labels_used_counts_labels_and_not_noised_copies(run_of: Run) -> None:
    _, records = run_of(methods="tfidf", noise="char:0.2")
    assert records["tfidf"].labels_used == 16
    assert records["tfidf"].pool_size == len(load_task_data(load_task("sst2"), embedded=True).train)


def test_noise_cells_of_one_seed_share_their_split(request_of: Request) -> None:
    plan = make_plan(request_of(methods="ce", noise="none,label-flip:0.2,word-drop:0.3"))
    assert len({run.spec.split for run in plan.runs}) == 1
    assert len({run.key for run in plan.runs}) == 3


def test_a_users_own_file_runs_beside_the_shipped_tasks(run_of: Run, request_of: Request, tmp_path: Path) -> None:
    words = {"yes": "good", "no": "bad"}
    rows = [
        f"a {word} {split} thing {i},{label},{split}"
        for split, n in (("train", 40), ("test", 20))
        for i in range(n)
        for label, word in words.items()
    ]
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(["text,label,split", *rows]) + "\n")
    _, records = run_of(methods="tfidf", tasks="mine", task_file=[f"mine={file}"])
    assert records["tfidf"].status == "done"
    frame = load_results(request_of().results)
    assert frame["task_source"].tolist() == ["file"]


def test_embedded_profiles_refuse_a_mirror_and_name_laptop(request_of: Request, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="laptop"):
        make_plan(request_of(data_root=str(tmp_path)))


def test_a_task_without_a_stand_in_names_a_profile_with_real_data(request_of: Request) -> None:
    with pytest.raises(UserError, match="laptop"):
        make_plan(request_of(tasks="trec"))


def test_prepare_says_what_it_found(request_of: Request) -> None:
    lines = list(prefetch(request_of()))
    assert lines[0].startswith("task sst2:")
    assert lines[1].startswith("encoder random-tiny:")


def test_back_translation_without_its_models_names_the_command_that_fetches_them(request_of: Request) -> None:
    from benchmark.running.one_run import train_and_score

    plan = make_plan(request_of(methods="tfidf", noise="back-translation:0.5"))
    with pytest.raises(UserError, match="prepare"):
        train_and_score(plan.runs[0].spec, plan.workspace)


@pytest.mark.parametrize(
    ("option", "starred"),
    [
        ({}, False),
        ({"seeds": "1"}, False),
        ({"precision": "bf16"}, True),
        ({"precision": "fp32"}, False),
        ({"set": ["ce-smoothing.smoothing=0.2"], "methods": "ce,ce-smoothing"}, True),
        ({"unlabelled": "5"}, True),
        ({"shots": "12"}, True),
    ],
)
def test_an_option_that_overrides_the_profile_puts_a_star_on_its_name(request_of: Request, option: dict[str, Any], starred: bool) -> None:
    assert (make_plan(request_of(**option)).grid.profile_name == "smoke*") is starred


def test_probabilities_and_vectors_are_kept_on_request_and_change_no_number(run_of: Run, tmp_path: Path) -> None:
    _, plain = run_of(methods="ce,tfidf", results=tmp_path / "plain")
    _, kept = run_of(methods="ce,tfidf", results=tmp_path / "kept", keep_probabilities=True, keep_representations=True)
    assert plain["ce"].key == kept["ce"].key
    assert plain["ce"].predictions == kept["ce"].predictions
    assert plain["ce"].probabilities is plain["ce"].representations is None
    store = RecordStore(tmp_path / "kept")
    assert kept["ce"].representations is not None
    assert kept["ce"].probabilities is not None
    vectors = np.load(io.BytesIO(store.read_side(kept["ce"].representations)), allow_pickle=False)
    probabilities = np.load(io.BytesIO(store.read_side(kept["ce"].probabilities)), allow_pickle=False)
    assert vectors.shape == (60, 32)
    assert probabilities.sum(1) == pytest.approx(1.0, abs=5e-3)
    assert kept["tfidf"].representations is None  # no encoder, no vectors
