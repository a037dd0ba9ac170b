"""What the stated selection of runs does by itself, when both arms have equal means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reports.audit.finding import Finding, Published, Severity, listed, place
from reports.audit.top_of_many import kept, lift, shrinkage
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "selection of runs"
CORRELATIONS = (0.5, 0.7, 0.9, 1.0)  # between validation and test score over the runs of one arm


class Inflation(NamedTuple):
    """What selection gives the method over the baseline when the means over all runs are equal, per correlation (in points)."""

    cell: PublishedCell
    printed: float
    expected: tuple[float, ...]

    @property
    def matters(self) -> bool:
        """Whether it can be half of the printed gain or more."""
        return self.printed > 0 and max(self.expected) >= self.printed / 2


def inflation(cell: PublishedCell, base: PublishedCell) -> Inflation | None:
    """The gain from selection alone. The arm with the larger spread gains more. None where the selection or a spread is not stated."""
    chosen = cell.selection
    if chosen.rule != "top" or base.selection != chosen or cell.value is None or base.value is None:
        return None
    if chosen.keep is None or chosen.of is None or chosen.keep < 2 or cell.spread is None or base.spread is None:
        return None
    keep, of, more = chosen.keep, chosen.of, cell.spread - base.spread
    return Inflation(cell, cell.value - base.value, tuple(lift(more, keep, of, rho) for rho in CORRELATIONS))


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """For `top k of n`: the expected gain of selection. For `best on the test set`: say that it cannot be computed."""
    found = [done for cell in table.cells if (base := table.base(cell)) and (done := inflation(cell, base))]
    if matters := [one for one in found if one.matters]:
        yield _top(table, matters, "question")
    if rest := [one for one in found if not one.matters]:
        yield _top(table, rest, "note")
    if best := [cell for cell in table.cells if cell.selection.rule == "best-test" and cell.known]:
        yield _best_test(table, best)


def _top(table: PublishedTable, found: list[Inflation], severity: Severity) -> Finding:
    keep, of = found[0].cell.selection.keep or 1, found[0].cell.selection.of or 1
    rule = (
        f"kept runs lie on average {kept(keep, of).mean:.3f} standard deviations above the mean by validation score; their test spread is "
        + listed([f"{shrinkage(keep, of, rho):.2f}" for rho in CORRELATIONS])
        + f" of the full one at correlation {listed([f'{rho:g}' for rho in CORRELATIONS])}"
    )
    lines = [
        f"{place(one.cell)}: printed gain {one.printed:+.1f}; selection alone, at equal means: "
        + ", ".join(f"{gain:+.1f} at {rho:g}" for gain, rho in zip(one.expected, CORRELATIONS, strict=True))
        for one in found
    ]
    shows = {
        "question": "In these cells the method's kept runs spread more than the baseline's, and keeping the best runs of a wider "
        "distribution raises its mean more. That alone can give half of the printed gain or more while the means over all runs are equal.",
        "note": "In these cells selection alone gives less than half of the printed gain, at any of the correlations.",
    }[severity]
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(one.cell) for one in found),
        arithmetic=(f"{found[0].cell.selection}, normal scores: {rule}", *lines),
        severity=severity,
        shows=shows,
        does_not_show="That the means over all runs are equal: only all runs can show that. A spread of few kept runs is a rough guess of "
        "the spread of all, the correlation is not known, and scores need not be normal.",
    )


def _best_test(table: PublishedTable, cells: list[PublishedCell]) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(place(cell) for cell in cells),
        arithmetic=(f"selection: {cells[0].selection}, for all {len(cells)} cells",),
        severity="question",
        shows="Each number is the best of several test results, so it is above what one result chosen on other data would give.",
        does_not_show="By how much (that needs the spread over epochs, which is not printed), or that the order of the methods changes: "
        "the same rule holds for all rows.",
    )
