"""Results as files of the shared collection Every Eval Ever: one per arm, with a score and its uncertainty for each cell.

Fields and rules are those of its schema, version 0.3.0. The classes here describe the part of it that is written.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import statistics
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from benchmark.config.encoder import EncoderConfig
from benchmark.config.task import TaskConfig, load_task
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from benchmark.records.spec import Frozen, canonical, content_key
from reports.release.origins import Origins
from reports.results.blocks import Block, Results
from reports.results.runs import Runs
from reports.results.scored_cell import ScoredCell

SCHEMA_VERSION = "0.3.0"
ORGANISATION = "The contrastive-benchmark contributors"
LIBRARY = "contrastive-benchmark"
BOUNDS = {"mcc": (-1.0, 1.0)}
FRACTIONS = ("accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall")
SPLIT_NAMES = {"train": "train", "validation": "val", "test": "test"}
Details = dict[str, str]


class SourceMetadata(Frozen):
    """Who made the numbers."""

    source_name: str
    source_type: Literal["evaluation_run"] = "evaluation_run"
    source_organization_name: str = ORGANISATION
    evaluator_relationship: Literal["first_party"] = "first_party"
    additional_details: Details


class LibraryInfo(Frozen):
    """What evaluated."""

    name: str = LIBRARY
    version: str
    additional_details: Details


class ModelInfo(Frozen):
    """What was evaluated: an encoder that was fine-tuned by an arm. `additional_details` must say `deployment_type` and
    `model_availability`."""

    name: str
    id: str = Field(pattern=r"^[^/]+/[^/]+$")
    developer: str = LIBRARY
    additional_details: Details


class HubData(Frozen):
    """A data set of the model hub that a test set comes from."""

    source_type: Literal["hf_dataset"] = "hf_dataset"
    dataset_name: str
    hf_repo: str
    hf_split: str
    samples_number: int
    additional_details: Details


class OtherData(Frozen):
    """A data set that no hub repository holds in this form."""

    source_type: Literal["other"] = "other"
    dataset_name: str
    additional_details: Details


class MetricConfig(Frozen):
    """What a score means. A continuous score has bounds; of a user's own metric they are not known, and its type is left out."""

    evaluation_description: str
    metric_id: str
    metric_name: str
    metric_kind: str
    metric_unit: str | None = None
    lower_is_better: Literal[False] = False  # tuning and reports take the higher score for the better one
    score_type: Literal["continuous"] | None = None
    min_score: float | None = None
    max_score: float | None = None


class StandardError(Frozen):
    """The standard error of a mean, and how it was computed."""

    value: float
    method: str


class Uncertainty(Frozen):
    """How sure a mean is: over how many scores, and their sample standard deviation (ddof 1)."""

    standard_error: StandardError | None = None
    standard_deviation: float | None = None
    num_samples: int


class ScoreDetails(Frozen):
    """A mean over runs."""

    score: float
    details: Details
    uncertainty: Uncertainty


class Conditions(Frozen):
    """How the model was trained. Nothing is generated, so that there are no arguments of generation."""

    additional_details: Details


class EvaluationResult(Frozen):
    """One metric of one cell."""

    evaluation_result_id: str
    evaluation_name: str
    source_data: HubData | OtherData
    metric_config: MetricConfig
    score_details: ScoreDetails
    generation_config: Conditions


