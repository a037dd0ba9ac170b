"""The tables of a release: runs, predictions of single examples, test sets and environments, as parquet files, one per task.

No table holds a text of a data set: an example is named by a hash of its content.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.records.frame import COLUMNS, ResultsFolder
from benchmark.records.record import RunRecord
from benchmark.records.spec import ADDED_IN_2, canonical
from benchmark.records.store import RecordStore
from reports.output_files import file_name
from reports.release.origins import Origins

if TYPE_CHECKING:
    import pyarrow as pa

LEVEL = 9  # zstd
Row = dict[str, Any]


@dataclass(frozen=True)
class ReleaseColumn:
    """A column: its name, its type (`string`, `int64`, `double` or `bool`) and what it holds."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class ReleaseTable:
    """A table of a release.

    Args:
        name: of the table and of its folder.
        description: what a row is.
        columns: in their order.
        files: path -> bytes of a parquet file.
        rows: of all files.
    """

    name: str
    description: str
    columns: tuple[ReleaseColumn, ...]
    files: Mapping[str, bytes]
    rows: int


def _columns(type: str, **described: str) -> list[ReleaseColumn]:
    return [ReleaseColumn(name, type, text) for name, text in described.items()]


def _in_order(columns: Iterable[ReleaseColumn]) -> tuple[ReleaseColumn, ...]:
    """In the order of the results frame, what it lacks at the end."""
    place = {name: number for number, name in enumerate(COLUMNS)}
    return tuple(sorted(columns, key=lambda column: place.get(column.name, len(place))))


