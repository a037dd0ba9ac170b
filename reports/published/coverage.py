"""The coverage of a published table: which of its cells our suites plan, and for which of them there are results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.config.toml_files import load_suite
from reports.published.published_table import PublishedCell, PublishedTable

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str | None, str | None, str | None, str, float]  # arm, task, shots, kind and level of the noise


def place(cell: PublishedCell) -> Place | None:
    """Where a printed cell stands in our grids; None for averages, cells that are not printed, and what no arm or task of ours can fill."""
    if cell.state == "absent" or cell.mean_of or None in (cell.arm, cell.task, cell.shots):
        return None
    return cell.arm, cell.task, cell.shots, *((cell.noise.kind, cell.noise.level) if cell.noise else ("", 0.0))


def planned(table: PublishedTable) -> int:
    """How many cells of the table the suite that it names plans."""
    if table.fill.suite is None:
        return 0
    suite = load_suite(table.fill.suite)
    noise = {(cell.kind, cell.level) for cell in suite.noise} | ({("", 0.0)} if suite.clean else set())
    arms = {arm.name for arm in suite.arms}
    found = [where for cell in table.cells if (where := place(cell))]
    return sum(arm in arms and task in suite.tasks and shots in suite.shots and tuple(rest) in noise for arm, task, shots, *rest in found)


def filled(table: PublishedTable, frame: pd.DataFrame) -> int:
    """How many cells of the table have at least one finished run in the frame of `benchmark.records.frame.load_results`."""
    done = frame[frame["status"] == "done"]
    noise = zip(done["noise_kind"].fillna("").replace("none", ""), done["noise_level"].fillna(0.0), strict=True)
    there = {(*cell, *kind) for *cell, kind in zip(done["variant"], done["task"], done["shots"], noise, strict=True)}
    return sum(place(cell) in there for cell in table.cells)


def summary(table: PublishedTable, frame: pd.DataFrame | None = None) -> str:
    """One line on a table: number in the paper, title, numbers, and what fills it."""
    known = sum(cell.state in ("number", "range", "text") for cell in table.cells)
    unknown = sum(cell.state == "unknown" for cell in table.cells)
    number = "" if table.number == "unknown" else f"{table.number}: "
    line = f"{number}{table.title}; {known} cells" + (f", {unknown} unknown" if unknown else "")
    count = planned(table)
    line += f"; suite {table.fill.suite} plans {count} of them" if count else "; no suite of ours has its cells"
    return line if frame is None or not count else f"{line}, the results fill {filled(table, frame)}"
