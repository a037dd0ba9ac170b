"""Every check on every table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmark.errors import unknown
from reports.audit.checks import (
    ablations,
    across_tables,
    attainable,
    augmentation,
    averages,
    baselines,
    confusion_matrices,
    control_rows,
    denominators,
    gains_across_papers,
    larger_models,
    p_values,
    perturbation_lengths,
    pooled_spreads,
    published_splits,
    selection_inflation,
    stability,
    stated_gains,
    term_weights,
)
from reports.audit.finding import Finding, Published
from reports.published.catalogue import load_tables
from reports.published.facts import load_facts
from reports.published.published_table import PublishedTable

Check = Callable[[PublishedTable, Published], Iterable[Finding]]
MODULES = (
    *(published_splits, p_values, selection_inflation, attainable, averages, pooled_spreads, across_tables, confusion_matrices),
    *(baselines, larger_models, augmentation, ablations, stability, gains_across_papers, control_rows, stated_gains),
    *(term_weights, denominators, perturbation_lengths),
)
CHECKS: dict[str, Check] = {module.NAME: module.check for module in MODULES}
GRAVITY = {"serious": 0, "question": 1, "note": 2}


def load_published() -> Published:
    """All shipped tables and facts."""
    tables = load_tables()
    return Published(tables, {paper: load_facts(paper) for paper in papers(tables)})


def papers(tables: dict[str, PublishedTable]) -> list[str]:
    """The papers that have tables, in the order of their keys."""
    return list(dict.fromkeys(table.paper for table in tables.values()))


def audit(paper: str | None = None, published: Published | None = None) -> list[Finding]:
    """All findings on one paper, or on all: by paper and table, the gravest first. UserError for an unknown paper."""
    given = published or load_published()
    known = papers(given.tables)
    if paper is not None and paper not in known:
        raise unknown("paper", paper, known, "Give one of them, or none for all.")
    tables = [table for table in given.tables.values() if paper in (None, table.paper)]
    found = [finding for table in tables for check in CHECKS.values() for finding in check(table, given)]
    return sorted(found, key=lambda finding: (finding.paper, GRAVITY[finding.severity]))