KEY = "SHA-256 of the run's spec in canonical JSON (sorted keys, no spaces): the identity of the run."
RECORDS = _in_order(
    [
        *_columns(
            "string",
            suite="Suite of the plan that the run belongs to; empty for a run without a plan.",
            profile="Profile of that plan; `*` behind it: an option overrides it.",
            protocol="`honest`, or `paper` for what the papers did.",
            task="Name of the task.",
            task_source="Where its rows were read: `hub`, `mirror`, `file` or `embedded` (generated stand-in).",
            partial="Parts of the task that had fewer rows than the original: `train`, `test`, `train+test` or empty.",
            method="Registered name of the method.",
            variant="Name of the arm in the suite: a method with parameters.",
            role="`arm`, `tuned` for an arm with the setting that a search chose, or `trial` for a setting that a search tried.",
            shots="Labelled training examples: a number, `16/class`, `50%`, `all`, or `tail:RATIO:LARGEST`.",
            noise_kind="Noise in the cell; empty for none.",
            noise_where="Which examples it falls on: `train`, `test` or `both`.",
            noise_size="`replace`, or `add:N` for N noised copies beside the original.",
            sampler="How batches are drawn: `natural`, or `pk:P,K` for P classes with K examples each.",
            unlabelled="Unlabelled texts that the cell offers: a number or `pool`.",
            encoder="Encoder; empty for a method without one.",
            device="`cpu` or `cuda`.",
            precision="`fp32` or `bf16`.",
            key=KEY,
            setting="Identifier of the spec without its seeds: runs that differ in nothing else share it.",
            status="`done`, `failed`, `timeout`, `killed`, or `missing` for a planned run without a record.",
            error_type="Class of the error of a run that did not finish; its message stays in the archive.",
            metric="Primary metric of the task.",
            metrics="JSON: all metrics on the test set by name.",
            params="JSON: all hyper-parameters.",
            alarms="JSON: what a reader must know of the run, such as `at or below majority`.",
            diagnostics="JSON: phase -> what was measured during training (sizes and gradient norms of the terms, drift).",
            transfer="JSON: further test set -> number of rows and metrics; nothing is selected by them.",
            env_id="Environment of the run, a row of the table `environments`.",
            testset="SHA-256 of the stored test set, as in the table `testsets`.",
            split="SHA-256 of the stored split, which the archive of the results holds.",
            commit="Commit of the code; ` with changes` where the working tree differed from it.",
            spec="JSON: the spec that the key is made of.",
        ),
        *_columns(
            "int64",
            trial="Number of the setting in a search.",
            split_seed="Decides which rows train, which select, and what the noise touches.",
            seed="Root of initialisation, batch order and dropout; null for a method that draws nothing in training.",
            init_seed="Root of the initialisation alone, in a crossed design.",
            n_train="Training examples.",
            n_dev="Development examples.",
            n_test="Test examples.",
            n_unlabelled="Unlabelled texts on offer.",
            labels_used="Training and development labels together.",
            pool_size="Training rows that a draw may take.",
            n_test_cut="Test texts that were longer than the encoder reads, and lost their end.",
            threads="Threads of the run.",
            forward_examples="Forward example passes of all phases.",
            backward_examples="Backward example passes of all phases.",
        ),
        *_columns(
            "double",
            noise_level="A rate, or a sampling temperature for back-translation.",
            value="Primary metric on the test set, a fraction; null unless done.",
            dev_value="Primary metric on the development set, a fraction.",
            seconds="Training time of all phases, those from the cache with what they cost when they were trained.",
        ),
    ]
)
TASK = ReleaseColumn("task", "string", "Name of the task.")
PREDICTIONS = (
    TASK,
    ReleaseColumn("key", "string", "The run, as in the table `records`."),
    ReleaseColumn("position", "int64", "Place of the example in its test set, from 0."),
    ReleaseColumn("example_id", "string", "16 hex digits made of the example's content: equal examples have equal ids in every run."),
    ReleaseColumn("prediction", "int64", "Predicted class."),
)
CORRECT = ReleaseColumn("correct", "bool", "Whether the predicted class is the gold label.")
TESTSETS = (
    TASK,
    ReleaseColumn("testset", "string", "SHA-256 of the stored test set."),
    ReleaseColumn("position", "int64", "Place of the example in the test set, from 0."),
    ReleaseColumn("example_id", "string", "16 hex digits made of the example's content."),
)
LABELS = (
    ReleaseColumn("label", "int64", "Gold label: number of the class. The terms of the data set hold for it."),
    ReleaseColumn("label_name", "string", "Name of that class."),
)
ENVIRONMENTS = (
    ReleaseColumn("env_id", "string", "SHA-256 of the environment, as in the table `records`."),
    ReleaseColumn("content", "string", "JSON: versions of libraries and Python, operating system, model of the processor or GPU, flags."),
)


@dataclass(frozen=True)
class ReleaseSource:
    """What the tables are made of: a folder, read once; its store; its records; and whether gold labels may be in them."""

    found: ResultsFolder
    store: RecordStore
    origins: Origins
    labels: bool = True

    def rows(self) -> Iterator[Row]:
        """The rows of `records`, in the order of the results frame."""
        for row in self.found.rows:
            record = self.origins.records.get(row["key"])
            yield {**row, "error_type": str(row.get("error") or "").partition(":")[0], **(_recorded(record) if record else {})}

    def by_task(self) -> dict[str, list[RunRecord]]:
        """Task -> its finished runs in the order of keys, each once."""
        believed = sorted(key for key in self.found.runs)
        tasks: dict[str, list[RunRecord]] = defaultdict(list)
        for record in (self.origins.records[key] for key in believed):
            tasks[record.spec.task.name].append(record)
        return dict(sorted(tasks.items()))


def _recorded(record: RunRecord) -> Row:
    exclude = ADDED_IN_2 if record.spec.version == 1 else None
    return {
        "testset": record.testset,
        "split": record.split,
        "commit": "" if record.git is None else f"{record.git.commit}{' with changes' if record.git.dirty else ''}",
        "spec": canonical(record.spec.model_dump(mode="json", exclude=exclude)),
    }


