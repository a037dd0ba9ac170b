"""A figure as SVG text and as PNG bytes, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from reports.figures.style import RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
# Places in points: two decimals are finer than any eye, and halve the file. Factors of scale keep all of theirs.
_PLACES = re.compile(rb' (?:d|x|y)="[^"]*"')
_LONG = re.compile(rb"(\d\.\d\d)\d+")


def svg(figure: Figure) -> bytes:
    """SVG without a date. Letters stay letters: small, searchable, and in the reader's own sans-serif where ours is not there."""
    drawn = _saved(figure, "svg", {"Date": None, "Creator": None})
    return _PLACES.sub(lambda place: _LONG.sub(rb"\1", place[0]), drawn)


def png(figure: Figure) -> bytes:
    """PNG at 150 dots per inch."""
    return _saved(figure, "png", {"Software": None})


def _saved(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({**RC, "svg.fonttype": "none"}):
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    figure.set_layout_engine("none")  # where everything stands is known now: finding it takes half of the time
    return buffer.getvalue()
