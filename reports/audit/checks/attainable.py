"""Whether a printed accuracy can be a number of right answers out of the stated number of test examples (a GRIM check)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from reports.audit.finding import Finding, Published, place
from reports.audit.printed import SLACK, decimals, half_unit
from reports.published.published_table import PublishedCell, PublishedTable

NAME = "attainable accuracy"
MOST_RUNS = 50


def attainable(percent: float, half: float, examples: int, runs: int = 1) -> bool:
    """Whether a count of right answers, out of `examples` in each of `runs` runs, has a share that rounds to `percent` +- `half`.

    Rounding half up and half to even are both allowed.
    """
    right = round(percent * examples * runs / 100)
    return any(abs(100 * near / (examples * runs) - percent) <= half + SLACK for near in (right - 1, right, right + 1))


def truncated(percent: float, half: float, examples: int) -> bool:
    """Whether a count has a share whose digits, cut off without rounding, are `percent`."""
    right = math.ceil(percent * examples / 100 - SLACK)
    return bool(0 <= 100 * right / examples - percent + SLACK < 2 * half)


def runs_needed(percent: float, half: float, examples: int) -> int | None:
    """The smallest number of runs whose average can be `percent`; None above 50."""
    return next((runs for runs in range(1, MOST_RUNS + 1) if attainable(percent, half, examples, runs)), None)


def checkable(cell: PublishedCell) -> bool:
    """Whether the check can say anything: one accuracy of known precision, and fewer possible values than printable ones."""
    if cell.value is None or not cell.known or cell.metric != "accuracy" or cell.mean_of or cell.test_size is None:
        return False
    return cell.test_size * (cell.n or 1) < 100 * int(10 ** decimals(cell.text))


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Check every accuracy whose test size is known, for one run or for the stated number of runs."""
    if table.unit != "percent" or table.kind != "scores":
        return
    cells = [cell for cell in table.cells if checkable(cell)]
    impossible = [cell for cell in cells if not _possible(cell)]
    if impossible:
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(cell) for cell in impossible),
            arithmetic=tuple(_line(cell) for cell in impossible),
            severity="question",
            shows=f"{len(impossible)} of {len(cells)} accuracies that can be checked are no number of right answers out of the "
            "stated test set, for the number of runs that is stated (one where none is). They are averages, or come from another "
            "test set, or from another rule of rounding, which the table does not say.",
            does_not_show="That a number is wrong: an average of several runs is a usual thing to print.",
        )
    if possible := [cell for cell in cells if cell not in impossible]:
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(place(cell) for cell in possible),
            arithmetic=tuple(f"{place(cell)}: {_count(cell)}" for cell in possible),
            severity="note",
            shows=f"{len(possible)} of {len(cells)} accuracies are possible for the stated test set.",
            does_not_show="Much where the test set is large: most printable values are then possible.",
        )


def _possible(cell: PublishedCell) -> bool:
    assert cell.value is not None
    assert cell.test_size is not None
    return attainable(cell.value, half_unit(cell), cell.test_size, cell.n or 1)


def _count(cell: PublishedCell) -> str:
    assert cell.value is not None
    assert cell.test_size is not None
    examples = cell.test_size * (cell.n or 1)
    chance = min(1.0, (examples + 1) / (100 * 10 ** decimals(cell.text) + 1))
    text = cell.text.partition(" ")[0]
    return f"{text} = {round(cell.value * examples / 100)} of {examples} (by chance {chance:.0%} of printable values are possible)"


def _line(cell: PublishedCell) -> str:
    assert cell.value is not None
    assert cell.test_size is not None
    size, half, digits = cell.test_size, half_unit(cell), max(decimals(cell.text), 2)
    below = math.floor(cell.value * size / 100)
    near = f"{below} ({100 * below / size:.{digits}f}) and {below + 1} ({100 * (below + 1) / size:.{digits}f})"
    line = f"{place(cell)}: {cell.text.partition(' ')[0]} lies between {near} of {size}"
    for other in cell.test_size_also:
        line += f"; {'possible' if attainable(cell.value, half, other) else 'impossible'} for {other} examples too"
    if truncated(cell.value, half, size):
        line += "; possible if cut off instead of rounded"
    runs = runs_needed(cell.value, half, size)
    return line + (f"; possible as an average of {runs} runs" if runs else f"; no average of up to {MOST_RUNS} runs gives it")
