"""audit: are the published numbers consistent with themselves?"""

from __future__ import annotations

from typing import Annotated

import typer


def audit(
    paper: Annotated[str | None, typer.Argument(metavar="[PAPER]", help="Only this paper's tables: scl, cat, three-phase, ...")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Print all the arithmetic of every finding.")] = False,
) -> None:
    """Check the published numbers for consistency. Needs no results; findings do not change the exit code."""
    from reports.audit.audit import audit as findings
    from reports.audit.audit import load_published
    from reports.audit.audit_text import lines

    published = load_published()
    found = findings(paper, published)
    chosen = [table for table in published.tables.values() if paper in (None, table.paper)]
    typer.echo("\n".join(lines(found, chosen, whole)))
