"""Tables that plug-ins add to a report: functions from the tidy frame of a block to a data frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmark.extension_points import ExtensionPoint

if TYPE_CHECKING:
    import pandas as pd

    TableFunction = Callable[[pd.DataFrame], "pd.DataFrame | None"]


class ReportTables(ExtensionPoint["TableFunction"]):
    """Table functions by name."""

    def register(self, name: str) -> Callable[[TableFunction], TableFunction]:
        """Decorator of a function that takes the rows of one suite, profile and protocol (the columns of `load_results`) and returns the
        table, or None where it has nothing to show. The first line of its docstring is the caption, the rest a footnote."""

        def keep(function: TableFunction) -> TableFunction:
            self.add(name, function, (function.__module__, function.__qualname__))
            return function

        return keep


report_tables = ReportTables("report_tables")
