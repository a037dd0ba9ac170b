"""What a run leaves behind: its spec, what it scored, what it cost, and what a reader must know. One JSON file per run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from benchmark.records import prediction_codec
from benchmark.records.error_text import one_line, printable, trace, without_paths
from benchmark.records.jsonable import jsonable
from benchmark.records.spec import Frozen, RunSpec

RECORD_VERSION = 2
WORKER_DIED = "WorkerDied"  # the error's type of a run whose process died under it twice
Status = Literal["done", "failed", "timeout", "killed"]
JsonObject = Annotated[dict[str, Any], BeforeValidator(jsonable)]
Metrics = Annotated[dict[str, float | None], BeforeValidator(jsonable)]


class Failure(Frozen):
    """Why a run did not finish. No absolute path is kept.

    Args:
        type: the error's class.
        message: the error's own words.
        cause: type and message of the error that it was raised from, if any, in one line.
        traceback: where it came from.
    """

    type: str
    message: str
    cause: str = ""
    traceback: str = ""

    @field_validator("type", "message", "cause", "traceback")
    @classmethod
    def _safe(cls, text: str) -> str:
        return printable(without_paths(text))

    def __str__(self) -> str:
        """Type and message in one line, the message's first line first."""
        return one_line(f"{self.type}: {self.message}{f' (caused by {self.cause})' if self.cause else ''}")

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """The failure that an exception makes."""
        return cls(type=type(error).__name__, message=str(error)[:1000], cause=_cause(error), traceback=trace(error))


def _cause(error: BaseException) -> str:
    """The innermost error that this one was raised from; errors that came up while it was handled are none unless nothing else is given."""
    cause, seen = error, {id(error)}
    while (further := cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)) is not None and id(
        further
    ) not in seen:
        cause = further
        seen.add(id(cause))
    return "" if cause is error else one_line(f"{type(cause).__name__}: {cause}")


class Predictions(Frozen):
    """Predicted class of every example of a set, in the order of the set, packed.

    Args:
        classes: number of classes K.
        n: number of examples.
        packed: the class ids as blocks of base-K digits, compressed with zlib, as base85 text (`benchmark/records/prediction_codec.py`).
    """

    classes: int = Field(gt=0)
    n: int = Field(ge=0)
    packed: str

    @classmethod
    def of(cls, ids: Sequence[int], classes: int) -> Predictions:
        """From class ids."""
        return cls(classes=classes, n=len(ids), packed=prediction_codec.pack(ids, classes))

    def ids(self) -> list[int]:
        """The class ids, length n."""
        return prediction_codec.unpack(self.packed, self.n, self.classes)


class PhaseCost(Frozen):
    """What one phase cost and said. For a phase from the cache: what it cost when it was trained.

    Args:
        name: the phase's name.
        key: 64 hex digits that identify what the phase computes; "" for a phase that is not cached.
        seconds: wall-clock.
        forward: forward example passes.
        backward: backward example passes.
        peak_bytes: most memory in use, as far as the device tells.
        cached: whether this run took it from the cache.
        log: what the phase recorded (term sizes, gradient norms, counts).
    """

    name: str
    key: str = ""
    seconds: float = Field(0.0, ge=0)
    forward: int = Field(0, ge=0)
    backward: int = Field(0, ge=0)
    peak_bytes: int = Field(0, ge=0)
    cached: bool = False
    log: JsonObject = Field(default_factory=dict)


class GitState(Frozen):
    """Commit of the code, and whether the working tree differed from it.

    Args:
        commit: 40 hex digits.
        dirty: whether the working tree had changes that were not committed.
    """

    commit: str
    dirty: bool = False


class SideFile(Frozen):
    """A file beside the record.

    Args:
        file: its path within the results folder.
        sha256: of its bytes.
    """

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class TruncatedTexts(Frozen):
    """How many texts of a run were longer than its encoder reads, and lost their end.

    Args:
        train: of the training examples.
        test: of the test examples.
    """

    train: int = Field(0, ge=0)
    test: int = Field(0, ge=0)


