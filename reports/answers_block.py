"""The block of a document that `report --readme` writes: the answers to a study's registered questions, between two marks."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError
from benchmark.records.registration.deviations import StudyState, deviations
from benchmark.records.registration.registration import Registration
from reports.questions.study_answers import StudyAnswers, rules_in_words
from reports.render.markdown import escape

BEGIN, END = "<!-- answers: begin", "<!-- answers: end -->"
FIGURE = "answers.svg"  # in the folder of the results
_MARKED = re.compile(rf"{re.escape(BEGIN)}[^\n]*-->\n.*?{re.escape(END)}", re.DOTALL)


@dataclass(frozen=True)
class AnswersBlock:
    """What the block says.

    Args:
        command: the command that writes it.
        figure: path of the figure, relative to the document; "" while there is none.
        registration: how the results stand to their registration, in one sentence; "" without a registration.
    """

    study: StudyAnswers
    command: str
    figure: str = ""
    registration: str = ""

    def markdown(self) -> str:
        """The marks, how far the study is, one bullet per registered question, how to read them, and the figure."""
        bullets = [f"- **{escape(one.subject)}.** {escape(one.said)}" for one in self.study.questions]
        about = " ".join(part for part in (escape(self.study.progress), escape(self.registration)) if part)
        picture = [f"![{escape(self.alt)}]({self.figure})", ""] if self.figure else []
        lines = [f"{BEGIN} (`{self.command}`) -->", about, "", *bullets, "", escape(rules_in_words(self.study.plan)), "", *picture, END]
        return "\n".join(lines)

    @property
    def alt(self) -> str:
        """The figure in words."""
        return "Effects over tasks with intervals, a line per registered comparison; the sentences above have the numbers"


def against_registration(registration: Registration, state: StudyState) -> str:
    """How the results stand to their registration, apart from runs that are not made yet: those are the study's progress."""
    others = [one for one in deviations(registration, state) if one.kind != "missing"]
    listed = "; ".join(str(one) for one in others[:3]) + ("; ..." if len(others) > 3 else "")
    said = f"deviations other than runs not made yet: {len(others)} ({listed})" if others else "no deviation other than runs not made yet"
    return f"Registered at commit {registration.code.commit[:12]} before the first run; {said}."


def replaced(text: str, block: AnswersBlock, name: str) -> str:
    """The document with the block in the place of what stands between the marks. UserError for a document without them."""
    if not _MARKED.search(text):
        raise UserError(
            f"{name} has no place for the answers.",
            f"A line that begins with {BEGIN!r} and ends with '-->', and after it a line {END!r}.",
            "",
        )
    return _MARKED.sub(lambda _: block.markdown(), text, count=1)


def document_text(document: Path) -> str:
    """The text of a document. UserError where it cannot be read."""
    try:
        return document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{document} cannot be read.", "A text that exists.", "Give another with --readme FILE.") from error


def relative(path: Path, document: Path) -> str:
    """A path as a link in a document."""
    return Path(os.path.relpath(Path(path).resolve(), Path(document).resolve().parent)).as_posix()
