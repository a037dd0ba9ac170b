"""Lengths of adversarial perturbations, by step size: whether the step size sets the length at all."""

from __future__ import annotations

from collections.abc import Iterable

from reports.audit.finding import Finding, Published
from reports.published.facts import PerturbationStep
from reports.published.published_table import PublishedTable

NAME = "length of the perturbation"
FACTORS = (0.1, 1.0, 10.0)  # of the default step size
GRADIENT = 0.01  # largest coordinate of the gradient for which the lengths are printed


def length(fact: PerturbationStep, step_size: float, gradient: float) -> float:
    """Largest coordinate of the perturbation of one token, when start and gradient point the same way."""
    if fact.rule == "step":
        return step_size * gradient / (gradient + fact.guard)
    moved = fact.start + step_size * gradient
    return moved / (moved + fact.guard)


def check(table: PublishedTable, published: Published) -> Iterable[Finding]:
    """The lengths that the files give at a tenth of, at, and at ten times their default step size."""
    facts = [fact for fact in published.facts_of(table).perturbations if fact.table == table.key]
    if not facts:
        return
    lengths = {fact.where: length(fact, fact.step_size, GRADIENT) for fact in facts}
    free = [fact for fact in facts if length(fact, 10 * fact.step_size, GRADIENT) < 2 * length(fact, 0.1 * fact.step_size, GRADIENT)]
    shows = "The step size sets the length of the perturbation."
    if free:
        shows = (
            f"In {' and '.join(fact.where for fact in free)} the perturbation is scaled to length one after the step, so that its length "
            "is about 1 per token whatever the step size is: the step size only says how far the direction turns from its random start."
        )
    if len(facts) > 1 and free:
        factor = max(lengths.values()) / min(lengths.values())
        shows += f" At the default step sizes the lengths of the files differ by a factor of {factor:,.0f}."
    yield Finding(
        check=NAME,
        paper=table.paper,
        table=table.key,
        cells=tuple(fact.where for fact in facts),
        arithmetic=tuple(_line(fact) for fact in facts),
        severity="question" if free else "note",
        shows=shows,
        does_not_show="Anything about printed numbers, or which rule the paper means: which file or version the numbers were made "
        "with is not known, and results of one are no evidence for or against another.",
    )


def _line(fact: PerturbationStep) -> str:
    steps = ", ".join(
        f"{length(fact, factor * fact.step_size, GRADIENT):.3g} at step size {factor * fact.step_size:g}" for factor in FACTORS
    )
    return f"{fact.where}: largest coordinate {steps} (gradient of largest coordinate {GRADIENT:g}; source: {fact.source})"
