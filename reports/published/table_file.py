"""The shape of a table file: facts shared by all cells, then columns, then rows with their cells. What stands nearer to a cell wins."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from benchmark.records.spec import Frozen, NoiseSpec
from reports.published.published_table import Confidence, Fill, Selection, SpreadKind


class CellFacts(Frozen):
    """What may be said of all cells, of a column or of a row. The fields are those of `PublishedCell`; `unknown` stands for None."""

    task: str | None = None
    shots: str | None = None
    noise: NoiseSpec | None = None
    arm: str | None = None
    method: str | None = None
    metric: str | None = None
    split: str | None = None
    selection: Selection | None = None
    model: str | None = None
    encoder: str | None = None
    n: int | Literal["unknown"] | None = None
    spread_kind: SpreadKind | None = None
    test_size: int | Literal["unknown"] | None = None
    test_size_from: str | None = None
    test_size_also: tuple[int, ...] | None = None
    p_against: str | None = None
    mean_of: tuple[str, ...] | None = None
    source: str | None = None
    confidence: Confidence | None = None

    def told(self) -> dict[str, Any]:
        """The facts that the file states."""
        found = {name: getattr(self, name) for name in CellFacts.model_fields if name in self.model_fields_set}
        return {name: None if value == "unknown" and name in ("n", "test_size") else value for name, value in found.items()}


class ColumnFile(CellFacts):
    """A column: id (default: its label), label, facts. `cited`: results of others, so that the row's model and test set are not theirs."""

    label: str
    id: str = ""
    cited: bool = False


class RowFile(CellFacts):
    """A row: the labels of its head, its cells as printed, p-values printed for it, a metric per column where it has its own, facts."""

    id: str
    labels: tuple[str, ...] = Field(min_length=1)
    cells: tuple[str, ...]
    p: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()


class TableFile(Frozen):
    """A whole file; the fields are those of `PublishedTable`."""

    paper: str
    citation: str
    title: str
    number: str
    caption: str
    kind: Literal["scores", "claims", "parameters"] = "scores"
    unit: Literal["percent", "points", "none"] = "percent"
    decimals: int | None = None
    heads: tuple[str, ...] = ("",)
    baseline: str | None = None
    reference: bool = False
    p_label: str = ""
    notes: tuple[str, ...] = ()
    fill: Fill = Fill()
    all: CellFacts
    columns: tuple[ColumnFile, ...] = Field(min_length=1)
    rows: tuple[RowFile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rectangle(self) -> TableFile:
        for row in self.rows:
            wide = len(self.columns)
            if len(row.cells) != wide or not {len(row.p), len(row.metrics)} <= {0, wide}:
                raise ValueError(
                    f"row {row.id!r} has {len(row.cells)} cells, {len(row.p)} p-values and {len(row.metrics)} metrics for {wide} columns"
                )
            if len(row.labels) != len(self.heads):
                raise ValueError(f"row {row.id!r} has {len(row.labels)} labels for {len(self.heads)} heads")
        return self