def release_tables(source: ReleaseSource) -> tuple[ReleaseTable, ...]:
    """The four tables. Equal results give equal bytes."""
    tasks = source.by_task()
    testsets = {
        sha: source.store.get_shared("testsets", sha)
        for sha in sorted({record.testset for records in tasks.values() for record in records if record.testset})
    }
    used = {task: sorted({record.testset for record in records if record.testset}) for task, records in tasks.items()}
    return (
        _records(source),
        _table("predictions", "One test example of one finished run.", _predictions_columns(source), _predictions(source, tasks, testsets)),
        _table("testsets", "One example of a test set.", _testset_columns(source), _testsets(source, used, testsets)),
        _environments(source),
    )


def _records(source: ReleaseSource) -> ReleaseTable:
    tasks: dict[str, list[Row]] = defaultdict(list)
    for row in source.rows():
        tasks[str(row["task"])].append(row)
    parts = ((task, {column.name: [row.get(column.name) for row in rows] for column in RECORDS}) for task, rows in sorted(tasks.items()))
    return _table("records", "One planned run of a suite, profile and protocol, finished or not.", RECORDS, parts)


def _predictions_columns(source: ReleaseSource) -> tuple[ReleaseColumn, ...]:
    return (*PREDICTIONS, CORRECT) if source.labels else PREDICTIONS


def _testset_columns(source: ReleaseSource) -> tuple[ReleaseColumn, ...]:
    return (*TESTSETS, *LABELS) if source.labels else TESTSETS


def _predictions(source: ReleaseSource, tasks: Mapping[str, list[RunRecord]], testsets: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    """One task after the other: a study has millions of predictions."""
    yield from ((task, _predicted(source, records, testsets)) for task, records in tasks.items())


def _predicted(source: ReleaseSource, records: Iterable[RunRecord], testsets: Mapping[str, Row]) -> Row:
    names = [column.name for column in _predictions_columns(source)]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for record in records:
        if record.predictions is None or record.testset is None:
            continue
        ids, testset = record.predictions.ids(), testsets[record.testset]
        columns["task"] += [record.spec.task.name] * len(ids)
        columns["key"] += [record.key] * len(ids)
        columns["position"] += range(len(ids))
        columns["example_id"] += testset["ids"]
        columns["prediction"] += ids
        if source.labels:
            columns["correct"] += [predicted == gold for predicted, gold in zip(ids, testset["labels"], strict=True)]
    return columns


def _testsets(source: ReleaseSource, used: Mapping[str, list[str]], testsets: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    for task, shas in used.items():
        columns: dict[str, list[Any]] = {column.name: [] for column in _testset_columns(source)}
        for sha in shas:
            testset = testsets[sha]
            columns["task"] += [task] * len(testset["ids"])
            columns["testset"] += [sha] * len(testset["ids"])
            columns["position"] += range(len(testset["ids"]))
            columns["example_id"] += testset["ids"]
            if source.labels:
                columns["label"] += testset["labels"]
                columns["label_name"] += [testset["label_names"][label] for label in testset["labels"]]
        yield task, columns


def _environments(source: ReleaseSource) -> ReleaseTable:
    ids = sorted({record.env_id for record in source.origins.records.values()} - {""})
    content = [canonical(source.store.get_shared("environments", env_id)) for env_id in ids]
    parts = [("environments", {"env_id": ids, "content": content})]
    return _table("environments", "An environment that runs were made in.", ENVIRONMENTS, parts)


def _table(name: str, description: str, columns: tuple[ReleaseColumn, ...], parts: Iterable[tuple[str, Row]]) -> ReleaseTable:
    """A table whose parts (a task, and column -> values) are one file each."""
    import pyarrow as pa

    fields = [pa.field(column.name, pa.type_for_alias(column.type), metadata={"description": column.description}) for column in columns]
    files, rows = {}, 0
    for part, values in parts:
        table = pa.table(values, schema=pa.schema(fields))
        files[f"{name}/{file_name(part, '.parquet')}"] = _parquet(table)
        rows += table.num_rows
    return ReleaseTable(name, description, columns, files, rows)


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=LEVEL)
    return buffer.getvalue()
