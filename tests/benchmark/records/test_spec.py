"""A run's key is its content: independent of the order of keys and of how a number was typed, and changed by everything else."""

from __future__ import annotations

import copy
import functools
import json
import operator
from collections.abc import Callable, Iterator
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


@given(plain)
def test_the_text_of_which_a_key_is_made_loses_nothing(value: Any) -> None:
    """So different content has different texts, and different keys."""
    assert json.loads(canonical(value)) == value


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


FULL: dict[str, Any] = {
    "numerics": 1,
    "method": {"name": "scl", "params": {"weight": 0.9}, "code": "a" * 64, "matched": [1, 2]},
    "task": {"name": "sst2", "data": "b" * 64, "n_classes": 2, "pair": False},
    "split": {"unlabelled": 5, "test_cap": 100, "imbalance": {"ratio": 10.0}},
    "noise": {"kind": "char", "level": 0.1, "code": "e" * 64},
    "encoder": {
        "name": "tiny",
        "commit": "c" * 40,
        "weights": "d" * 64,
        "files": "f" * 64,
        "pooling": "mean",
        "max_length": 64,
        "reinit": 1,
    },
    "budget": {"steps": 60, "batch": 16, "lr_encoder": 1e-4, "lr_head": 1e-3},
    "compute": {},
    "seed": 0,
    "init_seed": 7,
}
# Fields with few allowed values, and another one of them.
OTHER = {
    ("split", "protocol"): "paper",
    ("split", "dev"): "clean",
    ("noise", "where"): "test",
    ("noise", "size"): "add:2",
    ("encoder", "pooling"): "cls",
    ("compute", "precision"): "bf16",
    ("budget", "selection"): "best-dev",
}
Place = tuple[Any, ...]


def leaves(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value in nested dictionaries and lists, with its place."""
    if isinstance(value, (dict, list)):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*at, name))
    else:
        yield at, value


def other(at: Place, value: Any) -> Any:
    """Another value of the same kind."""
    if at in OTHER:
        return OTHER[at]
    if isinstance(value, bool):
        return not value
    return value + "x" if isinstance(value, str) else value + 1 if isinstance(value, int) else value / 2


DUMPED = RunSpec.model_validate(FULL).model_dump(mode="json")


def test_the_full_spec_leaves_no_field_empty() -> None:
    assert [at for at, value in leaves(DUMPED) if value is None] == []


@pytest.mark.parametrize(
    ("at", "value"), list(leaves(DUMPED)), ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else ""
)
def test_every_field_of_a_spec_is_part_of_its_key(at: Place, value: Any) -> None:
    changed = copy.deepcopy(DUMPED)
    parent = functools.reduce(operator.getitem, at[:-1], changed)
    parent[at[-1]] = other(at, value)
    assert RunSpec.model_validate(changed).key != RunSpec.model_validate(FULL).key


@pytest.mark.parametrize("part", ["noise", "encoder", "budget", "seed", "init_seed"])
def test_a_part_that_is_absent_is_another_spec(part: str) -> None:
    absent = {part: None} | ({"init_seed": None} if part == "seed" else {})
    assert make(**{**FULL, **absent}).key != make(**FULL).key


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
