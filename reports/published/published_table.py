"""What a published table is, once read: a grid of cells, each of which says what its number is and where it was seen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from benchmark.records.spec import Frozen, NoiseSpec

State = Literal["number", "range", "text", "unknown", "absent"]
Confidence = Literal["verified", "secondary", "doubtful"]
SpreadKind = Literal["sd", "se", "unknown"]


class Selection(Frozen):
    """Which of the runs a printed number is made from.

    Args:
        rule: `all` runs; the `top` `keep` of `of` runs by `by`; `best-test` epoch or run (selected on the test set); a `single` run;
            or `unknown`.
        by: what the runs were ranked by.
    """

    rule: Literal["all", "top", "best-test", "single", "unknown"] = "unknown"
    keep: int | None = Field(None, gt=0)
    of: int | None = Field(None, gt=0)
    by: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Selection:
        if self.rule == "top" and (self.keep is None or self.of is None or self.keep > self.of):
            raise ValueError("`top` needs `keep` and `of`, and cannot keep more than there are")
        return self

    def __str__(self) -> str:
        match self.rule:
            case "top":
                return f"top {self.keep} of {self.of} by {self.by}"
            case "best-test":
                return f"best on the test set{f' ({self.by})' if self.by else ''}"
            case "all":
                return f"all {self.of} runs" if self.of else "all runs"
            case "single":
                return "a single run"
        return "unknown"


class Fill(Frozen):
    """Which of our runs fill the table, and which make the comparison *direct* rather than *conceptual*.

    Args:
        suite: the suite whose cells are meant; None: no suite of ours fills this table.
        protocol: the protocol that repeats the paper's.
        profiles: the profiles that run the paper's own model. Any other profile is a conceptual replication.
        encoder: our name of that model.
        note: what is still different even then.
    """

    suite: str | None = None
    protocol: Literal["honest", "paper"] = "paper"
    profiles: tuple[str, ...] = ()
    encoder: str | None = None
    note: str = ""


class PublishedCell(Frozen):
    """One printed number.

    Args:
        row, column: ids within the table.
        text: as printed, or as transcribed (`?` where the reading is doubtful).
        state: `number`; `range` from `value` to `upper`; `text`: words or a list; `unknown`: printed, but not seen by us; `absent`: not
            printed.
        value: in the table's unit; None unless `number` or `range`.
        spread, spread_kind: what follows the plus-minus; both None where nothing does. `unknown`: the paper does not say which spread.
        n: numbers behind the mean (after selection); None: the paper does not say.
        task, shots, noise: our notation of the cell; None: no one task (an average), or the paper does not say.
        arm: the arm of our suites that corresponds; None: we have none.
        mean_of: columns of the same row that this cell is printed as the average of: such a cell is no cell of one of our grids.
        test_size: examples of the test set; None: not known. `test_size_from`: how we know. `test_size_also`: other possible sizes.
        p, p_against: a printed p-value and the row that the cell was compared with.
        encoder: our name of `model`; None: we have none.
    """

    row: str
    column: str
    text: str
    state: State
    value: float | None = None
    upper: float | None = None
    spread: float | None = None
    spread_kind: SpreadKind | None = None
    n: int | None = None
    task: str | None = None
    shots: str | None = None
    noise: NoiseSpec | None = None
    arm: str | None = None
    method: str = ""
    metric: str = "accuracy"
    split: str = "unknown"
    selection: Selection = Selection()
    model: str = "unknown"
    encoder: str | None = None
    mean_of: tuple[str, ...] = ()
    test_size: int | None = None
    test_size_from: str = ""
    test_size_also: tuple[int, ...] = ()
    p: float | None = None
    p_against: str | None = None
    source: str
    confidence: Confidence

    @property
    def known(self) -> bool:
        """Whether there is one number."""
        return self.state == "number"


class PublishedRow(Frozen):
    """One row: its id, the cells of its head in print, and its arm of ours (or None)."""

    id: str
    labels: tuple[str, ...]
    arm: str | None = None


class PublishedColumn(Frozen):
    """One column: its id and its head in print."""

    id: str
    label: str


class PublishedTable(Frozen):
    """A table of a paper, in the paper's order of rows and columns.

    Args:
        key: `paper/name`.
        number: how the paper numbers it, for each version seen.
        kind: `scores` (per-cell results), `claims` (headline sentences with numbers) or `parameters` (settings, not results).
        unit: unit of `value`; `points` are differences of percentages.
        decimals: the paper's rounding; None: mixed, see each cell's text.
        heads: heads of the columns that hold the row labels.
        baseline: the arm that the paper's gains are over.
        reference: whether it holds plain fine-tuning by an independent source, against which baselines are checked.
        p_label: label of the rows that hold p-values in print; "" where none are printed.
    """

    key: str
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
    fill: Fill = Fill()
    notes: tuple[str, ...] = ()
    rows: tuple[PublishedRow, ...]
    columns: tuple[PublishedColumn, ...]
    cells: tuple[PublishedCell, ...]

    @model_validator(mode="after")
    def _whole(self) -> PublishedTable:
        wanted = [(row.id, column.id) for row in self.rows for column in self.columns]
        if len(set(wanted)) < len(wanted):
            raise ValueError(f"{self.key}: two rows or two columns have the same id")
        if [(cell.row, cell.column) for cell in self.cells] != wanted:
            raise ValueError(f"{self.key}: the cells are not exactly rows times columns, row by row")
        return self

    def cell(self, row: str, column: str) -> PublishedCell:
        """The cell at a row id and a column id. KeyError where there is none."""
        for cell in self.cells:
            if (cell.row, cell.column) == (row, column):
                return cell
        raise KeyError((row, column))

    def row_cells(self, row: str) -> tuple[PublishedCell, ...]:
        """The cells of one row, in the order of the columns."""
        return tuple(cell for cell in self.cells if cell.row == row)

    def base(self, cell: PublishedCell) -> PublishedCell | None:
        """The baseline's cell to set beside `cell`: same task, shots, noise, model, metric and average. None where there is none, for the
        baseline itself, and for a cell that is not printed."""
        if self.baseline is None or cell.arm == self.baseline or cell.state == "absent":
            return None
        same = ("task", "shots", "noise", "model", "metric", "mean_of")
        for other in self.cells:
            if other.arm == self.baseline and all(getattr(other, name) == getattr(cell, name) for name in same):
                return other
        return None
