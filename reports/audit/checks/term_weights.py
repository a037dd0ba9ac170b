"""Weights of a second loss term that grow with the batch, because one term is averaged over its examples and the other is summed."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published
from reports.published.facts import Reduction, TermWeight
from reports.published.published_table import PublishedTable

NAME = "weight of the second term"


def per_example(weight: float, cross_entropy: Reduction, term: Reduction, batch: int) -> float:
    """Weight of one example's term over the weight of one example's cross-entropy, in a batch of `batch` examples."""
    return weight * (1 if term == "sum" else 1 / batch) / (1 if cross_entropy == "sum" else 1 / batch)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """For every formula or file of this table: the weight by batch size."""
    facts = [fact for fact in published.facts_of(table).term_weights if fact.table == table.key]
    if not facts:
        return
    moving = [fact for fact in facts if fact.cross_entropy != fact.term]
    fixed = [fact for fact in facts if fact not in moving]
    shows = (
        f"The weight of the second term against cross-entropy changes with the batch size in {_names(moving)}."
        if moving
        else ("The weight of the second term against cross-entropy is the same for every batch size.")
    )
    if moving and fixed:
        shows += f" In {_names(fixed)} it does not, so that one weight means two things."
    yield Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(fact.where for fact in facts),
        arithmetic=tuple(_line(fact) for fact in facts),
        severity="question" if moving else "note",
        shows=shows,
        does_not_show="Anything about printed numbers: which file, version or reading of a formula they were made with is not known, and "
        "neither is whether the weight was tuned for one batch size.",
    )


def _names(facts: list[TermWeight]) -> str:
    return " and ".join(fact.where for fact in facts)


def _line(fact: TermWeight) -> str:
    unit = f" x {fact.unit}" if fact.unit else ""
    weights = ", ".join(f"{per_example(fact.weight, fact.cross_entropy, fact.term, batch):g}{unit} at {batch}" for batch in fact.batches)
    kinds = {"mean": "averaged", "sum": "summed"}
    terms = f"cross-entropy {kinds[fact.cross_entropy]}, second term {kinds[fact.term]} over the batch"
    return f"{fact.where}: {terms}; weight per example {weights} examples (source: {fact.source})"
