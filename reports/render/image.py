"""A figure as SVG text and as PNG bytes, the same bytes for the same figure."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from reports.figures.style import RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150


def svg(figure: Figure) -> bytes:
    """SVG without a date; letters are drawn as shapes, so that it looks alike everywhere."""
    return _saved(figure, "svg", {"Date": None, "Creator": None})


def png(figure: Figure) -> bytes:
    """PNG at 150 dots per inch."""
    return _saved(figure, "png", {"Software": None})


def _saved(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({**RC, "svg.fonttype": "path"}):
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    figure.set_layout_engine("none")  # where everything stands is known now: finding it takes half of the time
    return buffer.getvalue()
