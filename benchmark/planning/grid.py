"""The grids of a request: which cells, which arms, which seeds. Suite x profile x options, before any spec is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, Literal

from benchmark.cell import Cell
from benchmark.config.encoder import EncoderConfig
from benchmark.config.profile import ProfileConfig
from benchmark.config.request import RunRequest
from benchmark.config.shorthand import parse_override
from benchmark.config.suite import Arm, SuiteConfig
from benchmark.config.task import task_names
from benchmark.config.toml_files import load_encoder, load_profile, load_suite
from benchmark.errors import UserError, unknown
from benchmark.models.encoder_files import files_hash, locate
from benchmark.planning.run_seeds import RunSeeds, crossed_seeds, paired_seeds
from benchmark.plugins.code_hash import ENGINE, code_hash
from benchmark.plugins.registry import CONTROLS_OF, methods
from benchmark.records.spec import Compute, Imbalance, NoiseSpec

MOST_RUNS = 200_000  # of one grid, without --allow-huge


@dataclass(frozen=True)
class Grid:
    """Everything a plan is made of.

    Args:
        overridden: whether an option changed what the profile fixes; tables then say `profile*`.
        design: the encoder of a stage where it is not the profile's, and how parameters and seeds are decided or crossed: `+search8`,
            `+looks`, `+crossed`. Results of another design stand apart.
        seeds: the replicates of every arm.
        search: settings tried per arm and cell before; None: the defaults.
        left_out: methods of a family that was asked for (`--methods control`) which this encoder cannot run, each in a sentence.
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
    search: int | None = None
    left_out: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """The stage of a study that this grid is; "" for a suite without stages."""
        return self.suite.part

    @property
    def profile_name(self) -> str:
        """With a star where an option overrode it, and with the design."""
        return f"{self.profile.name}{'*' if self.overridden else ''}{self.design}"


def make_grids(request: RunRequest) -> list[Grid]:
    """The grids of a request in the order in which they run: one, or for a study one per stage and encoder of the stage.

    Raises:
        UserError: names that do not exist, or options that do not fit each other, the suite or the profile.
    """
    suite = load_suite(request.suite)
    if not suite.stage:
        if request.stage is not None:
            raise UserError(f"--stage was given, and the suite {suite.name!r} has no stages.", "", "Leave out --stage.")
        return [make_grid(request, suite, encoder) for encoder in _encoders(request, suite)]
    _check_stages(request, suite)
    wanted = wanted_arms(request, suite)
    chosen = [part for part in suite.parts() if request.stage is None or part.part in request.stage]
    parts = [part for part in (narrowed(part, request, wanted) for part in chosen) if part is not None]
    if not parts:
        raise UserError(
            f"No stage has the methods {', '.join(sorted(wanted))} and the tasks {', '.join(request.tasks or suite.tasks)} together.",
            "; ".join(f"stage {part.part} runs {', '.join(arm.name for arm in part.arms)} on {', '.join(part.tasks)}" for part in chosen),
            "Correct --stage, --methods or --tasks.",
        )
    _check_set(request, parts)
    return [make_grid(_for_part(request, part), part, encoder) for part in parts for encoder in _encoders(request, part)]


def _encoders(request: RunRequest, suite: SuiteConfig) -> tuple[str | None, ...]:
    return suite.encoders if suite.encoders and request.encoder is None else (request.encoder,)


def _check_stages(request: RunRequest, suite: SuiteConfig) -> None:
    stages = [stage.name for stage in suite.stage]
    for stage in request.stage or ():
        if stage not in stages:
            raise unknown("stage", stage, stages)
    for task in request.tasks or ():
        if task not in suite.tasks:
            raise unknown("task", task, suite.tasks, "A study in stages runs the tasks that its file names.")
    if request.until is not None:
        raise UserError("--until was given for a study in stages.", "Its file says how many seeds each stage has.", "Leave out --until.")


def _check_set(request: RunRequest, parts: Sequence[SuiteConfig]) -> None:
    """UserError for a --set that reaches no stage that runs."""
    own = {arm.method for part in parts for arm in part.arms}
    for name in request.set:
        if (method := name.partition(".")[0]) not in own:
            methods.entry(method)
            raise UserError(
                f"--set {name} was given, and no stage that runs has an arm of {method!r}.",
                f"Methods of these stages: {', '.join(sorted(own))}.",
                "Correct --set, or choose other --stage or --methods.",
            )


def wanted_arms(request: RunRequest, suite: SuiteConfig) -> frozenset[str]:
    """The arms of a study that were asked for, by name or as a family (`control`, `controls-of:scl`): those of them that it runs.

    Raises:
        UserError: a name or family of which it runs none.
    """
    arms = {arm.name: arm for arm in suite.arms}
    wanted: set[str] = set()
    for text in request.methods or arms:
        chosen = {text} if text in arms else {name for name, arm in arms.items() if arm.method in methods.selection(text)}
        if not chosen:
            raise unknown("arm", text, arms, "A study in stages runs the arms that its file names.")
        wanted |= chosen
    return frozenset(wanted)


