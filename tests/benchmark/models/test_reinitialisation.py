"""Encoder variants: the top layers drawn again from the seed, alike in every arm; lower layers as they were loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmark.config.request import RunRequest
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from benchmark.models.loading import LoadedEncoder
from benchmark.models.reinitialisation import reinitialise_top_layers
from benchmark.planning.plan import make_plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.plugins.registry import build
from benchmark.running.one_run import fresh_state, train_and_score
from benchmark.running.run_and_record import run_and_record
from benchmark.streams import Streams

Request = Callable[..., RunRequest]
VARIANT = 'base = "random-tiny"\nreinit = 1\n'


@pytest.fixture
def variant(tmp_path: Path) -> str:
    """The tiny random encoder (2 layers) with its top layer drawn again."""
    file = tmp_path / "tiny-reinit1.toml"
    file.write_text(VARIANT)
    return str(file)


def start(request_of: Request, variant: str, method: str = "ce", seed: int = 0) -> dict[str, Tensor]:
    """The backbone's tensors before the first phase."""
    plan = make_plan(request_of(encoder=variant, methods=method, seeds=f"{seed}-{seed}"))
    spec = plan.runs[0].spec
    state = fresh_state(build(spec.method.name, spec.method.params), spec, plan.workspace)
    return {name: tensor.clone() for name, tensor in state.backbone.tensors().items()}


def test_the_top_layers_have_the_stated_distribution_and_the_others_stay() -> None:
    encoder = LoadedEncoder(load_encoder("random-tiny"), None, "cpu", "fp32")
    backbone = encoder.fresh()
    with torch.no_grad():  # a trained encoder: no tensor is at its initial value
        for tensor in encoder.pristine.values():
            tensor.add_(1.0)
    backbone = encoder.fresh()
    reinitialise_top_layers(backbone, 1, Streams(0, 0))
    for name, tensor in backbone.tensors().items():
        if not name.startswith("encoder.layer.1."):
            assert torch.equal(tensor, encoder.pristine[name]), name
        elif name.endswith("bias"):
            assert not tensor.any(), name
        elif "LayerNorm" in name:
            assert torch.equal(tensor, torch.ones_like(tensor)), name
        else:
            assert abs(float(tensor.mean())) < 0.003, name
            assert float(tensor.std()) == pytest.approx(0.02, rel=0.1), name


def test_a_layer_is_drawn_alike_whatever_the_number_of_layers() -> None:
    encoder = LoadedEncoder(load_encoder("random-tiny"), None, "cpu", "fp32")
    drawn = []
    for k in (1, 2):
        backbone = encoder.fresh()
        reinitialise_top_layers(backbone, k, Streams(0, 0))
        drawn.append({name: tensor.clone() for name, tensor in backbone.tensors().items()})
    same = {name for name in drawn[0] if torch.equal(drawn[0][name], drawn[1][name])}
    assert all((name in same) == ("encoder.layer.0" not in name) for name in drawn[0] if name.endswith("dense.weight"))


def test_no_layer_changes_nothing_and_too_many_are_a_user_error() -> None:
    encoder = LoadedEncoder(load_encoder("random-tiny"), None, "cpu", "fp32")
    backbone = encoder.fresh()
    reinitialise_top_layers(backbone, 0, Streams(0, 0))
    assert all(torch.equal(tensor, encoder.pristine[name]) for name, tensor in backbone.tensors().items())
    with pytest.raises(UserError, match="the encoder has 2"):
        reinitialise_top_layers(backbone, 3, Streams(0, 0))


@pytest.mark.parametrize("method", ["ce-null", "scl", "three-phase", "probe"])
def test_every_arm_of_a_seed_starts_from_the_same_tensors(request_of: Request, variant: str, method: str) -> None:
    one, other = start(request_of, variant), start(request_of, variant, method)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_another_seed_draws_other_layers(request_of: Request, variant: str) -> None:
    one, other = start(request_of, variant, seed=0), start(request_of, variant, seed=1)
    differing = {name for name in one if not torch.equal(one[name], other[name])}
    assert differing
    assert all(name.startswith("encoder.layer.1.") and name.endswith("weight") for name in differing)


def planned(request_of: Request, **options: object) -> dict[tuple[str, int], PlannedRun]:
    return {(run.arm.name, run.spec.split.split_seed): run for run in make_plan(request_of(**options)).runs}


def test_the_variant_and_its_seed_are_in_run_and_phase_keys(request_of: Request, variant: str) -> None:
    plain, varied = (planned(request_of, methods="three-phase,probe", seeds="2", encoder=name) for name in ("random-tiny", variant))
    assert varied["three-phase", 0].spec.encoder is not None
    assert varied["three-phase", 0].spec.encoder.reinit == 1
    assert not {run.key for run in plain.values()} & {run.key for run in varied.values()}
    assert plain["three-phase", 0].phases[0] != varied["three-phase", 0].phases[0]
    assert varied["three-phase", 0].phases[0] != varied["three-phase", 1].phases[0]


def test_a_method_without_streams_has_a_seed_where_the_encoder_is_drawn(request_of: Request, variant: str) -> None:
    crossed = {"methods": "probe", "splits": 1, "seeds": "2"}
    assert [run.spec.seed for run in make_plan(request_of(**crossed)).runs] == [None]
    assert [run.spec.seed for run in make_plan(request_of(**crossed, encoder=variant)).runs] == [0, 1]


def test_a_cached_phase_gives_what_a_trained_one_gives(request_of: Request, variant: str, tmp_path: Path) -> None:
    plan = make_plan(request_of(encoder=variant, methods="three-phase,dae-ft"))
    for run in plan.runs:
        assert run_and_record(run.spec, plan.workspace).status == "done"
    (cached,) = [run for run in plan.runs if run.arm.name == "dae-ft"]
    shared = train_and_score(cached.spec, plan.workspace)
    alone = make_plan(request_of(encoder=variant, methods="dae-ft", cache=tmp_path / "empty"))
    trained = train_and_score(alone.runs[0].spec, alone.workspace)
    assert [phase.cached for phase in shared.phases] == [True, False]
    assert [phase.cached for phase in trained.phases] == [False, False]
    assert shared.scores.tobytes() == trained.scores.tobytes()


def test_the_shipped_variants_are_the_base_with_layers_drawn_again() -> None:
    base = load_encoder("all-minilm-l6-v2")
    for k in (2, 4):
        variant = load_encoder(f"all-minilm-l6-v2-reinit{k}")
        assert (variant.reinit, variant.base) == (k, "all-minilm-l6-v2")
        assert variant.model_dump(exclude={"name", "title", "base", "reinit"}) == base.model_dump(
            exclude={"name", "title", "base", "reinit"}
        )
