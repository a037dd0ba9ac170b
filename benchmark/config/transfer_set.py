"""Further test sets of a task: rows that a trained predictor is scored on, and that nothing is ever selected by."""

from __future__ import annotations

from pydantic import Field, model_validator

from benchmark.config.task import SplitNames, TaskConfig
from benchmark.records.spec import Frozen


class TransferSetConfig(Frozen):
    """A further test set, without its rows.

    Args:
        hub, config, revision, mirror: where the rows come from, as for a task.
        split: the source's split that is scored.
        text, label: its columns.
        label_names: the source's own label names.
        labels: the source's label name -> the task's; rows of other labels are left out. Empty: the names are the task's.
        outside: the source's labels that are no class of the task: the set then asks whether the predictor knows what it does not know.
        threshold_split: for a set with `outside`: the split on which the threshold on the predictor's confidence is set.
        most: at most this many rows, class by class, the same for every run.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    title: str = ""
    hub: str | None = None
    config: str = "default"
    revision: str | None = Field(None, pattern=r"^[0-9a-f]{40}$")
    mirror: str | tuple[str, ...] | None = None
    split: str = "test"
    text: tuple[str, ...] = Field(("text",), min_length=1, max_length=2)
    label: str = "label"
    label_names: tuple[str, ...] = Field(min_length=2)
    labels: dict[str, str] = Field(default_factory=dict)
    outside: tuple[str, ...] = ()
    threshold_split: str | None = None
    most: int | None = Field(None, gt=0)
    licence: str = ""
    citation: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> TransferSetConfig:
        if unknown := sorted({*self.labels, *self.outside} - set(self.label_names)):
            raise ValueError(f"{', '.join(unknown)} is not among label_names")
        if bool(self.outside) != (self.threshold_split is not None):
            raise ValueError("outside and threshold_split are given together")
        return self

    @property
    def as_task(self) -> TaskConfig:
        """What a source needs to know to read the rows."""
        fields = self.model_dump(include={"name", "hub", "config", "revision", "mirror", "text", "label", "label_names"})
        return TaskConfig(**fields, splits=SplitNames(train=self.split, test=self.split))
