"""A base-size model above the large model of the same family, on the same task of the same table."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published, place
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "smaller above larger"
MARGIN = 1.0


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Every base-size cell more than one point above a large one."""
    pairs = [(small, large) for small in table.cells for large in table.row_cells(small.row) if _above(small, large)]
    if pairs:
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(small) for small, _ in pairs),
            arithmetic=tuple(
                f"{place(small)}: {small.text} with {small.model}; {large.column}: {large.text} with {large.model}"
                for small, large in pairs
            ),
            severity="question",
            shows="A base-size model is more than one point above the large model of its family on the same task, in the same table.",
            does_not_show="That either number is wrong: the larger model's is cited from others and may come from another setting (fewer "
            "labels, another split).",
        )


def _above(small: PublishedCell, large: PublishedCell) -> bool:
    if small.value is None or large.value is None or (small.task, small.metric) != (large.task, large.metric):
        return False
    family, _, size = small.model.lower().rpartition("-")
    return size == "base" and large.model.lower() == f"{family}-large" and small.value - large.value > MARGIN
