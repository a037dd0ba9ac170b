"""Critical-difference diagram: mean ranks on a line, joined where they cannot be distinguished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.stats.over_tasks.ranks import Ranks
from reports.analysis.context import origin
from reports.figures.style import finish, new_figure, plain, shown
from reports.results.blocks import Block
from reports.tables.across_table import levels, rank_arms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST_TASKS = 5  # ranks over fewer tasks are mostly chance


def critical_difference(block: Block) -> Figure | None:
    """One panel per number of labels and noise with `FEWEST_TASKS` tasks and three arms or more. None where there is none."""
    all_levels = [(level.name, ranked) for level in levels(block) if (ranked := rank_arms(block, level)) is not None]
    ranked_levels = [(name, ranked) for name, ranked in all_levels if ranked.n_tasks >= FEWEST_TASKS]
    if not ranked_levels:
        return None
    kept, limit = shown(ranked_levels)
    found = dict(kept)
    most = max(len(ranked.mean_rank) for ranked in found.values())
    figure, axes, _ = new_figure(len(found), width=4.2, height=1.2 + 0.17 * most)
    for one, (name, ranked) in zip(axes, found.items(), strict=False):
        _panel(one, ranked)
        one.set_title(plain(f"{name}, {ranked.n_tasks} tasks"))
    note = (
        f"{limit}Mean rank over tasks (1 is best); bars join arms within Nemenyi's critical difference. A picture, no test. {origin(block)}"
    )
    return finish(figure, axes, "Ranks across tasks", note, len(found))


def _panel(one: Axes, ranked: Ranks) -> None:
    arms = list(ranked.mean_rank)
    lines = (len(arms) + 1) // 2
    one.set(xlim=(-0.3, len(arms) + 1.3), ylim=(-lines - 1.5 - 0.25 * len(ranked.groups), 0.5), yticks=[])
    one.xaxis.tick_top()
    one.set_xticks(range(1, len(arms) + 1))
    for name, at in {"left": False, "right": False, "bottom": False, "top": True}.items():
        one.spines[name].set_visible(at)
    for place, arm in enumerate(arms):
        left = place < lines
        height = -1 - (place if left else len(arms) - 1 - place) - 0.25 * len(ranked.groups)
        end = -0.3 if left else len(arms) + 1.3
        one.plot([ranked.mean_rank[arm]] * 2 + [end], [0.5, height, height], color="#000000", linewidth=0.7, clip_on=False)
        one.text(end, height + 0.08, plain(arm), ha="left" if left else "right", va="bottom", fontsize=8)
    for line, group in enumerate(group for group in ranked.groups if len(group) > 1):
        ends = [ranked.mean_rank[group[0]] - 0.05, ranked.mean_rank[group[-1]] + 0.05]
        one.plot(ends, [-0.1 - 0.3 * line] * 2, color="#0072B2", linewidth=3, solid_capstyle="butt")
