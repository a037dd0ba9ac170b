"""A profile: what a suite runs on. Encoder, data, how many seeds and labels, and the compute that is part of every run's identity."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from benchmark.config.encoder import Steps, check_params, check_steps
from benchmark.config.suite import Shots
from benchmark.names import NAME_PATTERN
from benchmark.records.spec import Compute, Frozen


class ProfileConfig(Frozen):
    """What a suite runs on.

    Args:
        data: `embedded`: sentences from the built-in grammar, a stand-in; `real`: hub, mirror or file.
        shots: the shots it can afford; None: those of the suite.
        seeds: how many, where the suite does not say.
        test_cap: at most this many test examples; None: all.
        max_length: texts are cut to this many tokens; None: as the task says, else the encoder.
        task_max_length: task -> its own length cap, before `max_length`.
        unlabelled: unlabelled texts per cell, where the suite does not say.
        params: `method.parameter` -> value, for every arm of that method.
        steps: a table of its own in place of the encoder's (number of training examples -> steps).
        stand_in: whether encoder or data stand in for real ones; said in every record, table and figure.
    """

    name: str = Field(pattern=NAME_PATTERN)
    title: str = ""
    encoder: str
    data: Literal["embedded", "real"]
    shots: tuple[Shots, ...] | None = None
    seeds: int = Field(gt=0)
    test_cap: int | None = Field(None, gt=0)
    max_length: int | None = Field(None, gt=0)
    task_max_length: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    unlabelled: Annotated[int, Field(ge=0)] | Literal["pool"] = 2000
    device: str = Field("cpu", pattern=r"^(cpu|cuda(:\d+)?)$")
    precision: Literal["fp32", "bf16"] = "fp32"
    threads: int = Field(1, gt=0)
    params: dict[str, Any] = Field(default_factory=dict)
    steps: Steps | None = None
    stand_in: bool = False

    @field_validator("steps")
    @classmethod
    def _steps(cls, steps: Steps | None) -> Steps | None:
        return None if steps is None else check_steps(steps)

    @field_validator("params")
    @classmethod
    def _params(cls, params: dict[str, Any]) -> dict[str, Any]:
        return check_params(params)

    @property
    def compute(self) -> Compute:
        """Device, precision and threads, as they stand in every spec."""
        return Compute(device=self.device, precision=self.precision, threads=self.threads)

    def affordable(self, shots: tuple[str, ...]) -> tuple[str, ...]:
        """The suite's shots that this profile allows; where none is among them, the profile's own."""
        if self.shots is None:
            return shots
        return tuple(s for s in shots if s in self.shots) or self.shots
