"""Whether the method's runs spread less than the baseline's."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published, place
from reports.published.published_table import PublishedTable

NAME = "stability"


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Count the cells in which the method's printed spread is above its baseline's."""
    pairs = [(cell, base) for cell in table.cells if (base := table.base(cell)) and cell.spread is not None and base.spread is not None]
    wider = [(cell, base) for cell, base in pairs if (cell.spread or 0) > (base.spread or 0)]
    if not wider:
        return
    narrower = sum((cell.spread or 0) < (base.spread or 0) for cell, base in pairs)
    yield Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(cell) for cell, _ in wider),
        arithmetic=tuple(f"{place(cell)}: {cell.spread:g} against {base.spread:g} for the baseline" for cell, base in wider),
        severity="note",
        shows=f"The printed spread is larger than the baseline's in {len(wider)} of {len(pairs)} cells and smaller in {narrower}.",
        does_not_show="That the method is less stable: the ratio of two spreads from few runs is very uncertain.",
    )
