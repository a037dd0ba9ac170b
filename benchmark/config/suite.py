"""A suite: which tasks, how many labels, which noise, which arms. What it runs on is the profile's business."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from benchmark.config.shorthand import as_value_error, check_sampler, check_shots
from benchmark.errors import UserError
from benchmark.records.spec import Frozen

Shots = Annotated[str, BeforeValidator(as_value_error(check_shots))]
Sampler = Annotated[str, BeforeValidator(as_value_error(check_sampler))]


class NoiseCell(Frozen):
    """Noise of one cell. In TOML a table, or the short form `label-flip:0.2`."""

    kind: str
    level: float = Field(gt=0, le=1, allow_inf_nan=False)
    where: Literal["train", "test", "both"] = "train"
    size: str = Field("replace", pattern=r"^(replace|add:[1-9][0-9]*)$")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return as_value_error(_written)(given) if isinstance(given, str) else given


def _written(text: str) -> dict[str, Any]:
    from benchmark.data.noise import parse_noise

    spec = parse_noise(text)
    if spec is None:
        raise UserError("Noise 'none' was given.", "The clean cell is `clean = true`.", "")
    return spec.model_dump()


class Arm(Frozen):
    """A method with parameters, under the name that tables show. In TOML a table, or just the method's name.

    Args:
        role: `arm`; `tuned` and `trial` are set by the search.
        trial: which draw of the search, from 0 (the default); set by the search.
        sampler: this arm's own sampler, for an arm whose paper is about that very thing.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")
    method: str
    params: dict[str, Any] = Field(default_factory=dict)
    role: str = "arm"
    trial: int | None = Field(None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"name": given, "method": given}
        return {"name": given["method"], **given} if isinstance(given, dict) and "method" in given else given


class LongTail(Frozen):
    """Long-tailed cells: class sizes fall geometrically from `largest` to `largest / ratio`, one cell per ratio."""

    ratios: tuple[Annotated[float, Field(gt=1, allow_inf_nan=False)], ...] = Field(min_length=1)
    largest: int = Field(400, gt=0)


class SuiteConfig(Frozen):
    """A grid of cells (task x shots x noise x imbalance) and the arms that meet in each.

    Args:
        clean: whether the cell without noise is part of the grid.
        baseline: the arm that the others are compared with.
        sampler: None: natural up to 8 classes, `pk:8,2` above.
        unlabelled: None: the profile's default.
        imbalance: long tails instead of the shots; None: training sets as drawn.
        dev: `like-train`: the development set has the noise of the training set.
        seeds: how many; None: the profile's default.
        max_length: texts are cut to this many tokens, in every task; None: as profile, task and encoder say.
        test_cap: at most this many test examples; the profile's cap holds too.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str = ""
    description: str = ""
    tasks: tuple[str, ...] = Field(min_length=1)
    shots: tuple[Shots, ...] = Field(("all",), min_length=1)
    clean: bool = True
    noise: tuple[NoiseCell, ...] = ()
    arms: tuple[Arm, ...] = Field(min_length=1)
    baseline: str = "ce"
    protocol: Literal["honest", "paper"] = "honest"
    sampler: Sampler | None = None
    unlabelled: Annotated[int, Field(ge=0)] | Literal["pool"] | None = None
    imbalance: LongTail | None = None
    dev: Literal["like-train", "clean"] = "like-train"
    selection: Literal["last", "best-dev"] = "last"
    seeds: int | None = Field(None, gt=0)
    max_length: int | None = Field(None, gt=0)
    test_cap: int | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> SuiteConfig:
        arms = [arm.name for arm in self.arms]
        if len(set(arms)) != len(arms):
            raise ValueError(f"two arms share a name: {', '.join(sorted({name for name in arms if arms.count(name) > 1}))}")
        if self.baseline not in arms:
            raise ValueError(f"baseline = {self.baseline!r} is no arm of the suite; the arms are {', '.join(arms)}")
        if not self.clean and not self.noise:
            raise ValueError("clean = false leaves no cell where `noise` is empty")
        return self
