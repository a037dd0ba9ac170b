"""Phase keys: what invalidates a phase, and what does not (docs/protocol.md, rule 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmark import CrossEntropy, FineTune, TaskInfo
from benchmark.config.request import RunRequest
from benchmark.planning.phase_keys import PhaseChain, phase_keys
from benchmark.planning.plan import make_plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.plugins.registry import build

Request = Callable[..., RunRequest]
TASK = TaskInfo("toy", ("no", "yes"), pair=False, n_train=8, n_dev=2, n_unlabelled=6)


def one(request_of: Request, method: str, **options: Any) -> PlannedRun:
    (run,) = [run for run in make_plan(request_of(methods=method, **options)).runs if run.arm.name == method]
    return run


def test_methods_share_phases_because_names_are_not_in_the_key(request_of: Request) -> None:
    three, dae, cl, ft = (one(request_of, name).phases for name in ("three-phase", "dae-ft", "cl-ft", "ft"))
    assert three[0] == dae[0]
    assert len({three[-1], dae[-1], cl[-1], ft[-1]}) == 4


def test_a_phase_that_reads_no_labels_does_not_see_label_noise(request_of: Request) -> None:
    clean, flipped = one(request_of, "three-phase"), one(request_of, "three-phase", noise="label-flip:0.4")
    assert clean.phases[0] == flipped.phases[0]
    assert clean.phases[1] != flipped.phases[1]
    assert clean.key != flipped.key


def test_text_noise_changes_every_phase(request_of: Request) -> None:
    clean, typos = one(request_of, "three-phase"), one(request_of, "three-phase", noise="char:0.1")
    assert all(a != b for a, b in zip(clean.phases, typos.phases, strict=True))


@pytest.mark.parametrize(
    ("option", "first", "second"),
    [
        ({"set": ["three-phase.epochs_dae=2"]}, False, False),  # the phase itself
        ({"set": ["three-phase.copies=3"]}, True, False),  # a later phase
        ({"unlabelled": "5"}, False, False),  # what the first phase reads
        ({"sampler": "pk:2,2"}, True, False),  # labels are sampled, texts are not
        ({"seeds": "7-7"}, False, False),  # streams
        ({"shots": "10"}, False, False),  # data
    ],
)
def test_what_invalidates_which_phase(request_of: Request, option: dict[str, Any], first: bool, second: bool) -> None:
    before, after = one(request_of, "three-phase").phases, one(request_of, "three-phase", **option).phases
    assert (before[0] == after[0], before[1] == after[1]) == (first, second)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("encoder", {"max_length": 7}),
        ("encoder", {"files": "0" * 64}),
        ("encoder", {"pooling": "cls"}),
        ("compute", {"precision": "bf16"}),
        ("compute", {"threads": 7}),
        ("compute", {"device": "cuda"}),
        ("budget", {"lr_encoder": 0.5}),
        ("budget", {"clip": 0.5}),
        ("task", {"data": "0" * 64}),
        (None, {"numerics": 999}),
    ],
    ids=str,
)
def test_what_every_phase_computes_with_is_in_every_phase_key(request_of: Request, part: str | None, change: dict[str, Any]) -> None:
    run = one(request_of, "three-phase")
    whole = run.spec if part is None else getattr(run.spec, part)
    assert all(getattr(whole, name) != value for name, value in change.items())
    changed = whole.model_copy(update=change)
    spec = changed if part is None else run.spec.model_copy(update={part: changed})
    phases = build(run.spec.method.name, run.spec.method.params).phases(TASK)
    before, after = phase_keys(run.spec, phases, ""), phase_keys(spec, phases, "")
    assert len(before) == 3
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_code_of_the_phase_is_in_its_key(request_of: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.planning import phase_keys

    before = one(request_of, "three-phase").phases
    monkeypatch.setattr(phase_keys, "code_hash", lambda cls: "edited")
    assert all(a != b for a, b in zip(before, one(request_of, "three-phase").phases, strict=True))


def test_a_salt_is_in_the_key_of_the_phases_that_draw(request_of: Request) -> None:
    assert one(request_of, "ce").phases != one(request_of, "ce-null").phases


def test_an_init_seed_is_in_the_key_of_the_phases_that_initialise(request_of: Request) -> None:
    run = one(request_of, "ce")
    crossed = run.spec.model_copy(update={"init_seed": 7})
    phases = [FineTune(CrossEntropy())]
    chain = PhaseChain("start", ({"inputs": {"split": {}}},), (frozenset({"order"}),), "")
    assert phase_keys(crossed, phases, "") != phase_keys(run.spec, phases, "")
    assert chain.keys(crossed) == chain.keys(run.spec)


def test_layers_drawn_again_follow_the_seed_of_the_initialisation(request_of: Request) -> None:
    run = one(request_of, "three-phase")
    assert run.spec.encoder is not None
    spec = run.spec.model_copy(update={"encoder": run.spec.encoder.model_copy(update={"reinit": 1})})
    chain = PhaseChain("start", ({"inputs": {"split": {}}},), (frozenset(),), "")
    assert chain.keys(spec) != chain.keys(spec.model_copy(update={"init_seed": 7}))
    assert chain.keys(run.spec) == chain.keys(run.spec.model_copy(update={"init_seed": 7}))
