"""One HTML page that needs nothing from outside: style, script and pictures are in it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from reports.render.html_fragment import environment
from reports.tables.table import Table


@dataclass(frozen=True)
class PagePicture:
    """A drawn figure for the page."""

    name: str
    alt: str
    svg: bytes

    @property
    def source(self) -> str:
        """The picture itself, as an address."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode()}"


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    name: str
    title: str
    text: str = ""
    tables: list[Table] = field(default_factory=list)
    pictures: list[PagePicture] = field(default_factory=list)

    def short(self, caption: str) -> str:
        """A caption without what the section's own title says: for the list of contents."""
        return re.sub(f"(: | \\()[{self.title[:1].lower()}{self.title[:1]}]{re.escape(self.title[1:])}\\)?$", "", caption)


def page(title: str, sections: list[Section], notes: list[str] | None = None) -> str:
    """The page, with a list of contents where there is more than one table."""
    return environment().get_template("page.html").render(title=title, sections=sections, notes=notes or [])
