"""Looks are found under the name that the plan gave a cell, whatever the results know of it beside that."""

from __future__ import annotations

import pytest

from benchmark.planning.adaptive.stopping_rule import StoppingRule
from benchmark.stats.sequential.boundaries import sequential_p
from reports.analysis.stopped_looks import StoppedLooks
from reports.results.scored_cell import ScoredCell

RULE = StoppingRule()


def looks(*cells: str) -> StoppedLooks:
    """The cells ended at the fourth look."""
    table = [{"cell": cell, "arm": "scl", "seeds": RULE.looks[3]} for cell in cells]
    return StoppedLooks({**RULE.summary(1), "table": table})


def test_a_sampler_that_follows_from_the_number_of_classes_is_not_in_the_plan() -> None:
    cell = ScoredCell("banking77", "20", sampler="pk:8,2")
    found = looks("banking77 N = 20")
    assert found.named(cell) == "banking77 N = 20"
    assert found.p(0.02, "scl", found.named(cell)) == pytest.approx(sequential_p(0.02, 3, RULE.fractions, RULE.spending))


def test_a_sampler_that_was_asked_for_is() -> None:
    found = looks("sst2 N = 20", "sst2 N = 20 pk:2,4")
    assert found.named(ScoredCell("sst2", "20", sampler="pk:2,4")) == "sst2 N = 20 pk:2,4"
    assert found.named(ScoredCell("sst2", "20", sampler="natural")) == "sst2 N = 20"


def test_what_sets_cells_of_the_results_apart_is_not_in_the_plan() -> None:
    assert looks("sst2 N = 20").named(ScoredCell("sst2", "20", sampler="natural", apart="[data 12ab]")) == "sst2 N = 20"
