"""The options of run and plan: every notation of the command line, and every mistake in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.config.shorthand import default_sampler, parse_seeds
from benchmark.errors import UserError


def request(**given: Any) -> RunRequest:
    return RunRequest.parse(suite="glue-fewshot", **given)


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        ("5", (0, 1, 2, 3, 4)),
        ("3-7", (3, 4, 5, 6, 7)),
        ("5-5", (5,)),
        ("0-1", (0, 1)),
        (2, (0, 1)),
        ([4, 2, 4], (4, 2)),
        (range(2), (0, 1)),
    ],
)
def test_seeds(given: Any, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(given) == seeds


@pytest.mark.parametrize("given", ["none", "0", "-1", "7-3", "1,2", "", "1.5", [], [-1]])
def test_wrong_seeds_are_a_user_error(given: Any) -> None:
    with pytest.raises(UserError, match="Seeds"):
        parse_seeds(given)


def test_defaults() -> None:
    made = request()
    assert (made.profile, made.workers, made.results, made.cache_limit, made.seeds) == (
        "embedded",
        "auto",
        Path("results/runs").absolute(),
        10**10,
        None,
    )
    assert made.cache_folder.name == "benchmark"


def test_lists_and_numbers_as_typed() -> None:
    made = request(
        methods="ce, scl,ce",
        shots="20,16/class,50%,all",
        noise="none,label-flip:0.2",
        seeds="3-4",
        unlabelled="pool",
        sampler="pk:8,2",
        cache_limit="500MB",
        workers="2",
        set=["scl.temperature=0.1", "ce-matched.to=scl"],
        plugin=["a.py"],
    )
    assert made.methods == ("ce", "scl")
    assert made.shots == ("20", "16/class", "50%", "all")
    assert made.noise == ("none", "label-flip:0.2")
    assert (made.seeds, made.unlabelled, made.sampler, made.cache_limit, made.workers) == ((3, 4), "pool", "pk:8,2", 5 * 10**8, 2)
    assert made.set == {"scl.temperature": "0.1", "ce-matched.to": "scl"}
    assert made.plugins == ("a.py",)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("30 min", 1800), ("1.5h", 5400), ("1d", 86400)])
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert request(time_limit=text).time_limit == seconds


def test_where_and_under_which_limits_runs_go_is_no_part_of_a_manifest() -> None:
    elsewhere = request(executor="ray", address="10.0.0.1:6379", time_limit="1h", memory_limit="8GB", workers=4).as_given()
    assert set(elsewhere) == set(request().as_given())


def test_python_forms_mean_the_same() -> None:
    assert request(methods=["ce"], shots=[20], seeds=range(3), set={"scl.weight": 0.5}) == request(
        methods="ce", shots="20", seeds="3", set=["scl.weight=0.5"]
    )


def test_a_task_file_needs_a_name_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("text,label,split\n")
    assert request(task_file=[f"mine={path}"]).task_files == {"mine": path}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"shots": "-3"}, "16/class"),
        ({"shots": "0"}, "16/class"),
        ({"shots": "150%"}, "16/class"),
        ({"shots": ","}, "empty"),
        ({"seeds": "none"}, "3-7"),
        ({"noise": "label-flip:7"}, "level"),
        ({"noise": "label-flip:nan"}, "level"),
        ({"noise": "label-flip"}, "KIND:LEVEL"),
        ({"unlabelled": "-1"}, "pool"),
        ({"sampler": "pk:8"}, "pk:P,K"),
        ({"protocol": "fair"}, "honest"),
        ({"precision": "fp16"}, "bf16"),
        ({"device": "tpu"}, "--device"),
        ({"threads": "0"}, "--threads"),
        ({"splits": 0}, "--splits"),
        ({"workers": 0}, "--workers"),
        ({"cache_limit": "much"}, "10GB"),
        ({"executor": "dask"}, "--executor"),
        ({"time_limit": "soon"}, "30m"),
        ({"time_limit": "0"}, "--time-limit"),
        ({"memory_limit": "much"}, "10GB"),
        ({"set": ["temperature=1"]}, "METHOD.PARAM=VALUE"),
        ({"set": ["a.b=1", "a.b=2"]}, "twice"),
        ({"task_file": ["mine=no/such.csv"]}, "does not exist"),
        ({"task_file": ["data.csv"]}, "NAME=PATH"),
        ({"data_root": "no/such/folder"}, "not a folder"),
        ({"shot": "20"}, "Did you mean 'shots'"),
    ],
)
def test_a_mistake_is_a_user_error(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError) as error:
        request(**given)
    assert told in str(error.value)


def test_many_classes_get_the_class_balanced_sampler() -> None:
    assert (default_sampler(8), default_sampler(9)) == ("natural", "pk:8,2")


@pytest.mark.parametrize("given", ["99999999", "0-99999999", "999999999999999999"])
def test_more_seeds_than_anybody_means_are_refused_before_memory_is_taken(given: str) -> None:
    with pytest.raises(UserError, match="--allow-huge"):
        request(seeds=given)


def test_the_limit_of_seeds_can_be_lifted() -> None:
    assert len(request(seeds="1000001", allow_huge=True).seeds or ()) == 1_000_001


def test_paths_are_absolute_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").touch()
    made = request(results="r", cache="c", plugin=["mine.py", "a_module"])
    monkeypatch.chdir("/")
    assert (made.results, made.cache) == (tmp_path / "r", tmp_path / "c")
    assert made.plugins == (str(tmp_path / "mine.py"), "a_module")
