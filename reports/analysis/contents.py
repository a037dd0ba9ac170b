"""All that one block can fill: its paragraph, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from benchmark.config.toml_files import load_analysis, names
from reports.analysis.analysis import Analysis, Scope, analyse
from reports.analysis.conclusions import conclusions, study_scores
from reports.analysis.headlines import STUDY, Headline, headlines, not_run_note, of_conclusion
from reports.analysis.paragraph import paragraph
from reports.figures.answers_forest import answers_forest
from reports.figures.critical_difference import critical_difference
from reports.figures.curves import over_noise, over_shots
from reports.figures.forest import forest
from reports.figures.gradient_cosines import gradient_cosines
from reports.figures.published_gains import ours_against_published
from reports.figures.reliability_diagram import reliability_diagram
from reports.figures.representation_maps import representation_maps
from reports.figures.search_curve import best_of_k_settings
from reports.figures.selection_curve import best_of_k_curves
from reports.figures.training_cost import cost_against_accuracy
from reports.published.filled_table import PaperTable, fillable_tables
from reports.results.blocks import Block
from reports.tables.across_table import across_table
from reports.tables.geometry_table import geometry_table
from reports.tables.means_table import cost_table, means_table, troubles_table
from reports.tables.paper_table import paper_table
from reports.tables.plugin_tables import plugin_tables
from reports.tables.search_and_looks import choices_table, looks_table
from reports.tables.table import Table
from reports.tables.task_tables import task_tables
from reports.tables.transfer_table import transfer_table
from reports.tables.trends_table import matching_table, slopes_table, spread_table
from reports.tables.vs_baseline import differences_table, statistics_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ReportFigure:
    """A figure that can be drawn: its file name, and what it shows in words, for readers who do not see it."""

    name: str
    alt: str
    draw: Callable[[], Figure | None]


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

    @property
    def registered(self) -> bool:
        """Whether the suite has an analysis that was fixed before its data."""
        return self.block.suite in names("analyses")

    @property
    def answers(self) -> list[tuple[str, list[str], str]]:
        """The first screen: arm against baseline, its sentences, and the name of the table behind them. A suite with a registered analysis
        has its registered questions there, and no other claim beside them."""
        told: dict[tuple[str, str], list[str]] = {}
        for one in self.headlines:
            if one.in_words and (one.group == STUDY or not self.registered):
                told.setdefault((one.arm, one.table), []).append(one.said)
        found = []
        for (arm, table), said in told.items():
            note = not_run_note(self.block, arm) if arm in self.block.roles else ""
            against = f" against {self.analysis.against}" if self.analysis else ""
            found.append((f"{arm}{against}", [*said, note] if note else said, table))
        return found


def contents(block: Block, against: str | None = None, scope: Scope = "suite") -> Contents:
    """Everything that a block can fill."""
    analysis = analyse(block, against, scope)
    papers = fillable_tables(block, analysis)
    tables = [table for table in _tables(block, analysis, papers) if table is not None]
    text, pictures = paragraph(block, analysis, papers), list(_pictures(block, analysis, papers))
    if analysis is None:
        return Contents(block, None, papers, text, tables, pictures)
    return Contents(block, analysis, papers, text, tables, pictures, headlines(analysis), task_tables(analysis))


def with_registered(parts: Sequence[Contents]) -> list[Contents]:
    """The blocks, the first one of each study with the conclusions of its registered analysis over all blocks of that study."""
    found: list[Contents] = []
    for part in parts:
        first = part.block.suite not in {one.block.suite for one in found}
        mine = [one.block for one in parts if one.block.suite == part.block.suite and one.block.protocol == part.block.protocol]
        told = _registered(part, mine) if first and part.registered and part.analysis else []
        found.append(replace(part, headlines=[*told, *part.headlines]))
    return found


def _registered(part: Contents, blocks: Sequence[Block]) -> list[Headline]:
    import pandas as pd

    assert part.analysis is not None
    frame = pd.concat([block.frame for block in blocks]).drop_duplicates(["key", "variant"])
    rates = {(cell.task, cell.shots): block.majority(cell) for block in blocks for cell in block.cells if not cell.noise}
    known = {where: rate for where, rate in rates.items() if rate is not None}
    table = f"against-{part.analysis.against}.{part.block.name}"
    plan = load_analysis(part.block.suite)
    found = conclusions(plan, study_scores(frame, known))
    first = {(one.question, one.treatment): one.shots for one in reversed(found)}
    return [of_conclusion(one, table, claim=one.shots == first[one.question, one.treatment]) for one in found]


def _tables(block: Block, analysis: Analysis | None, papers: list[PaperTable]) -> Iterator[Table | None]:
    yield means_table(block, analysis)
    yield choices_table(block)
    yield looks_table(block)
    if analysis is not None:
        yield differences_table(analysis)
    yield from (paper_table(filled) for filled in papers)
    if analysis is not None:
        yield from (across_table(analysis), slopes_table(analysis), spread_table(analysis), matching_table(analysis))
        yield statistics_table(analysis)
    yield transfer_table(block)
    yield cost_table(block)
    yield geometry_table(block)
    yield from plugin_tables(block)
    yield troubles_table(block)


def _pictures(block: Block, analysis: Analysis | None, papers: list[PaperTable]) -> Iterator[ReportFigure]:
    if analysis is not None:
        alt = f"Differences to {analysis.against} over tasks with intervals; the numbers stand in the answers above and in report.json."
        yield ReportFigure(f"answers-{analysis.against}.{block.name}", alt, lambda: answers_forest(analysis))
    yield ReportFigure(
        f"over-shots.{block.name}",
        "Accuracy over the number of labels; the numbers stand in the table of means.",
        lambda: over_shots(block),
    )
    yield ReportFigure(
        f"over-noise.{block.name}", "Accuracy over the level of noise; the numbers stand in the table of means.", lambda: over_noise(block)
    )
    if analysis is not None:
        alt = f"Paired differences to {analysis.against} with intervals; the numbers stand in the table of differences."
        yield ReportFigure(f"forest-{analysis.against}.{block.name}", alt, lambda: forest(analysis))
        alt = f"Paired differences of the sanity arms to {analysis.against}; the numbers stand in the table of differences."
        yield ReportFigure(f"forest-sanity-{analysis.against}.{block.name}", alt, lambda: forest(analysis, sanity=True))
    for filled in papers:
        name = f"published.{filled.table.key.replace('/', '.')}.{block.name}"
        alt = f"Our gains beside those of {filled.table.citation}; the numbers stand in its table."
        yield ReportFigure(name, alt, lambda filled=filled: ours_against_published(filled))  # type: ignore[misc]
    yield ReportFigure(
        f"cost.{block.name}",
        "Seconds of training against accuracy; the numbers stand in the table of cost.",
        lambda: cost_against_accuracy(block),
    )
    yield ReportFigure(
        f"ranks.{block.name}", "Critical-difference diagram; the ranks stand in the table across tasks.", lambda: critical_difference(block)
    )
    yield ReportFigure(
        f"best-of-k-settings.{block.name}",
        "Expected best development score of k settings of the search; the scores stand in the table of choices.",
        lambda: best_of_k_settings(block),
    )
    yield ReportFigure(f"best-of-k.{block.name}", "Expected best of k runs, by k.", lambda: best_of_k_curves(block))
    yield ReportFigure(
        f"representations.{block.name}",
        "Maps of the test texts' representations; the numbers stand in the table of representations.",
        lambda: representation_maps(block),
    )
    yield ReportFigure(f"reliability.{block.name}", "Reliability diagram: share right over confidence.", lambda: reliability_diagram(block))
    yield ReportFigure(
        f"gradient-cosines.{block.name}",
        "Cosine of each loss term's gradient with that of cross-entropy over training; `export` has the numbers (diagnostics).",
        lambda: gradient_cosines(block),
    )
