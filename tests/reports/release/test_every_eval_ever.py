"""Results in the schema of Every Eval Ever: what is written, that it is the golden file, and that the collection's own schema takes it."""

from __future__ import annotations

import json
import os
import re
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from benchmark.errors import UserError
from reports.release.every_eval_ever import EvaluationFile, evaluation_files
from reports.results.blocks import read_results

GOLDEN = Path(__file__).parent / "golden" / "every_eval_ever.json"
SCHEMA = "EVERY_EVAL_EVER_SCHEMA"  # the collection's eval.schema.json, which is not ours to keep here
SCORES = [0.60, 0.62, 0.58]


def loaded(file: EvaluationFile) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.text)
    return content


@pytest.fixture
def files(filled: Callable[..., Path], tmp_path: Path) -> list[EvaluationFile]:
    """Two arms on a task of the hub, one of them with a noisy cell too, a run that failed and one that is missing."""
    noisy = {"ce": [0.5, None, float("nan"), 0.7]}
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": SCORES, "scl": [0.65]}, ("sst2", "20", "label-flip:0.2"): noisy})
    return evaluation_files(read_results(folder), timestamp="1780000000")


def test_the_file_of_an_arm_is_the_golden_one(files: list[EvaluationFile]) -> None:
    """After a change that is meant: the text of the first file goes into the golden file."""
    assert files[0].text == GOLDEN.read_text(encoding="utf-8")


def test_a_file_holds_one_arm_and_its_cells(files: list[EvaluationFile]) -> None:
    assert [file.model_info.id for file in files] == [f"contrastive-benchmark/all-minilm-l6-v2+{arm}" for arm in ("ce", "scl")]
    names = [result.evaluation_name for result in files[0].evaluation_results]
    assert names == [f"contrastive-benchmark.glue-fewshot.sst2.n20{noise}" for noise in ("", ".label-flip-0-2")]
    assert len(files[1].evaluation_results) == 1


def test_the_score_is_the_mean_and_its_uncertainty_that_over_splits(files: list[EvaluationFile]) -> None:
    clean, noisy = (result.score_details for result in files[0].evaluation_results)
    deviation = statistics.stdev(SCORES)
    assert clean.score == pytest.approx(sum(SCORES) / 3)
    assert clean.uncertainty.standard_deviation == pytest.approx(deviation)
    assert clean.uncertainty.standard_error is not None
    assert clean.uncertainty.standard_error.value == pytest.approx(deviation / 3**0.5)
    assert clean.uncertainty.num_samples == 3
    counts = {name: noisy.details[name] for name in ("runs", "runs_planned", "runs_failed")}
    assert counts == {"runs": "2", "runs_planned": "4", "runs_failed": "1"}


def test_a_single_run_has_no_standard_error(files: list[EvaluationFile]) -> None:
    alone = loaded(files[1])["evaluation_results"][0]["score_details"]
    assert alone["score"] == 0.65
    assert alone["uncertainty"] == {"num_samples": 1}


def test_runs_on_one_split_count_as_one_sample(
    tmp_path: Path, make_spec: Callable[..., Any], make_record: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """Two splits with two seeds each: n is 2, and the spread that of the two means."""
    from benchmark.records.manifest import Manifest, ManifestRow
    from benchmark.records.spec import SplitSpec
    from benchmark.records.store import RecordStore

    store, rows = RecordStore(tmp_path / "results"), []
    for split, seed, score in ((0, 0, 0.6), (0, 1, 0.7), (1, 0, 0.8), (1, 1, 0.9)):
        spec = make_spec("ce", seed, split=SplitSpec(split_seed=split))
        store.write(make_record(store, spec, score))
        rows.append(ManifestRow.of(spec, arm="ce", task_source="mirror"))
    store.write_manifest(Manifest(suite="variance", profile="laptop", rows=tuple(rows)))
    found = evaluation_files(read_results(tmp_path / "results"), "0")[0].evaluation_results[0].score_details
    assert found.uncertainty.num_samples == 2
    assert found.uncertainty.standard_deviation == pytest.approx(statistics.stdev([0.65, 0.85]))
    assert found.details["runs"] == "4"


def test_data_that_stand_in_are_not_called_the_real_set(filled: Callable[..., Path], tmp_path: Path) -> None:
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": SCORES}}, task_source="embedded")
    data = loaded(evaluation_files(read_results(folder), "0")[0])["evaluation_results"][0]["source_data"]
    assert data["source_type"] == "other"
    assert "generated" in data["dataset_name"]
    assert data["additional_details"]["stand_in"] == "true"


def test_results_without_a_finished_run_are_refused(filled: Callable[..., Path], tmp_path: Path) -> None:
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [None]}})
    with pytest.raises(UserError, match="No run has finished"):
        evaluation_files(read_results(folder), "0")


def test_file_names_are_where_the_collection_wants_them(files: list[EvaluationFile]) -> None:
    """Two folders of the model's id, and a UUID of version 4 that depends on the evaluation alone."""
    uuid4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    for file in files:
        assert re.fullmatch(rf"data/contrastive-benchmark-glue-fewshot/contrastive-benchmark/[A-Za-z0-9+_-]+/{uuid4}\.json", file.path)
    later = files[0].model_copy(update={"retrieved_timestamp": "1790000000"})
    assert later.path == files[0].path
    assert len({file.path for file in files}) == len(files)


def test_free_details_are_texts_as_the_schema_asks(files: list[EvaluationFile]) -> None:
    def free(node: Any, name: str = "") -> list[Any]:
        if isinstance(node, dict):
            mine = [value for value in node.values() if not isinstance(value, str)] if name in ("additional_details", "details") else []
            return mine + [item for key, value in node.items() for item in free(value, key)]
        return [item for value in node for item in free(value)] if isinstance(node, list) else []

    assert [item for file in files for item in free(loaded(file))] == []


def test_the_collection_s_own_schema_takes_every_file(files: list[EvaluationFile]) -> None:
    """With EVERY_EVAL_EVER_SCHEMA, a path to eval.schema.json, or with the package every_eval_ever, which needs Python 3.12."""
    given = os.environ.get(SCHEMA)
    if given is None:
        package = pytest.importorskip(
            "every_eval_ever", reason=f"set {SCHEMA} to the collection's eval.schema.json, or install every-eval-ever"
        )
        given = str(Path(package.__file__).parent / "schemas" / "eval.schema.json")
    schema = json.loads(Path(given).read_text(encoding="utf-8"))
    assert schema["version"] == files[0].schema_version
    for file in files:
        jsonschema.validate(loaded(file), schema, cls=jsonschema.Draft7Validator)
        assert not jsonschema.Draft7Validator(schema).is_valid({**loaded(file), "model_info": {"name": "no id"}})
