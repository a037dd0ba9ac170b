"""What a search of k settings can be expected to reach: the curve that says whether a larger budget would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.stats.selection import best_of_k
from reports.analysis.context import origin
from reports.figures.style import finish, key, look, new_figure, plain, shown
from reports.results.blocks import Block

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def best_of_k_settings(block: Block) -> Figure | None:
    """Expected best development score of k of the settings that were tried; one panel per cell. None without a finished search."""
    cells: dict[str, list[dict[str, Any]]] = {}
    for choice in block.design.get("search", {}).get("choices", []):
        if sum(mean is not None for mean in choice["means"]) > 1:
            cells.setdefault(choice["cell"], []).append(choice)
    if not cells:
        return None
    from matplotlib.ticker import MaxNLocator

    kept, limit = shown(list(cells))
    names = list(dict.fromkeys(choice["arm"] for some in cells.values() for choice in some))
    figure, axes, _ = new_figure(len(kept))
    for one, cell in zip(axes, kept, strict=False):
        for choice in cells[cell]:
            expected = best_of_k([mean for mean in choice["means"] if mean is not None]).expected
            style = look(names, choice["arm"])
            values = [100 * value for value in expected]
            one.plot(range(1, len(values) + 1), values, markersize=3, linewidth=1, label=plain(choice["arm"]), **style)
        one.set(title=plain(cell), xlabel="k", ylabel="expected best of k, in points")
        one.xaxis.set_major_locator(MaxNLocator(integer=True))
    key(figure, axes[: len(kept)])
    what = "Mean development score over the tuning splits: unbiased expectation over subsets of the settings that were tried."
    return finish(figure, axes, "Best of k settings", f"{limit}{what} {origin(block)}", len(kept))
