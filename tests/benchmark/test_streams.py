"""Random streams: same name, same numbers; whatever was drawn before, in whatever order, on whatever subset."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.streams import Streams, derive, uniforms


def test_a_draw_depends_on_its_name_and_root_alone() -> None:
    one, other = Streams(3, 5), Streams(3, 5)
    other.numpy("order", 0).random(100)
    other.torch("init", "head")
    assert one.seed_of("dropout", 1, "encode", 0) == other.seed_of("dropout", 1, "encode", 0)


@pytest.mark.parametrize("axis", ["split", "noise"])
def test_split_and_noise_do_not_follow_the_training_seed(axis: str) -> None:
    assert Streams(1, 0).seed_of(axis, "x") == Streams(1, 9, salt="null").seed_of(axis, "x")


@pytest.mark.parametrize(
    ("axis", "broken"), [("init", True), ("order", True), ("dropout", True), ("augment", False), ("split", False), ("noise", False)]
)
def test_a_salt_breaks_init_order_and_dropout_only(axis: str, broken: bool) -> None:
    assert (Streams(1, 1).seed_of(axis, "x") != Streams(1, 1, salt="null").seed_of(axis, "x")) is broken


def test_the_head_is_drawn_alike_whatever_phase_builds_it() -> None:
    streams = Streams(0, 0)
    assert streams.at("fine-tune").seed_of("init", "head") == streams.at("contrast").seed_of("init", "head")
    assert streams.at("fine-tune").seed_of("order", 0) != streams.at("contrast").seed_of("order", 0)


def test_streams_remember_which_axes_were_drawn_across_phases() -> None:
    streams = Streams(0, 0)
    streams.at("a").numpy("order")
    streams.at("b").seed_of("dropout")
    assert streams.drawn == {"order", "dropout"}


def test_an_unknown_axis_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown axis"):
        Streams(0, 0).seed_of("weather")


def test_golden_numbers() -> None:
    """Every stored split and every record rests on these; they may never change."""
    assert derive(0, "split", "", "", "train") == 538360764788659492
    assert uniforms(np.array([1, 2], dtype=np.uint64), 7).tolist() == [0.7398170143550824, 0.386768045983934]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50, unique=True), st.integers(0, 2**62))
def test_an_id_keeps_its_number_in_every_subset_and_order(ids: list[int], seed: int) -> None:
    whole = dict(zip(ids, uniforms(np.array(ids, dtype=np.uint64), seed), strict=True))
    part = ids[::-2]
    assert uniforms(np.array(part, dtype=np.uint64), seed).tolist() == [whole[i] for i in part]
    assert all(0 <= value < 1 for value in whole.values())


@pytest.mark.parametrize("axis", ["split", "noise", "init", "order", "dropout", "augment"])
def test_an_init_seed_moves_the_initialisation_alone(axis: str) -> None:
    crossed = Streams(1, 2, init_seed=5).at("fine-tune").seed_of(axis, "head")
    assert crossed == Streams(1, 5 if axis == "init" else 2).at("fine-tune").seed_of(axis, "head")
