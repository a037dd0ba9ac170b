"""A run's key is its content: independent of the order of keys and of how a number was typed, and changed by everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.records.spec import NoiseSpec, RunSpec, canonical, content_key

GOLDEN = "42b627f76759f825f300f824b0105e21f39ba601370e6cb800caca155f389989"
GOLDEN_OF_VERSION_1 = "1f3ff767e6163d465ecd64d97dc56cb14ca5b60b16730164a537fe9e70ab68e9"

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def turned(value: Any) -> Any:
    """The same content with every dictionary's keys in the opposite order."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(list(value))}
    return [turned(item) for item in value] if isinstance(value, list) else value


@given(plain)
def test_the_order_of_keys_does_not_matter(value: Any) -> None:
    assert content_key(turned(value)) == content_key(value)


@given(plain, plain)
def test_different_content_has_different_keys(one: Any, other: Any) -> None:
    assert (content_key(one) == content_key(other)) == (canonical(one) == canonical(other))


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.floats(0, 1), max_size=5))
def test_a_spec_survives_being_written_and_read(params: dict[str, float]) -> None:
    spec = make(params=params)
    again = RunSpec.model_validate_json(canonical(spec.model_dump(mode="json")))
    assert again == spec
    assert again.key == spec.key


def make(**more: Any) -> RunSpec:
    params = more.pop("params", {"weight": 0.9})
    told: dict[str, Any] = {
        "numerics": 1,
        "method": {"name": "scl", "params": params, "code": "a" * 64},
        "task": {"name": "sst2", "data": "b" * 64, "n_classes": 2, "pair": False},
        "split": {},
        "budget": {"steps": 60, "batch": 16, "lr_encoder": 1e-4, "lr_head": 1e-3},
        "compute": {},
        "seed": 0,
    }
    return RunSpec.model_validate({**told, **more})


def test_the_key_of_a_known_spec_stays_what_it_is() -> None:
    """It may change only together with SPEC_VERSION: every stored record would be run again."""
    assert make().key == GOLDEN


def test_a_spec_of_version_1_keeps_its_key() -> None:
    """Records that were made before a field was added are still those of their key."""
    assert make(version=1).key == GOLDEN_OF_VERSION_1
    encoder = {"name": "tiny", "commit": "c" * 40, "weights": "d" * 64, "pooling": "mean", "max_length": 64}
    old = make(version=1, encoder=encoder)
    dumped = old.model_dump(mode="json")
    dumped["encoder"] = encoder
    del dumped["init_seed"], dumped["budget"]["epsilon"], dumped["budget"]["betas"]
    assert old.key == content_key(dumped)


def test_a_whole_number_in_a_float_field_is_the_same_number() -> None:
    one = make(noise={"kind": "char", "level": 1}, budget={"steps": 60, "batch": 16, "lr_encoder": 1, "lr_head": 1})
    other = make(noise={"kind": "char", "level": 1.0}, budget={"steps": 60, "batch": 16, "lr_encoder": 1.0, "lr_head": 1.0})
    assert one.key == other.key


@pytest.mark.parametrize(
    "change",
    [
        {"numerics": 2},
        {"seed": 1},
        {"init_seed": 1},
        {"sampler": "pk:8,2"},
        {"params": {"weight": 0.8}},
        {"noise": {"kind": "char", "level": 0.1}},
        {"split": {"shots": "100"}},
        {"split": {"split_seed": 1}},
        {"split": {"unlabelled": "pool"}},
        {"split": {"imbalance": {"ratio": 10}}},
        {"compute": {"threads": 2}},
        {"compute": {"precision": "bf16"}},
        {"budget": None},
    ],
)
def test_everything_in_a_spec_is_part_of_its_key(change: dict[str, Any]) -> None:
    assert make(**change).key != make().key


@pytest.mark.parametrize("seeds", [{"seed": 3, "init_seed": 3}, {"seed": None, "init_seed": 3}])
def test_a_run_has_one_form_of_its_seeds(seeds: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="init_seed"):
        make(**seeds)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        NoiseSpec.model_validate({"kind": "char", "level": 0.1, "leval": 0.2})


def test_a_number_without_a_value_has_no_key() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_key(float("nan"))


def test_a_spec_cannot_be_changed(spec: Callable[..., RunSpec]) -> None:
    with pytest.raises(ValueError, match="frozen"):
        spec().seed = 3
