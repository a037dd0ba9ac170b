"""One cell type: from a spec, from a row of the results frame, for people, and in an order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.cell import Cell
from benchmark.records.manifest import ManifestRow
from benchmark.records.spec import Compute, Imbalance, MethodSpec, NoiseSpec, RunSpec, SplitSpec, TaskSpec

cells = st.builds(
    Cell,
    task=st.sampled_from(["sst2", "trec"]),
    shots=st.sampled_from(["20", "100", "16/class", "50%", "all"]),
    noise=st.none()
    | st.builds(NoiseSpec, kind=st.just("char"), level=st.floats(0, 1), where=st.sampled_from(["train", "test"]), size=st.just("add:2")),
    imbalance=st.just(None),
    sampler=st.sampled_from(["natural", "pk:8,2"]),
    unlabelled=st.sampled_from([0, 500, "pool"]),
)
tails = st.builds(
    Cell, task=st.just("trec"), shots=st.just("all"), sampler=st.just("natural"), imbalance=st.builds(Imbalance, ratio=st.just(10.0))
)


def spec_of(cell: Cell) -> RunSpec:
    return RunSpec(
        numerics=1,
        method=MethodSpec(name="ce", code="a"),
        task=TaskSpec(name=cell.task, data="b", n_classes=2, pair=False),
        split=SplitSpec(shots=cell.shots, unlabelled=cell.unlabelled, imbalance=cell.imbalance),
        noise=cell.noise,
        sampler=cell.sampler or "natural",
        compute=Compute(),
    )


@given(cells | tails)
def test_a_row_of_the_frame_tells_the_cell_that_the_spec_had(cell: Cell) -> None:
    spec = spec_of(cell)
    assert Cell.of_spec(spec) == cell
    assert Cell.of_row(ManifestRow.of(spec, arm="ce", task_source="hub").model_dump()) == cell


@given(st.lists(cells | tails, max_size=6))
def test_cells_have_one_order(given_cells: list[Cell]) -> None:
    backwards = given_cells[::-1]
    assert sorted(given_cells) == sorted(backwards)


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ({"shots": "20"}, "sst2 N = 20"),
        ({"shots": "50%", "sampler": "pk:8,2"}, "sst2 50% pk:8,2"),
        ({"shots": "20", "noise": NoiseSpec(kind="char", level=0.2)}, "sst2 N = 20 char:0.2"),
        ({"shots": "20", "noise": NoiseSpec(kind="char", level=0.2, where="both")}, "sst2 N = 20 char:0.2 (both)"),
        ({"shots": "all", "imbalance": Imbalance(ratio=10)}, "sst2 tail:10:400"),
    ],
)
def test_the_label_is_the_cell_in_one_line(cell: dict[str, Any], label: str) -> None:
    assert Cell("sst2", **cell).label == label


def test_small_training_sets_come_before_large_ones() -> None:
    sizes = [Cell("sst2", shots) for shots in ("all", "100", "20")]
    assert [cell.shots for cell in sorted(sizes)] == ["20", "100", "all"]
