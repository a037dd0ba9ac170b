"""The grid of a request: where the parameters of its arms come from."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.toml_files import encoder_names, load_encoder
from benchmark.planning.grid import make_grid
from benchmark.plugins.registry import build


def params_of(arm: str, **request: Any) -> dict[str, Any]:
    grid = make_grid(RunRequest(suite="three-phase", **request))
    return next(a.params for a in grid.arms if a.name == arm)


def test_an_encoder_gives_its_own_parameters_to_a_methods_arms() -> None:
    """Table 5 of the three-phase paper has another best learning rate for RoBERTa than for MiniLM."""
    assert params_of("three-phase", profile="laptop").get("lr_dae") is None
    assert params_of("three-phase", profile="laptop", encoder="roberta-base")["lr_dae"] == 1e-5
    assert params_of("three-phase-frozen", profile="paper-base")["epochs_dae"] == 12
    assert params_of("cl-ft", profile="paper-base") == {"lr_cl": 1e-5, "length_class": "medium"}


def test_the_profile_goes_before_the_encoder_and_an_option_before_both() -> None:
    assert params_of("three-phase", profile="laptop", encoder="roberta-base")["epochs_dae"] == 1
    chosen = params_of("three-phase", profile="laptop", encoder="roberta-base", set={"three-phase.lr_dae": "1e-4"})
    assert chosen["lr_dae"] == "1e-4"


@pytest.mark.parametrize("name", encoder_names())
def test_the_parameters_of_a_shipped_encoder_are_taken_by_their_methods(name: str) -> None:
    for key, value in load_encoder(name).params.items():
        method, parameter = key.split(".")
        assert getattr(build(method, {parameter: value}), parameter) == value