def narrowed(part: SuiteConfig, request: RunRequest, wanted: frozenset[str]) -> SuiteConfig | None:
    """A stage with those of its tasks and arms that were asked for; None where it has none of them."""
    arms = tuple(arm for arm in part.arms if arm.name in wanted)
    tasks = tuple(task for task in part.tasks if request.tasks is None or task in request.tasks)
    return part.model_copy(update={"arms": arms, "tasks": tasks}) if arms and tasks else None


def _for_part(request: RunRequest, part: SuiteConfig) -> RunRequest:
    """The request as one stage sees it: its methods and tasks have been chosen, and --set reaches the stages that have the method."""
    own = {arm.method for arm in part.arms}
    changes = {name: value for name, value in request.set.items() if name.partition(".")[0] in own}
    return request.model_copy(update={"methods": None, "tasks": None, "set": changes})


def make_grid(request: RunRequest, suite: SuiteConfig, encoder_name: str | None = None) -> Grid:
    """Resolve names, options and defaults of one grid. UserError for whatever does not exist or does not fit."""
    profile = load_profile(request.profile)
    if profile.data == "embedded" and request.data_root is not None:
        raise UserError(
            f"--data-root was given with the profile {profile.name!r}.",
            "That profile runs on its embedded stand-in sentences (or on your own --task-file).",
            "Real data goes with --profile laptop (or paper-base, paper).",
        )
    for task in profile.task_max_length:
        if task not in task_names():
            raise unknown("task", task, task_names(), f"Correct task_max_length of the profile {profile.name!r}.")
    encoder = load_encoder(profile.encoder if encoder_name is None else encoder_name)
    changes = {"device": request.device, "precision": request.precision, "threads": request.threads}
    compute = profile.compute.model_copy(update={name: value for name, value in changes.items() if value is not None})
    chosen, left_out = _fitting(_chosen(request, suite), encoder)
    arms, cells = tuple(_arms(request, chosen, profile, encoder)), tuple(_cells(request, suite, profile))
    _check_size(request, suite, profile, len(cells) * len(arms))
    return Grid(
        suite,
        profile,
        overrides(request, profile, suite),
        encoder,
        Compute.model_validate(compute.model_dump()),
        request.protocol or suite.protocol,
        cells,
        arms,
        _seeds(request, suite, profile),
        _design(request, suite, "" if encoder_name in (None, profile.encoder, request.encoder) else encoder.name),
        request.search or suite.search,
        left_out,
    )


def _design(request: RunRequest, suite: SuiteConfig, encoder: str) -> str:
    """What sets the results of this grid apart. `encoder`: the stage's own, or ""."""
    search = request.search or suite.search
    said = [encoder, f"search{search}" if search else "", "looks" if request.until else "", "crossed" if suite.inits else ""]
    return "".join(f"+{word}" for word in said if word)


def overrides(request: RunRequest, profile: ProfileConfig, suite: SuiteConfig) -> bool:
    """Whether an option changes what the profile fixes: encoder, compute, parameters, unlabelled texts, or shots that are not its own.
    More or fewer seeds do not: n stands beside every number."""
    own = {"encoder": profile.encoder, "device": profile.device, "precision": profile.precision, "threads": profile.threads}
    changed = any(getattr(request, name) not in (None, value) for name, value in own.items())
    unlabelled = profile.unlabelled if suite.unlabelled is None else suite.unlabelled
    foreign = request.unlabelled not in (None, unlabelled) or not set(request.shots or ()) <= set(profile.shots or request.shots or ())
    return changed or foreign or bool(request.set)


def _seeds(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig) -> tuple[RunSeeds, ...]:
    """One new split per seed by default; `--splits M` crosses M splits with the seeds, and a suite may cross initialisations too."""
    seeds, splits = request.seeds or tuple(range(suite.seeds or profile.seeds)), request.splits or suite.splits
    return paired_seeds(seeds) if splits is None else crossed_seeds(splits, seeds, suite.inits)


def _check_size(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig, each: int) -> None:
    """Refuse a grid that cannot be meant, before memory is taken for its runs. `each`: runs per seed."""
    seeds = len(request.seeds or ()) or suite.seeds or profile.seeds
    runs = each * seeds * (request.splits or suite.splits or 1) * (suite.inits or 1) * (request.search or suite.search or 1)
    if runs > MOST_RUNS and not request.allow_huge:
        raise UserError(
            f"The grid has {runs:,} runs.",
            f"Allowed: at most {MOST_RUNS:,}.",
            "Give fewer seeds, tasks or methods, or lift the limit with --allow-huge.",
        )