class TransferResult(Frozen):
    """What the predictor scores on a further test set, which nothing was selected by.

    Args:
        n: rows of the test set.
        rows: SHA-256 over their ids, texts and labels, in the order of the predictions.
        metrics: fractions by name; for texts of no class AUROC and the threshold protocol.
        predictions: predicted class of every row; None for texts of no class.
    """

    n: int = Field(ge=0)
    rows: str = Field(pattern=r"^[0-9a-f]{64}$")
    metrics: Metrics = Field(default_factory=dict)
    predictions: Predictions | None = None


class RunRecord(Frozen):
    """One run.

    Args:
        version: version of the record's format.
        key: SHA-256 of the canonical spec: the run's identity and the name of its file.
        spec: everything that the predictions depend on.
        status: how the run ended.
        error: why it did not finish; None when it is done.
        primary: name of the metric that tables show.
        metrics: fractions by name, on the test set (None: not a finite number); empty unless done. `primary` names the one in tables.
        dev_metrics: fractions by name, on the development set; nothing that a table compares.
        predictions: predicted class of every test example; None unless done.
        dev_predictions: as `predictions`, on the development set, for a metric that is changed later; None where there is no such set.
        scorer: SHA-256 of the user's metric scripts that the scores come from; "" for built-in metrics alone.
        testset: content hash of the stored test set.
        split: content hash of the stored split.
        n_train: training examples.
        n_dev: development examples.
        n_test: test examples.
        n_unlabelled: unlabelled texts on offer.
        labels_used: training and development labels.
        pool_size: training rows that a draw may take: those whose text is not in the test set. None: not recorded.
        truncated: texts that the encoder did not read whole. None: no encoder, or not recorded.
        transfer: name of a further test set -> what the predictor scores there; empty where none was asked for.
        phases: cost per phase, in order.
        scoring_seconds: prediction and scoring, in no phase.
        alarms: names of what a reader must know of this run, such as collapse; `benchmark/records/alarms.py` says what each means.
        notes: what the split, the noise and the data had to say.
        env_id: content hash of the stored environment: library versions, processor, flags.
        git: commit of the code; None outside a checkout.
        plugin: SHA-256 of the plug-in file, for a method that comes from one.
        probabilities: side file with the class probabilities of the test set, float16 [n, K], where they were kept.
        representations: side file with its pooled vectors, float16 [n, H], where they were kept.
    """

    version: int = RECORD_VERSION
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    spec: RunSpec
    status: Status
    error: Failure | None = None
    primary: str = "accuracy"
    metrics: Metrics = Field(default_factory=dict)
    dev_metrics: Metrics = Field(default_factory=dict)
    predictions: Predictions | None = None
    dev_predictions: Predictions | None = None
    scorer: str = ""
    testset: str | None = None
    split: str | None = None
    n_train: int = Field(0, ge=0)
    n_dev: int = Field(0, ge=0)
    n_test: int = Field(0, ge=0)
    n_unlabelled: int = Field(0, ge=0)
    labels_used: int = Field(0, ge=0)
    pool_size: int | None = Field(None, ge=0)
    truncated: TruncatedTexts | None = None
    transfer: dict[str, TransferResult] = Field(default_factory=dict)
    phases: tuple[PhaseCost, ...] = ()
    scoring_seconds: float = Field(0.0, ge=0)
    alarms: tuple[str, ...] = ()
    notes: JsonObject = Field(default_factory=dict)
    env_id: str = ""
    git: GitState | None = None
    plugin: str | None = None
    probabilities: SideFile | None = None
    representations: SideFile | None = None

    @model_validator(mode="after")
    def _consistent(self) -> RunRecord:
        if self.key != self.spec.key:
            raise ValueError("the key is not that of the spec")
        if (self.status == "done") == (self.error is not None):
            raise ValueError("a run that is done has no error, and any other has one")
        return self

    @property
    def value(self) -> float | None:
        """The primary metric on the test set; None unless done."""
        return self.metrics.get(self.primary) if self.status == "done" else None

    @property
    def dev_value(self) -> float | None:
        """The primary metric on the development set; None unless done."""
        return self.dev_metrics.get(self.primary) if self.status == "done" else None

    @property
    def seconds(self) -> float:
        """Training time: all phases, those from the cache with what they cost when they were trained; never scoring."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def forward(self) -> int:
        """Forward example passes of all phases, those from the cache included."""
        return sum(phase.forward for phase in self.phases)

    @property
    def backward(self) -> int:
        """Backward example passes of all phases, those from the cache included."""
        return sum(phase.backward for phase in self.phases)
