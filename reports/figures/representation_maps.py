"""A map of the test texts' representations per arm (t-SNE), with the numbers that the picture alone would leave to the eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reports.analysis.context import origin
from reports.analysis.geometry import scaled
from reports.figures.style import COLOURS, MARKERS, finish, key, new_figure, plain, shown
from reports.results.blocks import Block
from reports.results.kept_vectors import kept_vectors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 500  # texts of a map: more take long and hide each other


def representation_maps(block: Block) -> Figure | None:
    """One panel per arm, for the first cell whose runs kept their representations; its first kept run each. None where none did."""
    for cell in block.cells:
        found = [(arm, runs) for arm in block.arms if (runs := list(kept_vectors(block, arm, cell)))]
        if found:
            break
    else:
        return None
    found, limit = shown(found)
    figure, axes, _ = new_figure(len(found), height=3.0)
    for one, (arm, runs) in zip(axes, found, strict=False):
        places, labels = flat_map(runs[0].vectors), runs[0].labels[:POINTS]
        for number, label in enumerate(np.unique(labels)):
            mine = places[labels == label]
            colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
            one.scatter(mine[:, 0], mine[:, 1], s=6, alpha=0.7, color=colour, marker=marker, linewidths=0, label=f"class {label}")
        measured = runs[0].geometry
        silhouette = "-" if measured.silhouette is None else f"{measured.silhouette:.2f}"
        alignment = "-" if measured.alignment is None else f"{measured.alignment:.2f}"
        one.set(title=plain(f"{arm}\nsilhouette {silhouette}, align. {alignment}, unif. {measured.uniformity:.2f}"), xticks=[], yticks=[])
    key(figure, axes[: len(found)])
    least = perplexity(len(found[0][1][0].vectors))
    note = (
        f"{limit}t-SNE (perplexity {least:.0f}, seed 0) of up to {POINTS} test texts of {plain(cell.label)}, one run per arm; colours and "
        f"markers are the true classes. Distances on a map mean little: the numbers, of the vectors themselves, do. {origin(block)}"
    )
    return finish(figure, axes, "Representations of the test texts", note, len(found))


def perplexity(texts: int) -> float:
    """30, or less where a map has too few texts for that."""
    return min(30.0, max(2.0, (min(texts, POINTS) - 1) / 3))


def flat_map(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """t-SNE of the first vectors, [m, 2]; the same for equal vectors."""
    from sklearn.manifold import TSNE

    first = scaled(vectors[:POINTS])
    places: NDArray[np.float64] = TSNE(2, perplexity=perplexity(len(vectors)), init="pca", random_state=0).fit_transform(first)
    return places
