"""Each check on made-up tables: it speaks where it should and is silent where it should be."""

from __future__ import annotations

import pytest

from reports.audit import CHECKS, audit, load_published
from reports.audit.checks.p_values import welch_p
from reports.published.catalogue import build_table
from reports.published.facts import Ablation, ControlRow, PaperFacts, SourcePool, SplitPart, TermWeight
from reports.published.table_file import TableFile

TOP = {"rule": "top", "keep": 3, "of": 10, "by": "validation accuracy"}


def severities(found):
    return [one.severity for one in found]


def test_a_p_value_that_follows_from_the_table_is_a_note(made_up, findings):
    p = f"{welch_p(2.0, 1.0, 1.0, 3):.1g}"
    assert severities(findings("p-values recomputed", made_up(p=p, n=3, spread_kind="sd"))) == ["note"]


def test_a_p_value_that_does_not_follow_is_serious_where_the_conclusion_changes(made_up, findings):
    (found,) = findings("p-values recomputed", made_up(p="1e-9", n=3, new="80.5 +- 1.0", spread_kind="sd"))
    assert found.severity == "serious"
    assert found.cells == ("new / A",)
    (found,) = findings("p-values recomputed", made_up(p="1e-9", n=3, new="88.0 +- 1.0", spread_kind="sd"))
    assert found.severity == "question"


def test_without_n_a_p_value_says_nothing_wrong(made_up, findings):
    assert findings("p-values recomputed", made_up(p="1e-9", spread_kind="sd")) == []
    assert findings("p-values recomputed", made_up(n=3, spread_kind="sd")) == []


def test_equal_spreads_gain_nothing_by_selection(made_up, findings):
    (found,) = findings("selection of runs", made_up(selection=TOP, n=3, spread_kind="sd"))
    assert found.severity == "note"
    assert "+0.0 at 0.5, +0.0 at 0.7, +0.0 at 0.9, +0.0 at 1" in found.arithmetic[1]


def test_a_wider_method_gains_by_selection(made_up, findings):
    assert severities(findings("selection of runs", made_up(new="82.0 +- 3.0", selection=TOP, n=3, spread_kind="sd"))) == ["question"]


def test_selection_on_the_test_set_is_a_question(made_up, findings):
    assert severities(findings("selection of runs", made_up(selection={"rule": "best-test"}))) == ["question"]
    assert findings("selection of runs", made_up()) == []


def test_an_impossible_accuracy_is_a_question_unless_enough_runs_are_averaged(made_up, findings):
    assert severities(findings("attainable accuracy", made_up(ce="80.00", new="81.11", test_size=100))) == ["question", "note"]
    assert severities(findings("attainable accuracy", made_up(ce="80.00", new="81.10", test_size=100, n=10))) == ["note"]
    assert findings("attainable accuracy", made_up(ce="80.00", new="81.11", test_size=10_000)) == []
    assert findings("attainable accuracy", made_up(ce="80.00", new="81.11")) == []


def test_two_tables_of_a_paper_that_differ(made_up, findings):
    first, second = made_up(key="paper/a"), made_up(key="paper/b", new="82.2 +- 1.0")
    assert severities(findings("one table against another", first, second)) == ["question", "note"]
    assert findings("one table against another", second, first) == []  # once per pair of tables
    assert severities(findings("one table against another", first, made_up(key="paper/b", ce="80 +- 1.0"))) == ["note"]  # 80 may be 80.0


def test_a_larger_model_below_a_smaller_one(made_up, findings):
    assert findings("smaller above larger", made_up()) == []


def test_a_wider_spread_is_told(made_up, findings):
    (found,) = findings("stability", made_up(new="82.0 +- 1.5", spread_kind="sd"))
    assert found.severity == "note"
    assert "1 of 1 cells" in found.shows
    assert findings("stability", made_up(new="82.0 +- 0.5", spread_kind="sd")) == []


@pytest.mark.parametrize(("test", "expected"), [(50, ["note"]), (60, ["serious"])])
def test_parts_that_do_not_fit_into_their_pool(made_up, findings, test, expected):
    parts = (SplitPart(name="validation", size=50, stated="half"), SplitPart(name="test", size=test, stated="the rest"))
    pool = SourcePool(table="paper/table", column="A", pool="pool", size=100, parts=parts, source="made up")
    assert severities(findings("split sizes", made_up(), facts={"paper": PaperFacts(pools=(pool,))})) == expected


def test_a_share_that_is_not_the_stated_one(made_up, findings):
    part = SplitPart(name="test", size=50, stated="a tenth", share=0.1)
    pool = SourcePool(table="paper/table", column="A", pool="pool", size=100, parts=(part,), source="made up")
    assert severities(findings("split sizes", made_up(), facts={"paper": PaperFacts(pools=(pool,))})) == ["note", "question"]


def test_facts_of_another_table_are_not_used(made_up, findings):
    facts = {"paper": PaperFacts(ablations=(Ablation(table="paper/other", whole="A", parts=("A",), baseline="A"),))}
    assert all(findings(name, made_up(), facts=facts) == [] for name in ("parts of the method", "split sizes", "augmentation triggers"))


@pytest.mark.parametrize("name", CHECKS)
def test_an_empty_table_has_no_findings(made_up, findings, name):
    assert findings(name, made_up(ce="unknown", new="-")) == []


