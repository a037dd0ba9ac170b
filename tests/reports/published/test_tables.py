"""Every published table is whole, says where it is from, and points at things of ours that exist."""

from __future__ import annotations

import pytest

from benchmark.config.task import task_names
from benchmark.config.toml_files import encoder_names, load_profile, load_suite
from benchmark.plugins.registry import methods
from reports.published import load_table, load_tables, table_names

WANTED = {
    *("scl/few-shot", "scl/noise", "scl/full", "scl/batch", "scl/transfer", "scl/datasets"),
    *("cat/headlines", "cat/glue", "cat/intent"),
    *("three-phase/accuracy", "three-phase/ablation", "three-phase/hyperparameters", "three-phase/f1", "three-phase/datasets"),
    *("dualcl/accuracy", "supcl-seq/glue", "fairseq/glue"),
}
NOT_OURS = {"qqp", "stsb", "wnli", "pc", "cr", "snips_built_in", "amazon_polarity", "yelp_polarity", "clinc_oos"}
EVERY = table_names()


def test_the_tables_of_the_three_papers_and_of_their_witnesses_are_there():
    assert set(EVERY) >= WANTED
    assert list(load_tables()) == sorted(EVERY)


@pytest.mark.parametrize("key", EVERY)
def test_every_cell_says_what_it_is(key):
    table = load_table(key)
    assert table.key == key
    assert table.paper == key.partition("/")[0]
    assert table.title
    assert table.caption
    for cell in table.cells:
        assert cell.source
        assert (cell.value is not None) == (cell.state in ("number", "range"))
        assert (cell.spread is None) == (cell.spread_kind is None)
        assert cell.state != "unknown" or cell.text == "unknown"
        assert cell.p is None or 0 < cell.p < 1
        assert cell.n is None or cell.n > 0


@pytest.mark.parametrize("key", EVERY)
def test_a_percentage_is_between_0_and_100(key):
    table = load_table(key)
    if table.unit == "percent":
        assert all(0 <= cell.value <= 100 for cell in table.cells if cell.known)


@pytest.mark.parametrize("key", EVERY)
def test_averages_name_columns_of_the_table(key):
    table = load_table(key)
    columns = {column.id for column in table.columns}
    assert all(set(cell.mean_of) <= columns - {cell.column} for cell in table.cells)


@pytest.mark.parametrize("key", EVERY)
def test_arms_tasks_and_encoders_are_ours_or_declared_not_to_be(key):
    table = load_table(key)
    fill = table.fill
    assert {cell.task for cell in table.cells} - {None} <= {*task_names(), *NOT_OURS}
    assert {fill.encoder, *(cell.encoder for cell in table.cells)} - {None} <= set(encoder_names())
    assert all(load_profile(name).data == "real" for name in fill.profiles)
    registered = {entry.name for entry in methods.listing()}
    arms = {arm.name for arm in load_suite(fill.suite).arms} if fill.suite else set()
    assert {cell.arm for cell in table.cells} - {None} <= registered | arms


@pytest.mark.parametrize("key", EVERY)
def test_the_rows_and_cells_of_p_values_exist(key):
    table = load_table(key)
    for cell in table.cells:
        if cell.p is not None:
            base = table.cell(cell.p_against, cell.column)
            assert base == table.base(cell)


def test_what_was_not_seen_stays_unknown():
    """Nothing is filled from memory: no table of CAT and no final full-data table of SCL was seen."""
    for key in ("cat/glue", "cat/intent", "scl/full-final", "bert/glue-large"):
        table = load_table(key)
        assert {cell.state for cell in table.cells} == {"unknown"}
        assert {cell.value for cell in table.cells} == {None}


def test_the_baseline_of_a_cell_is_in_the_same_setting():
    table = load_table("scl/noise")
    cell = table.cell("QNLI CE + SCL", "T=0.7")
    base = table.base(cell)
    assert (base.row, base.column, base.text) == ("QNLI CE", "T=0.7", "78.9 +- 3.7")
    assert table.base(base) is None
    average = table.base(table.cell("QNLI CE + SCL", "Average"))
    assert average.text == "79.0 +- 3.5"


def test_cited_results_do_not_take_the_model_or_the_test_set_of_their_row():
    cell = load_table("three-phase/accuracy").cell("RoBERTa-base SST2", "EFL")
    assert (cell.value, cell.model, cell.encoder, cell.test_size, cell.arm) == (96.9, "RoBERTa-Large", None, None, None)


def test_doubtful_readings_are_marked():
    cells = [cell for table in load_tables().values() for cell in table.cells if cell.text.endswith("?")]
    assert [(cell.value, cell.confidence) for cell in cells] == [(97.96, "doubtful")]


def test_the_few_shot_table_states_its_statistic():
    cell = load_table("scl/few-shot").cell("20 CE + SCL", "QNLI")
    assert (cell.value, cell.spread, cell.spread_kind, cell.n, cell.p) == (75.7, 4.8, "sd", 3, 1e-46)
    assert str(cell.selection) == "top 3 of 10 by validation accuracy"
    assert (cell.task, cell.shots, cell.arm, cell.encoder) == ("qnli", "20", "scl", "roberta-large")


def test_the_claims_of_the_abstract_of_cat():
    cells = load_table("cat/headlines").cells
    assert [(cell.value, cell.upper) for cell in cells] == [(1.7, None), (1.3, None), (1.0, 2.0), (None, None)]
