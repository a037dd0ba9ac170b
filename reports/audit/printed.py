"""What a printed number can stand for: the interval of values that round to it."""

from __future__ import annotations

from decimal import Decimal

from reports.published.published_table import PublishedCell

SLACK = 1e-9  # for binary floating point at the ends of an interval


def decimals(text: str) -> int:
    """Decimals of a printed cell's value: `85.9 +- 2.1` has 1."""
    return len(text.partition(" ")[0].strip("?").partition(".")[2])


def half_unit(cell: PublishedCell) -> float:
    """Half of the last printed digit of the cell's value."""
    return 0.5 * float(10 ** -decimals(cell.text))


def spread_half_unit(cell: PublishedCell) -> float:
    """Half of the last printed digit of the cell's spread."""
    return 0.5 * float(10 ** -decimals(cell.text.rpartition(" ")[2]))


def agree(a: PublishedCell, b: PublishedCell) -> bool:
    """Whether one number can round to both printed values."""
    assert a.value is not None
    assert b.value is not None
    return abs(a.value - b.value) <= half_unit(a) + half_unit(b) + SLACK


def rounding(printed: float) -> tuple[float, float]:
    """The values that round to `printed`, taken to its own significant digits: 5e-10 stands for 4.5e-10 to 5.5e-10."""
    exact = Decimal(repr(printed)).normalize()
    half = float(Decimal(5).scaleb(int(exact.as_tuple().exponent) - 1))
    return printed - half * (1 + SLACK), printed + half * (1 + SLACK)


def significant(p: float) -> str:
    """A p-value in two significant digits."""
    return f"{p:.2g}"
