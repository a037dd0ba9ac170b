"""A suite: which tasks, how many labels, which noise, which arms, in one grid or in stages. What it runs on is the profile's business."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from benchmark.config.shorthand import as_value_error, check_sampler, check_shots
from benchmark.errors import UserError
from benchmark.names import NAME_PATTERN
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
    return spec.model_dump(include=set(NoiseCell.model_fields))


class Arm(Frozen):
    """A method with parameters, under the name that tables show. In TOML a table, or just the method's name.

    Args:
        role: `arm`; `tuned` and `trial` are set by the search.
        trial: which draw of the search, from 0 (the default); set by the search.
        sampler: this arm's own sampler, for an arm whose paper is about that very thing.
    """

    name: str = Field(pattern=NAME_PATTERN)
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


class GridConfig(Frozen):
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
        transfer: score every predictor on its task's further test sets too.
        splits: cross every seed with this many split seeds; None: one new split per seed.
        inits: with `splits`: cross this many initialisations with the seeds of order and dropout; None: they move together.
        encoders: the grid on each of these, in place of the profile's encoder; results of each stand apart.
        search: tune every arm first: so many settings each, chosen by development score.
    """

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
    transfer: bool = False
    splits: int | None = Field(None, gt=0)
    inits: int | None = Field(None, gt=1)
    encoders: tuple[str, ...] = ()
    search: int | None = Field(None, gt=1)

    @model_validator(mode="after")
    def _one_grid(self) -> Self:
        arms = [arm.name for arm in self.arms]
        if len(set(arms)) != len(arms):
            raise ValueError(f"two arms share a name: {', '.join(sorted({name for name in arms if arms.count(name) > 1}))}")
        if not self.clean and not self.noise:
            raise ValueError("clean = false leaves no cell where `noise` is empty")
        if self.inits is not None and self.splits is None:
            raise ValueError("inits crosses initialisations on fixed splits: give splits too")
        return self


class StageConfig(GridConfig):
    """One grid of a stage of a study; tables of one name are one stage. What a table does not say is as the file says above the stages."""

    name: str = Field(pattern=NAME_PATTERN)
    title: str = ""


class SuiteConfig(GridConfig):
    """A suite: one grid, or a study in stages (`[[stage]]` tables), which then has the tasks and arms of all of them.

    Args:
        stage: the grids of all stages, in the order in which they are run.
        part: of a suite that is one stage of a study: the name of that stage.
    """

    name: str = Field(pattern=NAME_PATTERN)
    title: str = ""
    description: str = ""
    stage: tuple[StageConfig, ...] = ()
    part: str = ""

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, given: Any) -> Any:
        """Stages get what is said above them, and the suite gets the tasks and arms of all stages."""
        if not isinstance(given, dict) or not _are_tables(given.get("stage")):
            return given
        shared = {key: value for key, value in given.items() if key not in ("name", "title", "description", "stage", "part")}
        stages = [shared | stage for stage in given["stage"]]
        united = {key: _united(stage.get(key) for stage in stages) for key in ("tasks", "arms")}
        return {**given, **united, "stage": stages}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        arms = [arm.name for arm in self.arms]
        if self.baseline not in arms and not self.part:
            raise ValueError(f"baseline = {self.baseline!r} is no arm of the suite; the arms are {', '.join(arms)}")
        return self

    def parts(self) -> tuple[SuiteConfig, ...]:
        """Each grid of a study as a suite of the same name; the suite itself where it has no stages."""
        if not self.stage:
            return (self,)
        return tuple(
            SuiteConfig.model_validate({**stage.model_dump(), "name": self.name, "description": self.description, "part": stage.name})
            for stage in self.stage
        )


def _are_tables(stages: Any) -> bool:
    return isinstance(stages, (list, tuple)) and bool(stages) and all(isinstance(stage, dict) for stage in stages)


def _united(lists: Iterable[Any]) -> list[Any]:
    """The items of several lists, each once. What is no list is left to the checks of the stage itself."""
    found: list[Any] = []
    for items in lists:
        found += [item for item in (items if isinstance(items, (list, tuple)) else ()) if item not in found]
    return found
