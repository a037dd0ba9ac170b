"""From a request to its grids: where the parameters of arms come from, the stages of a study, and what narrows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.task import load_task
from benchmark.config.toml_files import encoder_names, load_encoder, load_profile
from benchmark.errors import UserError
from benchmark.planning.grid import Grid, defaults_of, make_grids, without_head
from benchmark.planning.plan import make_plan
from benchmark.planning.planned_run import max_length_of
from benchmark.planning.run_seeds import RunSeeds
from benchmark.plugins.registry import build

SUITE = 'title = "t"\ntasks = ["sst2"]\nshots = ["8"]\narms = ["ce"]\n'
Request = Callable[..., RunRequest]

STUDY = """
tasks = ["sst2", "qnli"]
[[stage]]
name = "1"
arms = ["ce", "tfidf"]
seeds = 2
[[stage]]
name = "2"
tasks = ["sst2"]
arms = ["scl"]
encoders = ["random-tiny", "roberta-large-shape"]
[[stage]]
name = "3"
tasks = ["sst2"]
arms = ["ce"]
splits = 2
seeds = 2
inits = 2
[[stage]]
name = "4"
tasks = ["sst2"]
arms = ["ce", "scl"]
search = 3
"""

Study = Callable[..., list[Grid]]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    path = tmp_path / "mine.toml"
    path.write_text(STUDY)

    def grids(**options: object) -> list[Grid]:
        return make_grids(RunRequest.parse(suite=str(path), profile="smoke", **options))

    return grids


def test_a_study_is_one_grid_per_stage_and_encoder_in_order(study: Study) -> None:
    assert [(grid.stage, grid.encoder.name) for grid in study()] == [
        ("1", "random-tiny"),
        ("2", "random-tiny"),
        ("2", "roberta-large-shape"),
        ("3", "random-tiny"),
        ("4", "random-tiny"),
    ]


def test_another_encoder_a_search_and_a_crossed_design_stand_apart(study: Study) -> None:
    assert [grid.profile_name for grid in study()] == [
        "smoke",
        "smoke",
        "smoke+roberta-large-shape",
        "smoke+crossed",
        "smoke+search3",
    ]


def test_stages_can_be_chosen(study: Study) -> None:
    assert [grid.stage for grid in study(stage="3,1")] == ["1", "3"]


def test_methods_and_tasks_narrow_the_stages_that_have_them(study: Study) -> None:
    assert [(grid.stage, [arm.name for arm in grid.arms]) for grid in study(methods="tfidf,scl")] == [
        ("1", ["tfidf"]),
        ("2", ["scl"]),
        ("2", ["scl"]),
        ("4", ["scl"]),
    ]
    assert [grid.stage for grid in study(tasks="qnli")] == ["1"]
    assert {arm.name for grid in study(methods="paper") for arm in grid.arms} == {"scl"}


def test_a_parameter_reaches_the_stages_that_have_its_method(study: Study) -> None:
    found = study(set=["scl.weight=0.5"], methods="ce,scl")
    weights = [(grid.stage, arm.name, arm.params.get("weight")) for grid in found for arm in grid.arms]
    assert {weight for _, name, weight in weights if name == "scl"} == {"0.5"}
    assert {weight for _, name, weight in weights if name == "ce"} == {None}


def test_splits_initialisations_and_orders_are_crossed(study: Study) -> None:
    (grid,) = study(stage="3")
    assert len(grid.seeds) == 8
    assert RunSeeds(1, 0, 1) in grid.seeds


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stage": "5"}, "stage"),
        ({"methods": "cat"}, "arm"),
        ({"tasks": "mnli"}, "task"),
        ({"until": "decided"}, "--until"),
        ({"suite": "glue-fewshot", "stage": "1"}, "no stages"),
        ({"set": ["nosuch.rate=3"]}, "nosuch"),
        ({"set": ["scl.weight=0.5"], "stage": "1,3"}, r"--set scl\.weight was given, and no stage .*\n?.*ce, tfidf"),
        ({"stage": "2", "methods": "tfidf"}, r"No stage has the methods tfidf .*\n?.*stage 2 runs scl on sst2"),
        ({"stage": "2", "tasks": "qnli"}, "the tasks qnli together"),
        ({"suite": "imbalance", "shots": "20", "tasks": "sst2"}, "--shots 20 was given"),
    ],
)
def test_what_does_not_fit_a_study_is_refused(study: Study, tmp_path: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        make_grids(RunRequest.parse(**({"suite": str(tmp_path / "mine.toml"), "profile": "smoke"} | options)))


def test_rounds_of_seeds_leave_an_interrupted_command_balanced(request_of: Callable[..., RunRequest]) -> None:
    runs = make_plan(request_of(tasks="sst2,qnli", methods="ce,tfidf", seeds="2")).runs
    assert [(run.spec.split.split_seed, run.cell.task, run.arm.name) for run in runs] == [
        (seed, task, arm) for seed in (0, 1) for task in ("sst2", "qnli") for arm in ("ce", "tfidf")
    ]


def params_of(arm: str, **request: Any) -> dict[str, Any]:
    grid = make_grids(RunRequest(suite="three-phase", **request))[0]
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


@pytest.mark.parametrize(
    ("suite", "own", "profile", "task", "found"),
    [
        (64, 500, 512, 256, 64),
        (None, 500, 512, 256, 500),
        (None, None, 512, 256, 512),
        (None, None, None, 256, 256),
        (None, None, None, None, 128),
    ],
)
def test_the_length_cap_is_the_one_nearest_to_the_experiment(
    suite: int | None, own: int | None, profile: int | None, task: int | None, found: int
) -> None:
    grid = make_grids(RunRequest(suite="three-phase", profile="laptop"))[0]
    per_task = {} if own is None else {"imdb": own}
    grid = dataclasses.replace(
        grid,
        suite=grid.suite.model_copy(update={"max_length": suite}),
        profile=grid.profile.model_copy(update={"max_length": profile, "task_max_length": per_task}),
    )
    assert max_length_of(grid, load_task("imdb").model_copy(update={"max_length": task})) == found


def planned(request_of: Request, folder: Path, more: str = "", **options: Any) -> Any:
    file = folder / "short.toml"
    file.write_text(SUITE + more)
    return make_plan(request_of(suite=str(file), **options))


@pytest.mark.parametrize(
    ("tasks", "profile", "stand_in", "said"),
    [
        ("mine", "embedded", False, "(all-minilm-l6-v2, real data, "),
        ("mine,sst2", "embedded", True, "embedded stand-in data: no verdicts"),
        ("sst2", "embedded", True, "embedded stand-in data: no verdicts"),
        ("mine", "smoke", True, "(random-tiny, real data, a stand-in encoder: no verdicts, "),
    ],
)
def test_rows_of_ones_own_are_no_stand_in(request_of: Request, tmp_path: Path, tasks: str, profile: str, stand_in: bool, said: str) -> None:
    rows = [f"{('good', 'bad')[n % 2]} film {n},{n % 2},{'test' if n > 60 else 'train'}" for n in range(90)]
    (tmp_path / "mine.csv").write_text("\n".join(["text,label,split", *rows]) + "\n")
    plan = make_plan(request_of(tasks=tasks, profile=profile, task_file=[f"mine={tmp_path / 'mine.csv'}"], methods="tfidf"))
    assert plan.manifest.stand_in is stand_in
    assert said in plan.title


def test_the_length_cap_is_in_the_key(request_of: Request, tmp_path: Path) -> None:
    (short,), (plain,) = planned(request_of, tmp_path, "max_length = 9\n").runs, planned(request_of, tmp_path).runs
    assert (short.spec.encoder.max_length, plain.spec.encoder.max_length) == (9, 64)
    assert short.key != plain.key


def test_a_cap_beyond_the_encoder_is_a_user_error(request_of: Request, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="reads at most 512"):
        planned(request_of, tmp_path, "max_length = 513\n")


@pytest.mark.parametrize(("cap", "found"), [(40, 40), (1000, 60)])
def test_the_smaller_cap_on_the_test_set_holds(request_of: Request, tmp_path: Path, cap: int, found: int) -> None:
    (run,) = planned(request_of, tmp_path, f"test_cap = {cap}\n").runs
    assert (run.spec.split.test_cap, run.n_test) == (found, found)


def test_a_length_for_a_task_that_does_not_exist_is_a_user_error(request_of: Request, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('encoder = "random-tiny"\ndata = "embedded"\nseeds = 1\ntask_max_length = { imbd = 300 }\n')
    with pytest.raises(UserError, match="Did you mean 'imdb'"):
        planned(request_of, tmp_path, profile=str(profile))


def test_a_family_among_the_methods_stands_for_all_of_its_arms() -> None:
    grid = make_grids(RunRequest(suite="glue-fewshot", methods=("ce", "null", "matched", "ce-null")))[0]
    assert [arm.name for arm in grid.arms] == ["ce", "ce-null", "ce-matched"]


def test_a_control_has_the_parameters_of_the_method_that_it_is_a_control_of() -> None:
    """The laptop profile shortens the denoising phase: its controls must not be trained longer."""
    named = ("dae-ft", "dae-blind", "tapt")
    (grid,) = make_grids(RunRequest(suite="three-phase", profile="laptop", encoder="roberta-base", methods=named))
    params = {arm.name: arm.params for arm in grid.arms}
    assert params["dae-blind"] == params["dae-ft"] == {"lr_dae": 1e-5, "epochs_dae": 1}
    assert params["tapt"] == {"epochs_dae": 1}  # it has no lr_dae


@pytest.fixture
def headless(tmp_path: Path) -> str:
    """An encoder of this machine that was saved without a language-model head."""
    from transformers import BertConfig, BertModel

    sizes: dict[str, Any] = {"vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(max_position_embeddings=128, **sizes), add_pooling_layer=False).save_pretrained(tmp_path / "headless")
    (tmp_path / "headless" / "tokenizer.json").write_text("{}")
    return str(tmp_path / "headless")


def test_a_method_that_needs_a_language_model_head_is_refused_before_its_first_run(headless: str) -> None:
    request = RunRequest.parse(suite="glue-fewshot", profile="smoke", encoder=headless, methods="ce,tapt")
    with pytest.raises(UserError, match=r"'tapt' cannot run(.|\n)*without a language-model head(.|\n)*--encoder(.|\n)*controls-of:dae-ft"):
        make_grids(request)
    assert without_head("tapt", load_encoder("random-tiny")) is None
    assert without_head("tapt-newhead", load_encoder(headless)) is None


def test_a_family_leaves_out_the_methods_that_the_encoder_cannot_run_and_the_plan_says_so(headless: str, tmp_path: Path) -> None:
    options = {"suite": "glue-fewshot", "profile": "smoke", "encoder": headless, "results": tmp_path / "results"}
    plan = make_plan(RunRequest.parse(methods="ce,controls-of:dae-ft", tasks="sst2", seeds="1", **options))
    arms = {arm.name for arm in plan.grid.arms}
    assert "tapt" not in arms
    assert {"ce", "tapt-newhead", "dae-blind"} <= arms
    (note,) = (line for line in plan.warnings if "tapt" in line)
    assert note.startswith("Left out of controls-of:dae-ft: The method 'tapt' cannot run")


def test_an_encoder_described_by_a_file_whose_folder_lacks_a_file_is_a_user_error(request_of: Request, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    described = tmp_path / "mine.toml"
    constants = "[constants]\nlr_encoder = 1e-4\nlr_head = 1e-3\nsteps = { all = 2 }\n"
    described.write_text(f'name = "mine"\nfolder = "{tmp_path / "empty"}"\n{constants}')
    with pytest.raises(UserError, match=r"'empty' holds no (config\.json|model\.safetensors)"):
        make_plan(request_of(encoder=str(described)))


def test_a_controls_own_parameters_go_first() -> None:
    profile, encoder = load_profile("laptop"), load_encoder("roberta-base")
    profile = profile.model_copy(update={"params": {"dae-ft.epochs_dae": 1, "dae-blind.epochs_dae": 3}})
    assert defaults_of(profile, encoder, "dae-blind")["epochs_dae"] == 3