class EvaluationFile(Frozen):
    """One file: an arm, and its score in every cell of a suite."""

    schema_version: str = SCHEMA_VERSION
    evaluation_id: str
    retrieved_timestamp: str
    source_metadata: SourceMetadata
    eval_library: LibraryInfo
    model_info: ModelInfo
    evaluation_results: tuple[EvaluationResult, ...] = Field(min_length=1)

    @property
    def path(self) -> str:
        """Where the collection wants it: `data/<collection>/<developer>/<model>/<uuid>.json`, the uuid made of the evaluation's id."""
        name = uuid.UUID(bytes=hashlib.sha256(self.evaluation_id.encode()).digest()[:16], version=4)
        return f"data/{self.evaluation_id.partition('/')[0]}/{self.model_info.id}/{name}.json"

    @property
    def text(self) -> str:
        """The file's content."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def evaluation_files(results: Results, timestamp: str) -> list[EvaluationFile]:
    """One file for each arm of each block with a finished run, in the order of the report.

    Args:
        timestamp: seconds since 1970 at which the files are made, which the schema asks for.

    Raises:
        UserError: no run has finished.
    """
    origins = Origins.read(results.blocks[0].store)
    made = [one for block in results.blocks for one in _files(block, origins, timestamp)]
    if not made:
        raise UserError("No run has finished.", "A file holds the mean of finished runs.", "Run the suite first.")
    return made


def _files(block: Block, origins: Origins, timestamp: str) -> Iterator[EvaluationFile]:
    """The arms of a block; an arm with several encoders is a model with each."""
    library = _library(block, origins)
    found: dict[tuple[str, str], list[Runs]] = defaultdict(list)
    for arm in block.arms:
        for cell in block.cells:
            runs = block.runs.get((arm, cell))
            if runs is not None and runs.scores:
                found[arm, str(runs.done[0]["encoder"])].append(runs)
    for (arm, encoder), cells in found.items():
        yield _file(block, _model(block, arm, encoder, cells), cells, library, timestamp)


def _library(block: Block, origins: Origins) -> LibraryInfo:
    where = (block.suite, block.profile, block.protocol)
    numerics = sorted({block.settings[name]["numerics"] for name in set(block.frame["setting"]) if name in block.settings})
    details = {
        "commits": ", ".join(origins.commits(block.frame["key"])),
        "numerics": ", ".join(map(str, numerics)),
        "commands": "; ".join(origins.commands(where)),
    }
    return LibraryInfo(version=", ".join(origins.versions(where)) or "unknown", additional_details=details)


def _file(block: Block, model: ModelInfo, cells: list[Runs], library: LibraryInfo, timestamp: str) -> EvaluationFile:
    keys = sorted(key for runs in cells for key in runs.keys.values())
    collection = f"{LIBRARY}-{_word(block.suite or 'unplanned')}"
    details = {"suite": block.suite, "profile": block.profile, "protocol": block.protocol, "stand_in": canonical(block.stand_in)}
    relation = "The evaluator fine-tuned the model; the encoder and, but for its own controls, the method are by others."
    return EvaluationFile(
        evaluation_id=f"{collection}/{model.id}/{_word(block.profile or 'no-profile')}.{block.protocol}.{content_key(keys)[:12]}",
        retrieved_timestamp=timestamp,
        source_metadata=SourceMetadata(source_name=f"{LIBRARY}: {block.title}", additional_details={**details, "evaluator": relation}),
        eval_library=library,
        model_info=model,
        evaluation_results=tuple(_result(block, runs) for runs in cells),
    )


def _model(block: Block, arm: str, encoder: str, cells: list[Runs]) -> ModelInfo:
    settings = {str(row["setting"]) for runs in cells for row in runs.done}
    methods = {canonical(block.settings[name]["method"]) for name in settings if name in block.settings}
    details = {
        "deployment_type": "self_deployed",
        "model_availability": "closed_weights",
        "availability_note": "The weights of each run were not kept; a run can be repeated from its spec.",
        "arm": arm,
        "methods": "[" + ",".join(sorted(methods)) + "]",
        **_encoder_details(block, encoder, settings),
    }
    name = f"{encoder} fine-tuned by {arm}" if encoder else arm
    return ModelInfo(name=name, id=f"{LIBRARY}/{_word(f'{encoder}+{arm}' if encoder else arm)}", additional_details=details)


def _encoder_details(block: Block, encoder: str, settings: set[str]) -> Details:
    if not encoder:
        return {}
    specs = {canonical(block.settings[name]["encoder"]) for name in settings if block.settings.get(name, {}).get("encoder")}
    config = _known(encoder)
    said = {} if config is None else {"base_model": config.hub or config.base or "", "pretrained_on": config.pretrained_on}
    return {"encoder": "[" + ",".join(sorted(specs)) + "]", **{name: text for name, text in said.items() if text}}


def _known(encoder: str) -> EncoderConfig | None:
    try:
        return load_encoder(encoder)
    except UserError:  # a user's own, which is not installed here
        return None


def _result(block: Block, runs: Runs) -> EvaluationResult:
    cell = runs.cell
    name = ".".join([LIBRARY, *(_word(part) for part in (block.suite or "unplanned", cell.task, f"n{cell.size}", *_noise(cell)))])
    settings = sorted({str(row["setting"]) for row in runs.done})
    return EvaluationResult(
        evaluation_result_id=f"{name}.{cell.metric}.{content_key(settings)[:8]}",
        evaluation_name=name,
        source_data=_data(block, runs),
        metric_config=_metric(cell),
        score_details=_score(runs),
        generation_config=Conditions(additional_details=_conditions(block, runs, settings)),
    )


def _noise(cell: ScoredCell) -> list[str]:
    return [cell.noise_text.replace(":", "-")] if cell.noise is not None else []


def _conditions(block: Block, runs: Runs, settings: list[str]) -> Details:
    row, spec = runs.done[0], block.settings.get(settings[0], {})
    told: Mapping[str, Any] = {
        "training_examples": row["n_train"],
        "development_examples": row["n_dev"],
        "unlabelled_texts": row["n_unlabelled"],
        "labels_used": row["labels_used"],
        "shots": runs.cell.size,
        "noise": runs.cell.noise_text,
        "sampler": row["sampler"],
        "compute": spec.get("compute"),
        "training_constants": spec.get("budget"),
        "settings": settings,
    }
    return {name: value if isinstance(value, str) else canonical(_plain(value)) for name, value in told.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _data(block: Block, runs: Runs) -> HubData | OtherData:
    row = runs.done[0]
    task, source = runs.cell.task, str(row["task_source"])
    spec = block.settings.get(str(row["setting"]), {})
    testsets = sorted({found.testset for key in runs.keys.values() if (found := block.stored.get(key)) and found.testset})
    details = {
        "test_examples": canonical(_plain(row["n_test"])),
        "test_set_sha256": ", ".join(testsets),
        "data_sha256": str(spec.get("task", {}).get("data", "")),
        "read_from": source,
        "partial": str(row["partial"]),
    }
    config = _task(task)
    if source == "embedded":
        return OtherData(dataset_name=f"generated sentences in place of {task}", additional_details={**details, "stand_in": "true"})
    if config is None or config.hub is None:
        return OtherData(dataset_name=task, additional_details=details | _stated(config))
    revision = "hf_revision" if source == "hub" else "hf_revision_of_the_task"  # a mirror may hold another one
    more = {"hf_config": config.config, revision: config.revision or ""}
    split = config.splits.train if config.hold_out else config.splits.test
    return HubData(
        dataset_name=task,
        hf_repo=config.hub,
        hf_split=SPLIT_NAMES.get(split.partition("_")[0], split),
        samples_number=int(row["n_test"]),
        additional_details=details | more | _stated(config),
    )


def _task(name: str) -> TaskConfig | None:
    try:
        return load_task(name)
    except UserError:  # a plug-in's, which is not loaded here
        return None


def _stated(config: TaskConfig | None) -> Details:
    return {} if config is None else {"licence": config.licence or "none stated", "citation": config.citation}


def _metric(cell: ScoredCell) -> MetricConfig:
    known = cell.metric in FRACTIONS or cell.metric in BOUNDS
    low, high = BOUNDS.get(cell.metric, (0.0, 1.0))
    where = f"{cell.task}, {cell.size} labelled training examples" + (f", noise {cell.noise_text}" if cell.noise is not None else "")
    return MetricConfig(
        evaluation_description=f"Mean {cell.metric} on the test set over runs, each with another split, seed or initialisation: {where}.",
        metric_id=cell.metric if known else f"{LIBRARY}.{_word(cell.metric)}",
        metric_name=cell.metric,
        metric_kind=cell.metric,
        metric_unit="proportion" if cell.metric in FRACTIONS else None,
        score_type="continuous" if known else None,
        min_score=low if known else None,
        max_score=high if known else None,
    )


def _score(runs: Runs) -> ScoreDetails:
    """The mean over runs. Its uncertainty is that over splits: runs on one split are not independent, so that a split counts by the mean
    of its runs."""
    by_split: dict[int, list[float]] = defaultdict(list)
    for unit, score in runs.scores.items():
        by_split[unit.split].append(score)
    means = [statistics.fmean(scores) for scores in by_split.values()]
    spread = statistics.stdev(means) if len(means) > 1 else None
    how = "sample standard deviation (ddof 1) of the mean score of each split, divided by the square root of the number of splits"
    error = None if spread is None else StandardError(value=spread / math.sqrt(len(means)), method=how)
    details = {
        "runs": str(len(runs.scores)),
        "runs_planned": str(runs.planned),
        "runs_failed": str(runs.failed),
        "splits": str(len(means)),
        "alarms": canonical(dict(sorted(runs.alarms.items()))),
        "unit": "a run is one training on one split and seed; a sample of the uncertainty is one split",
    }
    return ScoreDetails(
        score=statistics.fmean(runs.scores.values()),
        details=details,
        uncertainty=Uncertainty(standard_error=error, standard_deviation=spread, num_samples=len(means)),
    )


def _word(text: str) -> str:
    """A text in characters that a path and a dotted name may hold."""
    return re.sub(r"[^A-Za-z0-9_+-]+", "-", text).strip("-") or "-"
