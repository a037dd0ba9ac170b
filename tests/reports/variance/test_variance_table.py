"""The table of variance shares: known sources come out as such, gains are paired, and what is not whole is said."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import SplitSpec
from benchmark.records.store import RecordStore
from benchmark.stats.variance_components import SOURCES, variance_components
from reports.analysis.analysis import Analysis, analyse
from reports.results.blocks import read_results
from reports.variance.variance_table import variance_table

SPLITS, INITS, ORDERS = 3, 2, 2
Score = Callable[[int, int, int], float]


@pytest.fixture
def crossed(tmp_path: Path, make_spec: Any, make_record: Any) -> Callable[..., Analysis]:
    """The analysis of a crossed grid: arm -> score of (split, init, order), a multiple of 1 / 200; `lost` are planned and not there."""

    def made(lost: tuple[tuple[str, int, int, int], ...] = (), **arms: Score) -> Analysis:
        store, rows = RecordStore(tmp_path / "results"), []
        for arm, score in arms.items():
            for split, init, order in product(range(SPLITS), range(INITS), range(ORDERS)):
                rows_of = SplitSpec(split_seed=split, shots="20")
                spec = make_spec(arm, order, split=rows_of, init_seed=None if init == order else init)
                rows.append(ManifestRow.of(spec, arm=arm, task_source="mirror", n_train=20, n_dev=20, n_test=200))
                if (arm, split, init, order) not in lost:
                    store.write(make_record(store, spec, score(split, init, order)))
        store.write_manifest(Manifest(suite="variance", profile="laptop+crossed", rows=tuple(rows)))
        (block,) = read_results(tmp_path / "results").blocks
        analysis = analyse(block)
        assert analysis is not None
        return analysis

    return made


def lines(analysis: Analysis) -> dict[tuple[str, str], dict[str, str]]:
    table = variance_table(analysis)
    assert table is not None
    names = [column.name for column in table.columns]
    return {(row[0], row[2]): dict(zip(names, row, strict=True)) for row in table.grid()}


def test_a_spread_over_splits_alone_is_all_the_split_and_the_gain_has_none(crossed: Callable[..., Analysis]) -> None:
    found = lines(crossed(ce=lambda s, i, o: 0.6 + 0.05 * s, scl=lambda s, i, o: 0.65 + 0.05 * s))
    score = found["scl", "score"]
    assert score["split"].startswith("100 %: 5.0 [")  # standard deviation of 0, 5 and 10 points
    assert score["init"].startswith("0 %: 0.0")
    assert score["sd of one run"] == "5.0"
    assert score["levels"] == "3 splits x 2 inits x 2 orders"
    assert found["scl", "gain over ce"]["sd of one run"] == "0.0"
    assert ("ce", "gain over ce") not in found


def test_shares_are_those_of_the_components(crossed: Callable[..., Analysis]) -> None:
    draw = (np.random.default_rng(0).integers(0, 30, (2, SPLITS, INITS, ORDERS)) + 120) / 200
    analysis = crossed(ce=lambda *at: float(draw[(0, *at)]), scl=lambda *at: float(draw[(1, *at)]))
    expected = variance_components(100 * (draw[1] - draw[0]))
    line = lines(analysis)["scl", "gain over ce"]
    shown = [line[{"residual": "rest"}.get(name, name.replace(":", " x "))] for name in SOURCES]
    assert [float(one.partition(" %")[0]) for one in shown] == pytest.approx([100 * share for share in expected.shares.values()], abs=0.51)
    assert float(line["sd of one run"]) == pytest.approx(math.sqrt(expected.total), abs=0.06)


def test_the_test_set_has_the_standard_error_of_its_examples(crossed: Callable[..., Analysis]) -> None:
    analysis = crossed(ce=lambda s, i, o: 0.6, scl=lambda s, i, o: 0.7)
    right = []
    for record in analysis.block.store:
        if record.spec.method.name == "scl":
            right.append(np.array(record.predictions.ids()) == np.arange(200) % 2)
    each = np.mean(right, axis=0)
    assert float(lines(analysis)["scl", "score"]["test examples"]) == pytest.approx(100 * each.std(ddof=1) / 200**0.5, abs=0.006)


def test_a_split_that_is_not_whole_is_left_out_and_said(crossed: Callable[..., Analysis]) -> None:
    found = lines(crossed(lost=(("ce", 1, 0, 1),), ce=lambda s, i, o: 0.6 + 0.01 * s, scl=lambda s, i, o: 0.7 + 0.01 * i))
    assert found["ce", "score"]["levels"] == "2 splits x 2 inits x 2 orders (2 of 3 splits are whole)"
    assert found["scl", "score"]["levels"] == "3 splits x 2 inits x 2 orders"
    assert found["scl", "gain over ce"]["levels"] == "2 splits x 2 inits x 2 orders (2 of 3 splits are whole)"


def test_a_design_that_crosses_nothing_has_no_such_table(tmp_path: Path, filled: Any) -> None:
    (block,) = read_results(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.62, 0.7], "scl": [0.7, 0.66, 0.7]}})).blocks
    analysis = analyse(block)
    assert analysis is not None
    assert variance_table(analysis) is None
