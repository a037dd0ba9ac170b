"""Tables of plug-ins (`report_tables`): a data frame, shown as it is."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeGuard

from benchmark.records.frame import report_tables
from reports.results.blocks import Block
from reports.tables.table import Table, TableCell, TableColumn, TableRow, words

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 3


def plugin_tables(block: Block) -> Iterator[Table]:
    """One table for each registered function that has something to show. One that raises leaves a table with its error, no gap."""
    for name in report_tables.plugin_names():
        function = report_tables[name]
        caption, _, rest = (inspect.getdoc(function) or name).partition("\n")
        title = f"{caption.rstrip('.')}: {block.title}"
        notes = tuple(" ".join(part.split()) for part in rest.split("\n\n") if part.strip())
        try:
            frame = function(block.frame.copy())
            made = _table(name, block, title, frame.reset_index(drop=True).to_dict("records"), notes) if _filled(frame) else None
        except Exception as error:
            made = _table(name, block, title, [{"error": f"{type(error).__name__}: {error}"}], ("This table of a plug-in was not made.",))
        if made is not None:
            yield made


def _filled(frame: object) -> TypeGuard[pd.DataFrame]:
    """Whether a function gave a frame with rows; None is nothing to show.

    Raises:
        TypeError: it gave something else, such as a Series.
    """
    import pandas as pd

    if frame is not None and not isinstance(frame, pd.DataFrame):
        raise TypeError(f"the function gave a {type(frame).__name__}; allowed: a pandas DataFrame, or None")
    return frame is not None and len(frame) > 0


def _table(name: str, block: Block, caption: str, rows: list[dict[Any, Any]], notes: tuple[str, ...]) -> Table:
    columns = tuple(TableColumn(str(key), (str(key),), all(_is_number(row[key]) for row in rows)) for key in rows[0])
    cells = tuple(TableRow(tuple(_cell(value) for value in row.values())) for row in rows)
    return Table(f"plugin-{name}.{block.name}", caption, columns, cells, footnotes=notes)


def _cell(value: object) -> TableCell:
    if _is_number(value):
        number = float(value)  # type: ignore[arg-type]
        whole = math.isfinite(number) and number == int(number)
        return TableCell(number, scale=1, digits=0 if whole else DIGITS)
    return words(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
