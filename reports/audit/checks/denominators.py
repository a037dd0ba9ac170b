"""Denominators of a contrastive term in which the anchor's similarity with itself is set to zero and not left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from reports.audit.finding import Finding, Published
from reports.published.facts import Denominator
from reports.published.published_table import PublishedTable

NAME = "denominator of the contrastive term"
COSINES = (-0.5, 0.0, 0.5, 0.9)  # of the anchor with every other example of the batch


def left_of_the_gradient(cosine: float, temperature: float, others: int) -> float:
    """Share of the gradient of log(sum) that is left when exp(0) = 1 stands beside `others` similarities of the same cosine."""
    total = others * math.exp(cosine / temperature)
    return total / (total + 1)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """What the constant does, by how similar the other examples are."""
    facts = [fact for fact in published.facts_of(table).denominators if fact.table == table.key]
    if facts:
        yield Finding(
            check=NAME,
            paper=table.paper,
            table=table.key,
            cells=tuple(fact.where for fact in facts),
            arithmetic=tuple(line for fact in facts for line in _lines(fact)),
            severity="note",
            shows="The similarity of an anchor with its own counterpart is set to zero before the exponential, so that a constant 1 "
            "stays in the denominator: it acts like one more negative example at cosine 0. It weakens the push away from the others where "
            "all of them are far, and hardly matters where one of them is near.",
            does_not_show="Anything about printed numbers: the term is in the code of the repository at this commit, and what the "
            "numbers were made with is not known. Nor that the constant harms: it also keeps the logarithm finite.",
        )


def _lines(fact: Denominator) -> Iterator[str]:
    others = fact.batch - 1
    shares = ", ".join(f"{left_of_the_gradient(cosine, fact.temperature, others):.3g} at cosine {cosine:g}" for cosine in COSINES)
    yield (
        f"{fact.where}: temperature {fact.temperature:g}, {others} others; share of the denominator's gradient that is left: {shares} "
        f"(source: {fact.source})"
    )
