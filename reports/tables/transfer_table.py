"""The table of further test sets: what the same predictors score on rows that nothing was selected by."""

from __future__ import annotations

import json
import statistics
from typing import NamedTuple

from reports.analysis import context
from reports.results.blocks import Block
from reports.results.scored_cell import ScoredCell
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

OUT_OF_SCOPE = ("auroc", "in_scope_accuracy", "out_of_scope_recall")  # what is shown of a set with texts of no class


class _Place(NamedTuple):
    """A column: a cell, one of its further test sets, and a metric."""

    cell: ScoredCell
    name: str
    metric: str


def transfer_table(block: Block) -> Table | None:
    """Mean and sample standard deviation per arm, cell and further test set; None where no run was scored on one."""
    found: dict[tuple[str, _Place], list[float]] = {}
    sizes: dict[_Place, int] = {}
    for (arm, cell), runs in block.runs.items():
        for text in runs.column("transfer"):
            for name, values in json.loads(text).items():
                for metric in OUT_OF_SCOPE if "auroc" in values else (cell.metric,):
                    if (value := values.get(metric)) is not None:
                        place = _Place(cell, name, metric)
                        found.setdefault((arm, place), []).append(float(value))
                        sizes[place] = int(values["n"])
    if not found:
        return None
    places = sorted(sizes)
    rows = [TableRow((words(arm), *(_mean(found.get((arm, place), [])) for place in places))) for arm in block.arms]
    examples = tuple(TableCell(float(sizes[place]), scale=1, digits=0) for place in places)
    return Table(
        name=f"transfer.{block.name}",
        caption=f"Further test sets, in points, mean \N{PLUS-MINUS SIGN} {context.SPREAD}: {block.title}",
        columns=(TableColumn("arm", ("arm",), numeric=False), *(_column(place) for place in places)),
        rows=(*rows, TableRow((words("test examples"), *examples), rule=True, foot=True)),
        header=(*context.header(block), "The predictors are those of the other tables: nothing was trained or selected on these rows."),
        footnotes=(
            "auroc: the highest class probability, texts of a class against texts of none. The other two reject what lies under a "
            "threshold that decides most development rows rightly (Larson et al. 2019): accuracy on texts of a class, and rejected texts "
            "of none.",
        )
        * any(place.metric in OUT_OF_SCOPE for place in places),
    )


def _column(place: _Place) -> TableColumn:
    return TableColumn(f"{place.cell.label} {place.name} {place.metric}", (*place.cell.lines, place.name, place.metric))


def _mean(values: list[float]) -> TableCell:
    if not values:
        return TableCell()
    return TableCell(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None, n=len(values))