def test_every_finding_says_what_it_shows_and_what_not():
    found = audit()
    assert {one.check for one in found} == set(CHECKS)
    for one in found:
        assert one.cells
        assert one.arithmetic
        assert one.shows.endswith(".")
        assert one.does_not_show.endswith(".")


ACCUSING = ("fraud", "wrongdoing", "cheat", "fake", "fabricat", "mislead", "dishonest", "impossible result")


def test_the_tone_is_neutral():
    for one in audit():
        text = f"{one.shows} {one.does_not_show}".lower()
        assert not [word for word in ACCUSING if word in text]


def test_the_audit_is_the_same_each_time():
    assert audit(published=load_published()) == audit(published=load_published())


def test_a_paired_test_is_closed_only_where_arithmetic_closes_it(made_up, findings):
    """Spreads 1.0 and 3.0 with a gain of 2: the differences of ten pairs spread by at least 1.9. Equal spreads bound nothing."""
    (closed,) = findings("p-values recomputed", made_up(new="82.0 +- 3.0", p="1e-9", selection=TOP, n=3, spread_kind="sd"))
    assert "A paired t-test over all 10 runs" in closed.shows
    assert "stays possible" not in closed.does_not_show
    (possible,) = findings("p-values recomputed", made_up(p="1e-9", selection=TOP, n=3, spread_kind="sd"))
    assert "A paired t-test over all" not in possible.shows
    assert "A paired test on the named runs stays possible for new / A" in possible.does_not_show
    assert "10 pairs with equal spreads can give any p" in possible.arithmetic[0]


def test_only_a_baseline_row_is_called_a_baseline(published):
    """A table of one method at several batch sizes has no baseline, so no finding on it may speak of one."""
    for one in audit(published=published):
        if published.tables[one.table].baseline is None:
            text = " ".join((one.check, one.shows, *one.arithmetic))
            assert "baseline" not in text.replace("a table without a baseline row", ""), one


def test_nothing_is_inferred_about_printed_numbers_from_code(published):
    """No cell takes its selection rule from released code, and every finding that reads code says that it judges no printed number."""
    assert not [cell for table in published.tables.values() for cell in table.cells if "code" in str(cell.selection)]
    for one in audit(published=published):
        if one.check in ("weight of the second term", "denominator of the contrastive term", "length of the perturbation"):
            assert "Anything about printed numbers" in one.does_not_show


def other_paper(gain, key="other/table"):
    told = {"paper": key.partition("/")[0], "citation": "B", "title": "T", "number": "1", "caption": "C", "baseline": "ce"}
    facts = {"task": "sst2", "shots": "all", "source": "made up", "confidence": "secondary", "model": "N-base"}
    rows = [
        {"id": "CE", "labels": ["CE"], "arm": "ce", "cells": ["80.0"]},
        {"id": "new", "labels": ["new"], "arm": "paper", "cells": [f"{80 + gain:.1f}"]},
    ]
    return build_table(key, TableFile.model_validate({**told, "all": facts, "columns": [{"label": "A"}], "rows": rows}))


@pytest.mark.parametrize(("gain", "severity"), [(1.0, "note"), (-1.0, "question")])
def test_a_gain_beside_that_of_others(findings, gain, severity):
    """The method is named after its paper, so that the claim is that paper's; the other table is a second run of it."""
    claim, again = other_paper(2.0, key="paper/table"), other_paper(gain)
    (found,) = findings("gains across papers", claim, again)
    assert found.severity == severity
    assert f"{gain:+.2f} with N-base" in found.arithmetic[0]
    assert findings("gains across papers", again, claim) == []


def test_a_control_that_reaches_the_gain(made_up, findings):
    def found(control):
        row = ControlRow(table="paper/table", method="new", control="part", baseline="CE", what="half of the method")
        table = made_up(ce="80.0", new="84.0")
        rows = [*({"id": r.id, "labels": r.labels, "arm": r.arm, "cells": [table.cell(r.id, "A").text]} for r in table.rows)]
        rows.append({"id": "part", "labels": ["part"], "cells": [control]})
        file = {"paper": "paper", "citation": "A", "title": "T", "number": "1", "caption": "C", "baseline": "ce", "rows": rows}
        facts = {"task": "sst2", "shots": "all", "source": "made up", "confidence": "secondary"}
        build = build_table("paper/table", TableFile.model_validate({**file, "all": facts, "columns": [{"label": "A"}]}))
        (one,) = findings("control rows", build, facts={"paper": PaperFacts(controls=(row,))})
        return one

    assert found("82.0").severity == "question"
    assert "in 1 of 1 columns (A)" in found("82.0").shows
    assert found("81.9").severity == "note"
    assert "is below the baseline in 1 (A)" in found("79.0").shows


def test_a_weight_that_depends_on_the_batch_is_a_question(made_up, findings):
    def fact(cross_entropy, where="file"):
        more = {"weight": 0.5, "batches": (8, 16), "source": "s"}
        return TermWeight(table="paper/table", where=where, cross_entropy=cross_entropy, term="sum", **more)

    (found,) = findings("weight of the second term", made_up(), facts={"paper": PaperFacts(term_weights=(fact("mean"), fact("sum", "b")))})
    assert found.severity == "question"
    assert "4 at 8, 8 at 16" in found.arithmetic[0]
    assert "In b it does not" in found.shows
    (found,) = findings("weight of the second term", made_up(), facts={"paper": PaperFacts(term_weights=(fact("sum"),))})
    assert found.severity == "note"
