"""A figure as image files: SVG text and PNG bytes, equal for equal figures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
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
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with _ready(figure) as buffer:
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return _PLACES.sub(lambda place: _LONG.sub(rb"\1", place[0]), buffer.getvalue())


def png(figure: Figure) -> bytes:
    """PNG at 150 dots per inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _ready(figure) as buffer:
        figure.set_dpi(DPI)
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


@contextmanager
def _ready(figure: Figure) -> Iterator[io.BytesIO]:
    """The canvas is asked directly: `savefig` draws everything twice, once only to lay it out, and drawing lays out too."""
    import matplotlib as mpl

    with mpl.rc_context({**RC, "svg.fonttype": "none"}):
        yield io.BytesIO()
    figure.set_layout_engine("none")  # where everything stands is known now: finding it takes half of the time