def _cells(request: RunRequest, suite: SuiteConfig, profile: ProfileConfig) -> Iterator[Cell]:
    unlabelled = next(u for u in (request.unlabelled, suite.unlabelled, profile.unlabelled) if u is not None)
    sampler = request.sampler or suite.sampler
    noises = _noises(request, suite)
    if suite.imbalance is not None and request.shots is not None:
        raise UserError(
            f"--shots {','.join(map(str, request.shots))} was given, and the suite {suite.name!r} draws long-tailed training sets.",
            f"Its classes have at most {suite.imbalance.largest} examples, in the ratios {', '.join(map(str, suite.imbalance.ratios))}.",
            "Leave out --shots, or choose another --suite.",
        )
    for task in _tasks(request, suite):
        for noise in noises:
            if suite.imbalance is not None:
                for ratio in suite.imbalance.ratios:
                    yield Cell(task, "all", noise, Imbalance(ratio=ratio, largest=suite.imbalance.largest), sampler, unlabelled)
                continue
            for shots in request.shots or profile.affordable(suite.shots):
                yield Cell(task, shots, noise, None, sampler, unlabelled)


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
        return [with_code(parse_noise(text)) for text in request.noise]
    clean: list[NoiseSpec | None] = [None] if suite.clean else []
    return clean + [with_code(NoiseSpec(**cell.model_dump())) for cell in suite.noise]


def with_code(spec: NoiseSpec | None) -> NoiseSpec | None:
    """The spec with the hash of its kind's code, where a plug-in brings the kind: `NUMERICS` does not stand for it."""
    from benchmark.data.noise import KINDS

    kind = None if spec is None else KINDS.get(spec.kind)
    if spec is None or kind is None or kind.module.partition(".")[0] == ENGINE:
        return spec
    return spec.model_copy(update={"code": code_hash(kind.defined)})


def _chosen(request: RunRequest, suite: SuiteConfig) -> dict[str, tuple[Arm, str]]:
    """The suite's arms that were asked for, and further methods under their own names: name -> the arm, and the family that brought it (""
    where the suite or the user names the arm itself)."""
    if request.methods is None:
        return {arm.name: (arm, "") for arm in suite.arms}
    named = {arm.name: arm for arm in suite.arms}
    found: dict[str, tuple[Arm, str]] = {}
    for text in request.methods:
        for name in [text] if text in named else methods.selection(text):
            if name not in found or name == text:
                found[name] = named.get(name) or Arm(name=name, method=name), "" if name == text else text
    return found


def _fitting(chosen: Mapping[str, tuple[Arm, str]], encoder: EncoderConfig) -> tuple[list[Arm], tuple[str, ...]]:
    """The arms that can run on an encoder, and in sentences which others a family brought along.

    Raises:
        UserError: an arm that the suite or the user names cannot run on the encoder, or none of a family can.
    """
    errors = {name: without_head(arm.method, encoder) for name, (arm, _) in chosen.items()}
    for name, error in errors.items():
        if error is not None and (not chosen[name][1] or all(errors.values())):
            raise error
    left_out = tuple(f"Left out of {chosen[name][1]}: {error.given}" for name, error in errors.items() if error is not None)
    return [arm for name, (arm, _) in chosen.items() if errors[name] is None], left_out


def without_head(method: str, encoder: EncoderConfig) -> UserError | None:
    """Why a method that declares `backbone = "masked-lm"` cannot run on an encoder: its files hold no language-model head. None for another
    method, where there is a head, and where the encoder is not on this machine, which is refused when its files are read."""
    if methods.get(method).backbone != "masked-lm":
        return None
    from benchmark.models.bert import BertConfig
    from benchmark.models.mlm_head import STORED, stored_head

    try:
        folder = locate(encoder)
        files_hash(encoder, folder)
    except UserError:
        return None
    if folder is None:
        return None
    given = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    kind = {"model_type": given.get("model_type", ""), "hidden_act": given.get("hidden_act", "")}
    config: Any = BertConfig.of(given) if kind["model_type"] in STORED else SimpleNamespace(**kind)
    try:
        stored_head(encoder.name, config, folder)
    except UserError as error:
        todo = f"{error.todo} Or leave {method!r} out."
        if controls := methods.entry(method).controls:
            todo += f" Others like it: --methods {CONTROLS_OF}:{controls[0]}."
        return UserError(f"The method {method!r} cannot run: {error.given}", error.allowed, todo)
    return None


def _arms(request: RunRequest, chosen: Sequence[Arm], profile: ProfileConfig, encoder: EncoderConfig) -> Iterator[Arm]:
    """The chosen arms with the parameters of encoder, profile and --set."""
    overrides = [parse_override(f"{name}={value}") for name, value in request.set.items()]
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
    """The parameters that encoder and profile give to every arm of a method; those of the profile come first.

    A control gets those of the method that it is a control of, as far as it has them: otherwise it would differ in more than its mechanism.
    """
    given: dict[str, dict[str, Any]] = {}
    for key, value in (encoder.params | profile.params).items():
        owner, _, parameter = key.partition(".")
        given.setdefault(owner, {})[parameter] = value
    inherited = {p: v for owner in reversed(methods.entry(method).controls) for p, v in given.get(owner, {}).items()}
    has = {field.name for field in fields(methods.get(method))} if inherited else set()  # type: ignore[arg-type]
    return {p: v for p, v in inherited.items() if p in has} | given.get(method, {})
