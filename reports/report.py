"""`report`: a results folder in, a folder of tables, figures and pages out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmark.errors import UserError, unknown
from benchmark.records.record import RunRecord
from benchmark.records.registration.deviations import StudyState
from benchmark.records.registration.registration import RegisteredRuns, Registration, read_registration
from reports.analysis import context
from reports.analysis.analysis import Scope
from reports.analysis.contents import Contents, contents, study_of, with_registered
from reports.answers_block import FIGURE, AnswersBlock, against_registration, document_text, relative, replaced
from reports.figures.answers_forest import questions_forest
from reports.output_files import file_name, parse_formats, rendered, write, write_tables
from reports.published.filled_table import fill, find_table
from reports.questions.study_answers import StudyAnswers, is_study
from reports.registered import abridged, comparison_lines, study_state, without_bulk
from reports.render.image import png, svg
from reports.render.json_text import finite, plain
from reports.render.markdown import escape, paragraphs
from reports.render.page import Answered, PagePicture, Section, page
from reports.results.blocks import Block, Results, read_results
from reports.tables.paper_table import paper_table
from reports.tables.table import Table


@dataclass(frozen=True)
class Options:
    """What `report` was asked for.

    Args:
        suite: only this one; None: all with records.
        table: `PAPER/TABLE`, or None for everything.
        formats: `md,latex,html,csv,json` or a part of it; None: all.
        against: the baseline; None: that of the suite.
        family: `suite` or `task`: what Holm's correction spans.
        figures: whether to draw; a page without them is made much faster.
        registration: the file of `plan --freeze` that the results are compared with.
        readme: a document whose block of answers is written again, and nothing else but the figure in it.
    """

    results: Path
    suite: str | None = None
    out: Path | None = None
    table: str | None = None
    formats: str | None = None
    against: str | None = None
    family: str = "suite"
    figures: bool = True
    registration: Path | None = None
    readme: Path | None = None

    @property
    def folder(self) -> Path:
        """Where to write."""
        return self.out or self.results / "report"


@dataclass(frozen=True)
class Report:
    """What was written and what it says. A notebook shows the text of report.md.

    Args:
        files: all that were written.
        text: the answers and the paragraph of each block, as the command prints them.
        problems: the files that could not be read or believed, as (file, reason).
        registration: the comparison with the registration in lines; empty where none was given.
        markdown: the text of report.md, or of the one table that was asked for.
    """

    files: list[Path]
    text: str
    problems: tuple[tuple[str, str], ...]
    registration: tuple[str, ...] = ()
    markdown: str = field(default="", repr=False)

    def _repr_markdown_(self) -> str:
        return self.markdown or self.text


def report(options: Options) -> Report:
    """Write what the results can fill.

    Raises:
        UserError: no results, an unknown suite, table, format, baseline or family, a table that nothing here can fill, or a registration
            that cannot be read.
    """
    formats, scope = parse_formats(options.formats), _scope(options.family)
    read = _read(options)
    if options.readme is not None:
        return _answers_written(Path(options.readme), options, read)
    blocks = read.found.of(options.suite)
    _check_baseline(blocks, options.against)
    if options.table is not None:
        return dataclasses.replace(_one_table(options, read.found, blocks, formats), registration=read.compared)
    parts = with_registered([contents(block, options.against, scope) for block in blocks], read.registered)
    files = [path for part in parts for path in _part(options.folder, part, formats)]
    whole, text = _whole(options, parts, formats, Notes(tuple(problem_notes(read.found)), read.compared))
    return Report([*files, *whole], "\n\n".join(_printed(part) for part in parts), read.found.problems, read.compared, text)


@dataclass(frozen=True)
class _Read:
    """A results folder, read once; `state` is None without a registration."""

    found: Results
    registration: Registration | None
    state: StudyState | None

    @property
    def registered(self) -> tuple[RegisteredRuns, ...] | None:
        return None if self.registration is None else self.registration.runs

    @property
    def compared(self) -> tuple[str, ...]:
        """The comparison with the registration, in lines."""
        return () if self.registration is None or self.state is None else tuple(comparison_lines(self.registration, self.state))


def _read(options: Options) -> _Read:
    if options.registration is None:
        return _Read(read_results(options.results), None, None)
    registration = read_registration(options.registration)
    records: dict[str, RunRecord] = {}
    found = read_results(options.results, lambda record: records.setdefault(record.key, without_bulk(record)))
    return _Read(found, registration, study_state(registration, found.blocks[0].store, records))


def answers_block(document: Path, options: Options) -> tuple[AnswersBlock, StudyAnswers]:
    """The block of answers of a document, and the answers.

    Raises:
        UserError: results without a registered study, or a registration that cannot be read.
    """
    return _answers_block(document, options, _read(options))


def _answers_block(document: Path, options: Options, read: _Read) -> tuple[AnswersBlock, StudyAnswers]:
    studies = list(dict.fromkeys(block.suite for block in read.found.of(options.suite) if is_study(block.suite)))
    if len(studies) != 1:
        raise UserError(
            f"{str(options.results)!r} holds {_count(studies)} with a registered analysis.", "One.", "Give another folder, or --suite NAME."
        )
    study = study_of(read.found.blocks, studies[0], read.registered)
    paths = {"results": options.results, "registration": options.registration, "readme": document}
    given = " ".join(f"--{name} {relative(path, document)}" for name, path in paths.items() if path is not None)
    figure = relative(options.results / FIGURE, document) if study.any_answer else ""
    compared = "" if read.registration is None or read.state is None else against_registration(read.registration, read.state)
    return AnswersBlock(study, f"python -m benchmark report {given}", figure, compared), study


def _count(studies: list[str]) -> str:
    return f"{len(studies)} suites ({', '.join(studies)})" if studies else "no suite"


def _answers_written(document: Path, options: Options, read: _Read) -> Report:
    block, study = _answers_block(document, options, read)
    text = replaced(document_text(document), block, document.name)
    files = [write(document, text.encode())]
    figure = questions_forest(study) if options.figures else None
    files += [write(options.results / FIGURE, svg(figure))] if figure is not None else []
    return Report(files, block.markdown(), read.found.problems)


def _printed(part: Contents) -> str:
    """A block as the command prints it: the answers, then the paragraph."""
    return "\n".join([*(f"{subject}: {' '.join(said)}" for subject, said, _ in part.answers), *filter(None, [part.aside]), part.text])


BASIC = ("means.", "cost.", "troubles.")  # what means.md and its sisters hold


def _scope(given: str) -> Scope:
    if given == "suite":
        return "suite"
    if given == "task":
        return "task"
    raise unknown("family", given, ("suite", "task"), "Give --family suite or --family task.")


def _check_baseline(blocks: tuple[Block, ...], against: str | None) -> None:
    arms = {arm for block in blocks for arm in block.arms}
    if against is not None and against not in arms:
        raise unknown("arm", against, arms, "Give --against one of the arms of these results.")


def _one_table(options: Options, found: Results, blocks: tuple[Block, ...], formats: tuple[str, ...]) -> Report:
    assert options.table is not None
    published = find_table(options.table)
    wanted = [block for block in blocks if options.suite or block.suite == published.fill.suite]
    filled = [one for block in wanted if (one := fill(published, block)).fillable]
    if not filled:
        raise UserError(
            f"No cell of {published.key} can be filled from {str(options.results)!r}.",
            f"It is filled by the suite {published.fill.suite}." if published.fill.suite else "No suite of ours fills it.",
            f"Run: run --suite {published.fill.suite} --results DIR." if published.fill.suite else "See `list tables`.",
        )
    tables = [paper_table(one) for one in filled]
    name = f"paper.{published.key.replace('/', '.')}"
    return Report(write_tables(options.folder, name, tables, formats), rendered("md", tables), found.problems)


def _part(folder: Path, part: Contents, formats: tuple[str, ...]) -> list[Path]:
    return [path for table in part.tables for path in write_tables(folder / "tables", table.name, [table], formats)]


@dataclass(frozen=True)
class Notes:
    """What stands above everything else.

    Args:
        problems: files that could not be read or believed, in lines.
        registration: one line that compares the results with their registration, and one per deviation; empty without a registration.
    """

    problems: tuple[str, ...] = ()
    registration: tuple[str, ...] = ()

    def markdown(self) -> list[str]:
        """The notes as paragraphs; deviations as one list, unfinished runs in short."""
        above = [f"**{escape(note)}**" for note in (*self.problems, *self.registration[:1])]
        listed = "\n".join(f"- {escape(line.removeprefix('- '))}" for line in abridged(self.registration[1:]))
        return [*above, listed] if listed else above

    def plain(self) -> dict[str, Any]:
        """The notes for report.json."""
        summary, *others = self.registration or (None,)
        compared = {"summary": summary, "deviations": [line.removeprefix("- ") for line in others if line is not None]}
        return {"notes": list(self.problems), "registration": compared if summary else None}


def _whole(options: Options, parts: list[Contents], formats: tuple[str, ...], notes: Notes) -> tuple[list[Path], str]:
    """The files over all blocks: means, page, JSON and text; and the figures, drawn once for both. Beside them the text of report.md."""
    folder = options.folder
    means: list[Table] = [table for part in parts for table in part.tables if table.name.startswith(BASIC)]
    files, sections = write_tables(folder, "means", means, formats), []
    for part in parts:
        pictures = list(_drawn(part)) if options.figures else []
        for picture, image in pictures:
            files += [
                write(folder / "figures" / file_name(picture.name, ".svg"), picture.svg),
                write(folder / "figures" / file_name(picture.name, ".png"), image),
            ]
        sections.append(_section(part, [picture for picture, _ in pictures]))
    text = "\n\n".join([*notes.markdown(), *(_text(section) for section in sections), rendered("md", means)])
    files += [
        write(folder / "report.html", page("Report", sections, list(notes.problems), list(notes.registration))),
        write(folder / "report.json", _json(parts, notes)),
        write(folder / "report.md", text),
    ]
    return files, text


def _section(part: Contents, pictures: list[PagePicture]) -> Section:
    answers = [Answered(*one) for one in part.answers]
    return Section(
        name=f"block.{part.block.name}",
        title=f"S{part.block.title[1:]}",
        text=part.text,
        tables=part.tables,
        pictures=pictures,
        answers=answers,
        tasks=part.tasks,
        how=part.how if answers else "",
        aside=part.aside,
        interim=part.interim,
        choices=part.choices,
    )


def _text(section: Section) -> str:
    """A block in markdown: the answers, then the paragraph."""
    answers = "\n".join(f"- **{escape(one.subject)}**: {escape(' '.join(one.said))}" for one in section.answers)
    above = f"{answers}\n\n{escape(section.how)}\n\n" if answers else ""
    aside = f"{escape(section.aside)}\n\n" if section.aside else ""
    return f"## {escape(section.title)}\n\n{above}{aside}{paragraphs(section.text)}"


def _drawn(part: Contents) -> Iterator[tuple[PagePicture, bytes]]:
    """Every figure of a block that has something to show, as SVG for the page and as PNG."""
    for picture in part.pictures:
        figure = picture.draw()
        if figure is not None:
            yield PagePicture(picture.name, picture.alt, svg(figure), picture.lead), png(figure)


def problem_notes(found: Results) -> list[str]:
    """Files that could not be read or believed: how many, then each by name. They are part of no number."""
    if not found.problems:
        return []
    count = len(found.problems)
    first = f"LEFT OUT: {count} file{'s' * (count != 1)} of {found.folder.name} cannot be read or believed; no number below counts them."
    return [first, *(f"Left out: {file} ({reason})." for file, reason in found.problems)]


def _json(parts: list[Contents], notes: Notes) -> str:
    content: dict[str, Any] = {"version": 1, **notes.plain(), "blocks": [_block(part) for part in parts]}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _block(part: Contents) -> dict[str, Any]:
    block, analysis = part.block, part.analysis
    told = {
        "suite": block.suite,
        "profile": block.profile,
        "protocol": block.protocol,
        "stand_in": block.stand_in,
        "against": analysis.against if analysis else None,
        "family": analysis.scope if analysis else None,
        "header": context.header(block),
        "notes": context.notes(block),
        "questions": [asdict(one) for one in part.study.questions] if part.study else [],
        "answers": [asdict(one) for one in part.headlines],
        "text": part.text,
        "tables": [plain(table) for table in part.tables],
    }
    return finite(told)  # type: ignore[no-any-return]
