"""Published split sizes against the pool they were drawn from: whether the stated parts fit into it without overlap."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published, Severity, listed
from reports.published.facts import SourcePool, SplitPart
from reports.published.published_table import PublishedTable

NAME = "split sizes"
SHARE_OFF = 0.05  # a stated share may differ from the printed sizes by this much


def overlap(pool: SourcePool) -> int:
    """How many examples must be in more than one part, at the least."""
    return max(0, sum(part.size for part in pool.parts) - pool.size)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """Add up the parts of every pool of this table, and compare stated shares with sizes."""
    pools = [pool for pool in published.facts_of(table).pools if pool.table == table.key]
    if over := [pool for pool in pools if overlap(pool)]:
        yield _overlapping(table, over)
    if apart := [pool for pool in pools if not overlap(pool)]:
        yield _finding(table, apart, "note", "The stated parts fit into the pool.", "That the parts were really kept apart.")
    yield from (_share(table, pool, part) for pool in pools for part in pool.parts if _off(pool, part))


def _overlapping(table: PublishedTable, pools: list[SourcePool]) -> Finding:
    least = listed([f"{overlap(pool)} ({pool.column})" for pool in pools])
    shows = f"The parts cannot be apart: at least so many examples are in more than one of them: {least}."
    does_not = "How much that changes the results: runs were then selected partly on test examples, in every arm alike."
    return _finding(table, pools, "serious", shows, does_not)


def _finding(table: PublishedTable, pools: list[SourcePool], severity: Severity, shows: str, does_not: str) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(pool.column for pool in pools),
        arithmetic=tuple(_line(pool) for pool in pools),
        severity=severity,
        shows=shows,
        does_not_show=does_not,
    )


def _line(pool: SourcePool) -> str:
    total, parts = sum(part.size for part in pool.parts), " + ".join(f"{part.size} ({part.name}: {part.stated})" for part in pool.parts)
    return f"{pool.pool}: {parts} = {total} {'>' if overlap(pool) else '<='} {pool.size} (source: {pool.source})"


def _off(pool: SourcePool, part: SplitPart) -> bool:
    return part.share is not None and abs(part.size / pool.size - part.share) > SHARE_OFF


def _share(table: PublishedTable, pool: SourcePool, part: SplitPart) -> Finding:
    return Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=(pool.column,),
        arithmetic=(
            f"{pool.pool}: {part.name} is {part.size} of {pool.size} = {part.size / pool.size:.1%}; stated share {part.share:.0%}",
        ),
        severity="question",
        shows=f"The size of the {part.name} part is not the stated share of the pool.",
        does_not_show="Which is meant: the share may be of something else.",
    )
