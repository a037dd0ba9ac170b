"""The figures beside the answers: every arm against the baseline over tasks (the papers' methods and the sanity arms on axes of their own),
and for a study its registered questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.analysis.analysis import ALPHA, Analysis
from reports.analysis.context import origin
from reports.analysis.headlines import Headline, headlines
from reports.figures.style import RC, evenly, finish, new_figure, plain, shown
from reports.questions.conclusions import Answer, Conclusion
from reports.questions.effects import AgainstArm
from reports.questions.study_answers import OPEN, QuestionWords, StudyAnswers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = 20  # of one panel
BAND = "#D9D9D9"


def answers_forest(analysis: Analysis) -> Figure | None:
    """One line per arm and number of labels: mean over tasks with its interval, over the baseline's own under other random numbers. None
    without any comparison over tasks."""
    found = [one for one in headlines(analysis) if one.baseline is not None]
    groups = {
        "The papers' methods": [one for one in found if one.in_words],
        "Sanity arms": [one for one in found if not one.in_words and one.arm != analysis.null],
    }
    every = [(name, part) for name, lines in groups.items() for part in evenly(lines, LINES)]
    kept, limit = shown(every)
    if not kept:
        return None
    limits = {name: _limits(lines) for name, lines in groups.items() if lines}
    null = {one.level: one for one in found if one.arm == analysis.null}
    figure, axes, _ = new_figure(len(kept), width=6.0 if len(kept) < 3 else 4.4, height=0.9 + 0.21 * max(len(lines) for _, lines in kept))
    for one, (name, lines) in zip(axes, kept, strict=False):
        _panel(one, lines, null)
        one.set(title=name, xlim=limits[name], xlabel=plain(f"difference to {analysis.against} in points"))
    band = "Grey: that interval of the baseline under other random numbers. " if null else ""
    note = f"{limit}Diamonds: means over tasks with 95 % intervals before correction, filled where Holm rejects at 5 %. {band}"
    return finish(figure, axes, f"Difference to {analysis.against} over tasks", f"{note}{origin(analysis.block)}", len(kept))


def _limits(lines: Sequence[Headline]) -> tuple[float, float]:
    """One range for all panels of a group, with room at both ends."""
    gains = [found.baseline.gain for found in lines if found.baseline is not None]
    low, high = min(0.0, *(gain.low for gain in gains)), max(0.0, *(gain.high for gain in gains))
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _panel(one: Axes, lines: Sequence[Headline], null: dict[str, Headline]) -> None:
    one.axvline(0, color="#7F7F7F", linewidth=0.8)
    for line, found in enumerate(lines):
        assert found.baseline is not None
        gain, noise = found.baseline.gain, null.get(found.level)
        if noise is not None and noise.baseline is not None:
            one.barh(-line, noise.baseline.gain.high - noise.baseline.gain.low, 0.9, left=noise.baseline.gain.low, color=BAND, zorder=0)
        one.plot([gain.low, gain.high], [-line, -line], color="#0072B2", linewidth=1.4)
        filled = "#0072B2" if found.p_holm is not None and found.p_holm <= ALPHA else "white"
        one.scatter([gain.value], [-line], s=28, marker="D", facecolors=filled, edgecolors="#0072B2", zorder=3)
    one.set_yticks([-line for line in range(len(lines))], [plain(f"{found.arm}, {found.level}") for found in lines])
    one.set_ylim(-len(lines) + 0.4, 0.6)


QUESTIONS_ALT = (
    "Effects over tasks with intervals, a line per registered comparison; the numbers stand in the table of registered questions."
)
PANELS = {
    "gain": ("Gain of the first arm over the second", "points of accuracy"),
    "sd-ratio": ("Spread over splits: ratio to ce", "ratio of standard deviations (log scale)"),
    "slope": ("Slope of the gain over layers", "points per layer"),
}


@dataclass(frozen=True)
class _Line:
    """A line of the figure of questions; no comparison where there is no answer yet."""

    name: str
    statement: Conclusion
    against: AgainstArm | None
    said: QuestionWords


def questions_forest(study: StudyAnswers) -> Figure | None:
    """One line per registered comparison, a panel per unit of measurement. A statement whose stages are not finished has its line without a
    number. None before any question has an answer."""
    lines = [line for one, said in study.statements for line in _lines(one, said)]
    if all(line.against is None for line in lines):
        return None
    panels = {estimand: some for estimand in PANELS if (some := [line for line in lines if line.statement.estimand == estimand])}
    figure, axes = _beside([len(some) for some in panels.values()])
    for axis, (estimand, some) in zip(axes, panels.items(), strict=True):
        for place, line in enumerate(some):
            _question_line(axis, line, -place, study.plan.interval)
        if estimand == "sd-ratio":
            _ratios(axis)
        axis.axvline(1 if estimand == "sd-ratio" else 0, color="#7F7F7F", linewidth=0.8)
        axis.set(title=PANELS[estimand][0], xlabel=PANELS[estimand][1], ylim=(-len(some) + 0.4, 0.6))
        axis.set_yticks([-place for place in range(len(some))], [plain(line.name) for line in some])
        if all(line.against is None for line in some):
            axis.set(xticks=[], xlabel="")  # nothing is measured yet, so there is no scale
    plan = study.plan
    note = (
        f"Diamonds: means over tasks with {100 * plan.interval:g} % intervals before correction, filled where shown to differ "
        f"at {100 * plan.alpha:g} % after Holm's correction within the question. Lines without a diamond have no answer yet. "
        f"{study.progress}"
    )
    return finish(figure, axes, "Registered questions", note, len(axes))


def _beside(lines: Sequence[int]) -> tuple[Figure, list[Axes]]:
    """A figure with the first panel at the left and the others below each other at the right, each as high as its lines need."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    first, *others = lines
    room = 3  # lines that title and axis take
    with mpl.rc_context(RC):
        high = 0.9 + 0.21 * (room + max(first, sum(others) + room * len(others)))
        figure = Figure(figsize=(9.2 if others else 6.4, high), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(max(1, len(others)), 2 if others else 1, height_ratios=[count + room for count in others] or [1])
        axes = [figure.add_subplot(grid[:, 0]), *(figure.add_subplot(grid[row, 1]) for row in range(len(others)))]
    return figure, axes


RATIOS = (0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0)


def _ratios(axis: Axes) -> None:
    """A logarithmic axis with ratios as its ticks."""
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    low, high = min(low, 0.7), max(high, 1.4)
    axis.set_xticks([ratio for ratio in RATIOS if low <= ratio <= high], minor=False)
    axis.set_xticks([], minor=True)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.set_xlim(low, high)


def _lines(one: Conclusion, said: QuestionWords) -> list[_Line]:
    head = f"{one.question}, N = {one.shots}: {one.treatment}"
    if one.answer in OPEN:
        return [_Line(f"{head}, {Answer.NOT_COMPLETE}", one, None, said)]
    return [_Line(f"{head} - {against.arm}", one, against, said) for against in one.comparisons]


def _question_line(axis: Axes, line: _Line, height: float, level: float) -> None:
    if line.against is None:
        return
    scale = math.exp if line.statement.estimand == "sd-ratio" else float
    interval = line.against.fixed.interval(level)
    axis.plot([scale(interval.low), scale(interval.high)], [height, height], color="#0072B2", linewidth=1.4)
    filled = "#0072B2" if line.against.arm in (*line.statement.shown, *line.statement.below) else "white"
    axis.scatter([scale(interval.value)], [height], s=28, marker="D", facecolors=filled, edgecolors="#0072B2", zorder=3)
