"""All that one block can fill: its paragraph, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from benchmark.records.manifest import Manifest
from benchmark.records.registration.registration import RegisteredRuns
from reports.analysis.analysis import Analysis, Scope, analyse
from reports.analysis.headlines import HOW_TO_READ, Headline, headlines, not_run_note
from reports.analysis.paragraph import paragraph
from reports.claims.claims_figure import claims_figure
from reports.claims.claims_table import claims_table
from reports.figures.answers_forest import QUESTIONS_ALT, answers_forest, questions_forest
from reports.figures.critical_difference import critical_difference
from reports.figures.curves import over_noise, over_shots
from reports.figures.forest import forest
from reports.figures.gradient_cosines import gradient_cosines
from reports.figures.published_gains import ours_against_published
from reports.figures.reliability_diagram import reliability_diagram
from reports.figures.representation_maps import representation_maps
from reports.figures.search_curve import best_of_k_settings
from reports.figures.selection_curve import best_of_k_curves
from reports.figures.style import Page
from reports.figures.training_cost import cost_against_accuracy
from reports.post_hoc.inflation_curve import inflation_curve
from reports.post_hoc.post_hoc_tables import post_hoc_tables
from reports.published.filled_table import PaperTable, fillable_tables
from reports.questions.questions_by_task import questions_by_task
from reports.questions.questions_table import QUESTIONS, questions_table
from reports.questions.stage_progress import planned_stages
from reports.questions.study_answers import StudyAnswers, is_study, rules_in_words, study_answers
from reports.results.blocks import Block
from reports.tables.across_table import across_table
from reports.tables.geometry_table import geometry_table
from reports.tables.means_table import cost_table, means_table, troubles_table
from reports.tables.paper_table import paper_table
from reports.tables.plugin_tables import plugin_tables
from reports.tables.search_and_looks import choices_table, looks_table
from reports.tables.table import Table
from reports.tables.task_tables import TableChoice, choices, task_tables
from reports.tables.transfer_table import transfer_table
from reports.tables.trends_table import matching_table, slopes_table, spread_table
from reports.tables.vs_baseline import conditions, differences_table, statistics_table
from reports.variance.variance_table import variance_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ReportFigure:
    """A figure that can be drawn: its file name, what it shows in words, for readers who do not see it, and whether it stands beside the
    answers."""

    name: str
    alt: str
    draw: Callable[[], Figure | None]
    lead: bool = False


@dataclass(frozen=True)
class Contents:
    """What is reported of one block."""

    block: Block
    analysis: Analysis | None
    papers: list[PaperTable]
    text: str
    tables: list[Table]
    pictures: list[ReportFigure] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    tasks: list[Table] = field(default_factory=list)
    study: StudyAnswers | None = None
    choices: list[TableChoice] = field(default_factory=list)

    @property
    def answers(self) -> list[tuple[str, list[str], str]]:
        """The first screen: what was asked, its sentences, and the name of the table behind them. A suite with a registered analysis has
        its registered questions there, in its first block, and no other claim beside them."""
        if self.study is not None:
            return [(one.subject, [f"{line}." for line in one.lines], QUESTIONS) for one in self.study.questions]
        if is_study(self.block.suite):
            return []
        told: dict[tuple[str, str], list[str]] = {}
        for one in self.headlines:
            if one.in_words:
                told.setdefault((one.arm, one.table), []).append(one.said)
        found = []
        for (arm, table), said in told.items():
            note = not_run_note(self.block, arm) if arm in self.block.roles else ""
            against = f" against {self.analysis.against}" if self.analysis else ""
            found.append((f"{arm}{against}", [*said, note] if note else said, table))
        return found

    @property
    def interim(self) -> bool:
        """Whether it is part of a registered study of which runs are still to come: no number of it may look like an answer."""
        return is_study(self.block.suite) and bool((self.block.frame["status"] == "missing").any())

    @property
    def aside(self) -> str:
        """What everything but the answers is, in a registered study."""
        if not is_study(self.block.suite):
            return ""
        done, all_runs = int((self.block.frame["status"] != "missing").sum()), len(self.block.frame)
        interim = f" Interim: {done:,} of {all_runs:,} runs of this part are finished." if self.interim else ""
        return f"Exploratory: what follows answers no registered question.{interim}"

    @property
    def how(self) -> str:
        """How the answers are to be read."""
        return HOW_TO_READ if self.study is None else f"{self.study.progress} {rules_in_words(self.study.plan)}"


def contents(block: Block, against: str | None = None, scope: Scope = "suite") -> Contents:
    """Everything that a block can fill."""
    analysis = analyse(block, against, scope)
    papers = fillable_tables(block, analysis)
    tables = [_conditional(table, analysis) for table in _tables(block, analysis, papers) if table is not None]
    text, pictures = paragraph(block, analysis, papers), list(_pictures(block, analysis, papers))
    if analysis is None:
        return Contents(block, None, papers, text, tables, pictures)
    tasks, chosen = task_tables(analysis), choices(analysis)
    return Contents(block, analysis, papers, text, tables, pictures, headlines(analysis), tasks, choices=chosen)


def with_registered(parts: Sequence[Contents], runs: Sequence[RegisteredRuns] | None = None) -> list[Contents]:
    """The blocks, the first one of each study with the answers to its registered questions from all blocks of that study.

    Args:
        runs: what is registered of the study; None: what the manifests plan.
    """
    found: list[Contents] = []
    blocks = [part.block for part in parts]
    for part in parts:
        if not is_study(part.block.suite) or part.block is not answering(blocks, part.block.suite):
            found.append(part)
            continue
        study = study_of(blocks, part.block.suite, runs)
        picture = ReportFigure(QUESTIONS, QUESTIONS_ALT, partial(questions_forest, study), lead=True)
        asked = [table for table in (questions_table(study), questions_by_task(study)) if table is not None]
        found.append(replace(part, study=study, tables=[*asked, *part.tables], pictures=[picture, *part.pictures]))
    return found


def study_of(blocks: Sequence[Block], suite: str, runs: Sequence[RegisteredRuns] | None) -> StudyAnswers:
    """The answers of a study from all of its blocks, as far as its stages are complete; `runs` as in `with_registered`. What manifests
    plan under another profile or protocol than those of the block that answers is no part of the study."""
    first = answering(blocks, suite)
    if runs is None:
        plans = [one for one in first.store.manifests() if isinstance(one, Manifest) and one.protocol == first.protocol]
        runs = [one for one in planned_stages(plans, suite) if _plain(one.profile) == _plain(first.profile)]
    return study_answers(suite, [one for one in blocks if (one.suite, one.protocol) == (suite, first.protocol)], runs)


def answering(blocks: Sequence[Block], suite: str) -> Block:
    """The block under whose name a study is answered: its first one on real data under a profile without overrides, or else its first."""
    mine = [block for block in blocks if block.suite == suite]
    return next((block for block in mine if not block.stand_in and "*" not in block.profile), mine[0])


def _plain(profile: str) -> str:
    """A profile without another encoder, a search or a crossed design."""
    return profile.partition("+")[0]


COMPARING = ("paper.", "across-", "slopes-", "spread-", "matching-")  # tables that use the comparisons and do not have their conditions


def _conditional(table: Table, analysis: Analysis | None) -> Table:
    """A table with the lines that say what its comparisons are conditional on (one training set)."""
    if analysis is None or not table.name.startswith(COMPARING):
        return table
    return replace(table, header=(*table.header, *conditions(analysis)))


def _tables(block: Block, analysis: Analysis | None, papers: list[PaperTable]) -> Iterator[Table | None]:
    yield means_table(block, analysis)
    yield choices_table(block)
    yield looks_table(block)
    if analysis is not None:
        yield differences_table(analysis)
    yield from (paper_table(filled) for filled in papers)
    if analysis is not None:
        yield from (across_table(analysis), slopes_table(analysis), spread_table(analysis), matching_table(analysis))
        yield variance_table(analysis)
        yield statistics_table(analysis)
        yield claims_table(analysis)
    yield from post_hoc_tables(block, analysis)
    yield transfer_table(block)
    yield cost_table(block)
    yield geometry_table(block)
    yield from plugin_tables(block)
    yield troubles_table(block)


def _pictures(block: Block, analysis: Analysis | None, papers: list[PaperTable]) -> Iterator[ReportFigure]:
    if analysis is not None:
        alt = f"Differences to {analysis.against} over tasks with intervals; the numbers stand in the answers above and in report.json."
        yield ReportFigure(
            f"answers-{analysis.against}.{block.name}", alt, lambda: answers_forest(analysis), lead=not is_study(block.suite)
        )
    means = "the numbers stand in the table of means."
    yield from _pages(f"over-shots.{block.name}", f"Scores over the number of labels; {means}", partial(over_shots, block), 4)
    yield from _pages(f"over-noise.{block.name}", f"Scores over the level of noise; {means}", partial(over_noise, block), 2)
    if analysis is not None:
        alt = f"Paired differences to {analysis.against} with intervals; the numbers stand in the table of differences."
        yield from _pages(f"forest-{analysis.against}.{block.name}", alt, partial(forest, analysis), 2)
        alt = f"Paired differences of the sanity arms to {analysis.against}; the numbers stand in the table of differences."
        yield from _pages(f"forest-sanity-{analysis.against}.{block.name}", alt, partial(forest, analysis, sanity=True), 2)
    for filled in papers:
        name = f"published.{filled.table.key.replace('/', '.')}.{block.name}"
        alt = f"Our gains beside those of {filled.table.citation}; the numbers stand in its table."
        yield ReportFigure(name, alt, lambda filled=filled: ours_against_published(filled))  # type: ignore[misc]
    if analysis is not None:
        alt = "Gains as reported, ours and others' second runs; the numbers stand in the table of claims."
        yield ReportFigure(f"claims.{block.name}", alt, lambda: claims_figure(analysis))
    alt = "Seconds of training against the score; the numbers stand in the table of cost."
    yield from _pages(f"cost.{block.name}", alt, partial(cost_against_accuracy, block), 1)
    yield ReportFigure(
        f"ranks.{block.name}", "Critical-difference diagram; the ranks stand in the table across tasks.", lambda: critical_difference(block)
    )
    yield ReportFigure(
        f"best-of-k-settings.{block.name}",
        "Expected best development score of k settings of the search; the scores stand in the table of choices.",
        lambda: best_of_k_settings(block),
    )
    yield from _pages(f"best-of-k.{block.name}", "Expected best of k runs, by k.", partial(best_of_k_curves, block), 1)
    alt = "What the best of k runs adds to a score; the numbers stand in the tables of selection."
    yield ReportFigure(f"selection-inflation.{block.name}", alt, lambda: inflation_curve(block))
    yield ReportFigure(
        f"representations.{block.name}",
        "Maps of the test texts' representations; the numbers stand in the table of representations.",
        lambda: representation_maps(block),
    )
    alt = "Reliability diagram: share right over confidence."
    yield from _pages(f"reliability.{block.name}", alt, partial(reliability_diagram, block), 2)
    yield ReportFigure(
        f"gradient-cosines.{block.name}",
        "Cosine of each loss term's gradient with that of cross-entropy over training; `export` has the numbers (diagnostics).",
        lambda: gradient_cosines(block),
    )


def _pages(name: str, alt: str, draw: Callable[[Page], Figure | None], most: int) -> Iterator[ReportFigure]:
    """A figure with more panels than one page holds, as several."""
    yield ReportFigure(name, alt, partial(draw, Page(0, most)))
    head, mark, rest = alt.rstrip(".").partition(";")
    for page in range(1, most):
        yield ReportFigure(f"{name}.page-{page + 1}", f"{head}, page {page + 1}{mark}{rest}.", partial(draw, Page(page, most)))
