"""The facts of a release: what its runs are, and the statements about it that card and metadata share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from benchmark.config.task import TaskConfig, load_task
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from benchmark.version import VERSION
from reports.analysis.context import seen_and_redrawn
from reports.release.release_tables import ReleaseSource
from reports.tables.table import counted

NAME = "contrastive-benchmark-results"
LICENCE_URL = "https://spdx.org/licenses/MIT.html"


@dataclass(frozen=True)
class DataSet:
    """A data set behind the results, as its task's file states it; "" where it states nothing.

    Args:
        runs: finished runs on it.
    """

    task: str
    runs: int
    title: str = ""
    source: str = ""
    licence: str = ""
    citation: str = ""


@dataclass(frozen=True)
class ReleaseFacts:
    """What a release says of itself.

    Args:
        version: of this program.
        date: day of the release.
        url: where it can be found; "" where that is not known.
        suites: the suites whose runs are in it.
        data: the data sets, by task.
        encoders: each with what it was pre-trained on, in one line.
        statuses: status -> rows of `records`.
        partial: tasks with fewer rows than the original.
        stand_in: whether generated texts stand in for real ones.
        labels: whether gold labels are in it.
        commits, versions, commands: of the runs.
    """

    version: str
    date: str
    url: str
    suites: tuple[str, ...]
    data: tuple[DataSet, ...]
    encoders: tuple[str, ...]
    statuses: Mapping[str, int]
    partial: tuple[str, ...]
    stand_in: bool
    labels: bool
    commits: tuple[str, ...]
    versions: tuple[str, ...]
    commands: tuple[str, ...]

    @classmethod
    def of(cls, source: ReleaseSource, when: datetime, url: str = "") -> ReleaseFacts:
        """Those of a results folder."""
        rows, origins = source.found.rows, source.origins
        runs = {task: len(records) for task, records in source.by_task().items()}
        return cls(
            version=VERSION,
            date=when.date().isoformat(),
            url=url,
            suites=tuple(sorted({str(row["suite"]) for row in rows} - {""})),
            data=tuple(_data_set(task, runs.get(task, 0)) for task in sorted({str(row["task"]) for row in rows})),
            encoders=tuple(_encoder(name) for name in sorted({str(row["encoder"]) for row in rows} - {""})),
            statuses=dict(sorted(Counter(str(row["status"]) for row in rows).items())),
            partial=tuple(sorted({f"{row['task']} ({row['partial']})" for row in rows if row["partial"]})),
            stand_in=any(plan.stand_in for plan in origins.plans) or any(row["task_source"] == "embedded" for row in rows),
            labels=source.labels,
            commits=origins.commits(),
            versions=origins.versions(),
            commands=origins.commands(),
        )

    @property
    def title(self) -> str:
        """The release in one line."""
        of = f" of {', '.join(self.suites)}" if self.suites else ""
        return f"contrastive-benchmark: results{of}"

    @property
    def description(self) -> str:
        """The release in three sentences."""
        counts = ", ".join(f"{n} {status}" for status, n in self.statuses.items())
        return (
            "Runs of contrastive, adversarial and denoising text classifiers and of the baselines and controls that they must beat, with "
            f"the predicted class of every test example. {counted(len(self.data), 'task')}; runs: {counts}. No text of any data set is "
            "in it."
        )

    @property
    def collection(self) -> str:
        """How the data came to be."""
        return (
            "Every row of `records` is one training run of the program contrastive-benchmark, or a run that was planned and has no record. "
            "The plan was written down before its runs. Scores were computed by the program and were compared with the stored predictions "
            "when this release was made. Nothing was collected from people."
        )

    @property
    def limitations(self) -> tuple[str, ...]:
        """What the data cannot show."""
        said = [
            "Results hold for the encoders, tasks, numbers of labels and training constants of these runs.",
            *(f"Encoder {line}" for line in self.encoders),
            "Scores of one cell are paired by split and seed; runs on one split are not independent of each other.",
            "Numbers of several environments (`env_id`) may differ in their last digits.",
            f"Partial data, fewer rows than the original: {', '.join(self.partial)}." if self.partial else "",
            "STAND-IN: generated texts stand in for real ones in some runs (`task_source` is `embedded`); no verdict follows from them."
            if self.stand_in
            else "",
            f"Missing: {counted(self.statuses['missing'], 'planned run')}." if self.statuses.get("missing") else "",
        ]
        return tuple(text for text in said if text)

    @property
    def biases(self) -> tuple[str, ...]:
        """What leans which way."""
        return (
            "The texts of the tasks are English, most of them reviews, news, questions and spoken commands; label errors and repeated "
            "texts of the original data sets remain in the test sets.",
            "Training constants (steps, learning rates, batch) are the same for all arms of a cell; those of all-MiniLM-L6-v2 were chosen "
            "for plain cross-entropy in a pilot on splits that no result uses. Other parameters are the published defaults unless `role` "
            "and `params` say otherwise.",
        )

    @property
    def use_cases(self) -> tuple[str, ...]:
        """What the data are for, and what they are not for."""
        return (
            "Comparing training objectives with paired statistics, over splits and single examples; checking the reported tables; "
            "comparing a new method with runs that need not be made again; research on evaluation with few labels.",
            "Not for training text classifiers, since no text is in it, nor for ranking products or people.",
        )

    @property
    def personal(self) -> tuple[str, ...]:
        """Personal and sensitive information."""
        labels = " and gold labels" if self.labels else ""
        return (
            f"None is known. There are no texts, only hashes of texts{labels}; who has a data set can find which of its examples a hash "
            "names. Environments hold versions of libraries and the model of the processor, no host, user or path.",
        )

    @property
    def annotation(self) -> tuple[str, ...]:
        """Who labelled what."""
        made = "The gold labels are those of the original data sets, one per example, unchanged; nothing was annotated for this release."
        generated = "Where `task_source` is `embedded`, texts and labels were generated by a grammar, and are no data set's."
        return (made if self.labels else "There are no annotations in it.", *([generated] if self.stand_in and self.labels else []))


def _data_set(task: str, runs: int) -> DataSet:
    try:
        config = load_task(task)
    except UserError:  # a plug-in's, which is not loaded here
        return DataSet(task, runs)
    return DataSet(task, runs, config.title, _source(config), config.licence or "none stated", config.citation)


def _source(config: TaskConfig) -> str:
    if config.hub is None:
        return "no hub repository: " + ", ".join(config.folders)
    return f"{config.hub} ({config.config}){f' at {config.revision[:12]}' if config.revision else ''}"


def _encoder(name: str) -> str:
    try:
        config = load_encoder(name)
    except UserError:  # a user's own, which is not installed here
        return f"{name}: what it was pre-trained on is not known here."
    stated = config.pretrained_on or "pre-training not stated"
    return f"{name} ({config.hub or config.base or 'local'}): {stated}{seen_and_redrawn(config)}."


def size_category(rows: int) -> str:
    """The hub's name for a number of rows."""
    ends: Iterable[tuple[int, str]] = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for end, name in ends if rows < end), "1M<n<10M" if rows < 10_000_000 else "10M<n<100M")
