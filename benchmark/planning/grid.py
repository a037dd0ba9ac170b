"""The grid of a request: which cells, which arms, which seeds. Suite x profile x options, before any spec is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from benchmark.cell import Cell
from benchmark.config.encoder import EncoderConfig
from benchmark.config.profile import ProfileConfig
from benchmark.config.request import RunRequest
from benchmark.config.shorthand import parse_override
from benchmark.config.suite import Arm, SuiteConfig
from benchmark.config.task import TaskConfig, task_names
from benchmark.config.toml_files import load_encoder, load_profile, load_suite
from benchmark.errors import UserError, unknown
from benchmark.planning.run_seeds import RunSeeds, crossed_seeds, paired_seeds
from benchmark.plugins.registry import methods
from benchmark.records.spec import Compute, Imbalance, NoiseSpec


@dataclass(frozen=True)
class Grid:
    """Everything a plan is made of.

    Args:
        overridden: whether an option changed what the profile fixes; tables then say `profile*`.
        design: how parameters and seeds are decided where not beforehand: `+search8`, `+looks`. Results of another design stand apart.
        seeds: the replicates of every arm.
    """

    suite: SuiteConfig
    profile: ProfileConfig
    overridden: bool
    encoder: EncoderConfig
    compute: Compute
    protocol: Literal["honest", "paper"]
    cells: tuple[Cell, ...]
    arms: tuple[Arm, ...]
    seeds: tuple[RunSeeds, ...]
    design: str = ""

    @property
    def profile_name(self) -> str:
        """With a star where an option overrode it, and with the design."""
        return f"{self.profile.name}{'*' if self.overridden else ''}{self.design}"


def make_grid(request: RunRequest) -> Grid:
    """Resolve names, options and defaults. UserError for whatever does not exist or does not fit."""
    suite, profile = load_suite(request.suite), load_profile(request.profile)
    if profile.data == "embedded" and request.data_root is not None:
        raise UserError(
            f"--data-root was given with the profile {profile.name!r}.",
            "That profile runs on its embedded stand-in sentences (or on your own --task-file).",
            "Real data goes with --profile laptop (or paper-base, paper).",
        )
    for task in profile.task_max_length:
        if task not in task_names():
            raise unknown("task", task, task_names(), f"Correct task_max_length of the profile {profile.name!r}.")
    encoder = load_encoder(profile.encoder if request.encoder is None else request.encoder)
    changes = {"device": request.device, "precision": request.precision, "threads": request.threads}
    compute = profile.compute.model_copy(update={name: value for name, value in changes.items() if value is not None})
    arms = tuple(_arms(request, suite, profile, encoder))
    return Grid(
        suite,
        profile,
        overrides(request, profile, suite),
        encoder,
        Compute.model_validate(compute.model_dump()),
        request.protocol or suite.protocol,
        tuple(_cells(request, suite, profile)),
        arms,
        _seeds(request, suite, profile),
        _design(request),
    )


def _design(request: RunRequest) -> str:
    search = "" if request.search is None else f"+search{request.search}"
    return search + ("" if request.until is None else "+looks")


def overrides(request: RunRequest, profile: ProfileConfig, suite: SuiteConfig) -> bool:
    """Whether an option changes what the profile fixes: encoder, compute, parameters, unlabelled texts, or shots that are not its own.
    More or fewer seeds do not: n stands beside every number."""
    own = {"encoder": profile.encoder, "device": profile.device, "precision": profile.precision, "threads": profile.threads}
    changed = any(getattr(request, name) not in (None, value) for name, value in own.items())
    unlabelled = profile.unlabelled if suite.unlabelled is None else suite.unlabelled
    foreign = request.unlabelled not in (None, unlabelled) or not set(request.shots or ()) <= set(profile.shots or request.shots or ())
    return changed or foreign or bool(request.set)


def _seeds(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig) -> tuple[RunSeeds, ...]:
    """One new seed per split by default; `--splits M` crosses M splits with the seeds."""
    seeds = request.seeds or tuple(range(suite.seeds or profile.seeds))
    if request.splits is None:
        return paired_seeds(seeds)
    return crossed_seeds(request.splits, seeds)


def _cells(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig) -> Iterator[Cell]:
    unlabelled = next(u for u in (request.unlabelled, suite.unlabelled, profile.unlabelled) if u is not None)
    sampler = request.sampler or suite.sampler
    noises = _noises(request, suite)
    for task in _tasks(request, suite):
        for noise in noises:
            if suite.imbalance is not None:
                for ratio in suite.imbalance.ratios:
                    yield Cell(task, "all", noise, Imbalance(ratio=ratio, largest=suite.imbalance.largest), sampler, unlabelled)
                continue
            for shots in request.shots or profile.affordable(suite.shots):
                yield Cell(task, shots, noise, None, sampler, unlabelled)


def max_length_of(grid: Grid, task: TaskConfig | None) -> int:
    """The length cap of a task (None: a user's file): the suite's, else the profile's for it, the profile's, the task's, the encoder's."""
    own = (None, None) if task is None else (grid.profile.task_max_length.get(task.name), task.max_length)
    given = (grid.suite.max_length, own[0], grid.profile.max_length, own[1])
    return next((length for length in given if length is not None), grid.encoder.max_length)


def _tasks(request: RunRequest, suite: SuiteConfig) -> tuple[str, ...]:
    """The tasks asked for, else the suite's and then the user's own files."""
    known = {*task_names(), *request.task_files}
    for task in request.tasks or ():
        if task not in known:
            raise unknown("task", task, known, "See `python -m benchmark list tasks`.")
    return request.tasks or tuple(dict.fromkeys([*suite.tasks, *request.task_files]))


def _noises(request: RunRequest, suite: SuiteConfig) -> list[NoiseSpec | None]:
    from benchmark.data.noise import parse_noise

    if request.noise is not None:
        return [parse_noise(text) for text in request.noise]
    clean: list[NoiseSpec | None] = [None] if suite.clean else []
    return clean + [NoiseSpec(**cell.model_dump()) for cell in suite.noise]


def _arms(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig, encoder: EncoderConfig) -> Iterator[Arm]:
    """The suite's arms that were asked for, and further methods under their own names; with encoder, profile and --set parameters."""
    overrides = [parse_override(f"{name}={value}") for name, value in request.set.items()]
    chosen = list(suite.arms)
    if request.methods is not None:
        named = {arm.name: arm for arm in suite.arms}
        chosen = [named.get(name) or Arm(name=methods.entry(name).name, method=name) for name in request.methods]
    for method, parameter, _ in overrides:
        if method not in {arm.method for arm in chosen}:
            methods.entry(method)
            raise UserError(
                f"--set {method}.{parameter} was given, and no arm of this run uses {method!r}.", "", f"Add {method} to --methods."
            )
    for arm in chosen:
        params = defaults_of(profile, encoder, arm.method) | arm.params | {p: v for m, p, v in overrides if m == arm.method}
        yield arm.model_copy(update={"params": params})


def defaults_of(profile: ProfileConfig, encoder: EncoderConfig, method: str) -> dict[str, Any]:
    """The parameters that encoder and profile give to every arm of a method; those of the profile come first."""
    split = [(*key.split(".", 1), value) for key, value in (encoder.params | profile.params).items()]
    return {parameter: value for name, parameter, value in split if name == method}
