"""What a step gives an objective: its own random numbers, rows, a memory, inner layers, equal masks, other tensors, a second network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmark.checks.tiny_run import small_split, small_task
from benchmark.config.toml_files import load_encoder
from benchmark.contract.encoder_variant import SECOND_ENCODER, SECOND_HEAD, EncoderVariant
from benchmark.contract.feed import Batch
from benchmark.contract.objective import Objective, Term
from benchmark.contract.phase import Context, TrainingData
from benchmark.contract.state import State
from benchmark.contract.step import PhaseScope, Step
from benchmark.models.backbone import Backbone
from benchmark.models.loading import kept_encoder
from benchmark.records.spec import Budget
from benchmark.running.phase_runs import PhaseRun
from benchmark.streams import Streams
from benchmark.training.fine_tune import FineTune, linear_head
from benchmark.training.losses.cross_entropy import CrossEntropy
from benchmark.training.losses.weighted import Weighted
from benchmark.training.schedule import Schedule

STREAMS = Streams(0, 0).at("fine-tune")
BUDGET = Budget(steps=3, batch=4, lr_encoder=1e-3, lr_head=1e-2)


@pytest.fixture
def state() -> State:
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    state.add("head", lambda: linear_head(state.backbone.hidden, 2), STREAMS)
    state.backbone.train()
    return state


def step_of(state: State, index: int = 0, *, fixed_masks: bool = False, **scope: object) -> Step:
    train = small_split().train
    rows = np.array([3, 0, 9, 5])
    batch = Batch({"text": train.take(rows).without_labels()}, labels=np.array([0, 0, 1, 0]), rows=rows)
    return Step(index, state, batch, PhaseScope(STREAMS, 2, train, **scope), fixed_masks=fixed_masks)  # type: ignore[arg-type]


def test_rows_and_ids_say_which_training_examples_the_batch_holds(state: State) -> None:
    step = step_of(state)
    assert step.rows.tolist() == [3, 0, 9, 5]
    assert step.n_rows == 16
    assert step.ids.tolist() == small_split().train.ids[[3, 0, 9, 5]].tolist()


def test_the_labels_of_the_training_data_are_those_of_the_rows(state: State) -> None:
    step = step_of(state)
    assert step.labels is not None
    assert len(step.train_labels) == step.n_rows
    assert torch.equal(step.train_labels[step.rows], torch.from_numpy(small_split().train.labels)[step.rows])


def test_words_are_neither_padding_nor_special_tokens(state: State) -> None:
    step = step_of(state)
    ids, words = step.tokens().ids, step.words()
    special = torch.isin(ids, torch.tensor([0, 1, 2]))  # the padding, start and end of a random encoder's vocabulary
    assert torch.equal(words, ~special)
    assert words.any(1).all()


def test_a_pass_at_another_dropout_rate_leaves_the_encoders_rate_as_it_is(state: State) -> None:
    dropouts = [m for m in state.backbone.modules() if isinstance(m, nn.Dropout)]
    own = [m.p for m in dropouts]
    step = step_of(state)
    plain = step.encode()
    mostly = step.encode(variant=EncoderVariant(dropout=0.9))
    still = step.encode(variant=EncoderVariant(dropout=0.0))
    assert [m.p for m in dropouts] == own
    torch.testing.assert_close(still, step.encode(variant=EncoderVariant(dropout=False)))
    assert (mostly - still).norm() > (plain - still).norm() > 0


def test_a_feed_without_rows_is_named_where_they_are_asked_for(state: State) -> None:
    step = Step(0, state, Batch({"text": small_split().train.without_labels()}), PhaseScope(STREAMS))
    with pytest.raises(RuntimeError, match="name no rows"):
        _ = step.rows


def test_the_generator_of_an_objective_depends_on_step_and_name_and_not_on_torch(state: State) -> None:
    def drawn(index: int, name: str) -> Tensor:
        torch.manual_seed(int(np.random.default_rng().integers(2**31)))
        step = step_of(state, index)
        return torch.cat([torch.rand(2, generator=step.generator(name)) for _ in range(2)])

    assert torch.equal(drawn(0, "a"), drawn(0, "a"))
    assert len(set(drawn(0, "a").tolist())) == 4  # the second draw of a step goes on where the first ended
    assert not torch.equal(drawn(0, "a"), drawn(0, "b"))
    assert not torch.equal(drawn(0, "a"), drawn(1, "a"))
    assert step_of(state).numpy_generator("a").random() == step_of(state).numpy_generator("a").random()


def test_a_memory_is_kept_over_the_steps_of_a_phase_and_a_diagnosis_gets_a_copy(state: State) -> None:
    memory: dict[str, object] = {}
    first = step_of(state, 0, memory=memory).memory("bank", lambda: torch.zeros(16))
    first[step_of(state).rows] += 1
    again = step_of(state, 1, memory=memory).memory("bank", lambda: torch.full((16,), 7.0))
    assert again is first
    assert again.sum() == 4
    step_of(state, 1, memory=memory, fixed_masks=True).memory("bank", lambda: first).zero_()
    assert first.sum() == 4


def test_inner_layers_come_from_the_same_pass_and_the_last_is_the_plain_representation(state: State) -> None:
    run = PhaseRun("p", "")
    step = step_of(state, hidden_layers=True, passes=run)
    plain = step_of(state).encode()
    assert torch.equal(step.encode(), plain)
    assert torch.equal(step.encode(layer=-1), plain)
    assert torch.equal(step.encode(layer=2), plain)
    assert step.encode(layer=0).shape == plain.shape
    assert not torch.allclose(step.encode(layer=1), plain)
    assert run.forward == 4


def test_the_pooled_inner_layers_are_those_of_transformers(state: State) -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "hidden_size": 16}
    model = BertModel(BertConfig(vocab_size=4096, pad_token_id=0, **shape), add_pooling_layer=False).eval()
    tokens = step_of(state).tokens()
    tokens = type(tokens)(tokens.ids % 4096, tokens.mask, tokens.types)
    ours = Backbone(model, state.backbone.tokenizer, "mean").layers(tokens)
    theirs = model(input_ids=tokens.ids, attention_mask=tokens.mask, token_type_ids=tokens.types, output_hidden_states=True).hidden_states
    for layer, expected in zip(ours, theirs, strict=True):
        mean = torch.stack([row[: int(mask.sum())].mean(0) for row, mask in zip(expected, tokens.mask, strict=True)])
        assert torch.allclose(layer, mean, atol=1e-5)


def test_an_undeclared_inner_layer_is_an_error_that_says_what_to_declare(state: State) -> None:
    with pytest.raises(RuntimeError, match="hidden_layers"):
        step_of(state).encode(layer=1)


def test_same_masks_repeats_the_first_pass_and_leaves_later_masks_as_they_are(state: State) -> None:
    step = step_of(state)
    first = step.encode()
    matrix = step.word_rows().detach().clone()
    assert torch.equal(step.encode(embeddings=matrix, same_masks=True), first)
    assert not torch.equal(step.encode(embeddings=matrix.clone()), first)
    plain = step_of(state)
    plain.encode()
    repeated = step_of(state)
    repeated.encode()
    repeated.encode(embeddings=matrix, same_masks=True)
    assert torch.equal(repeated.encode(fresh=True), plain.encode(fresh=True))
    state.modules["head"].train()
    scores = step.logits(first)
    assert torch.equal(step.logits(first, same_masks=True), scores)
    assert not torch.equal(step.logits(first), scores)
    with pytest.raises(ValueError, match="one of them"):
        step.encode(fresh=True, same_masks=True)


def test_a_pass_without_dropout_is_the_one_of_evaluation_and_training_goes_on(state: State) -> None:
    without = step_of(state).encode(variant=EncoderVariant(dropout=False))
    assert state.backbone.training
    state.backbone.eval()
    assert torch.equal(step_of(state).encode(), without)


def test_an_offset_is_added_to_the_word_vectors_and_gets_a_gradient(state: State) -> None:
    step = step_of(state)
    width = step.word_rows().shape[1]
    offset = torch.zeros((*step.tokens().ids.shape, width), requires_grad=True)
    variant = EncoderVariant(offset=offset)
    assert torch.equal(step.encode(variant=variant, same_masks=True), step_of(state).encode())
    (gradient,) = torch.autograd.grad(step.encode(variant=variant, same_masks=True).square().sum(), offset)
    assert bool((gradient[step.tokens().mask.bool()] != 0).any())
    assert not bool(gradient[~step.tokens().mask.bool()].any())
    moved = EncoderVariant(offset=torch.full_like(offset, 0.5))
    matrix = step.word_rows().detach() + 0.5
    assert torch.allclose(step.encode(variant=moved, same_masks=True), step.encode(embeddings=matrix, same_masks=True), atol=1e-6)


def test_other_parameters_stand_in_for_one_pass_and_get_the_gradient(state: State) -> None:
    step = step_of(state)
    name = "encoder.layer.0.output.dense.weight"
    weight = step.parameters()[name]
    half = EncoderVariant(parameters={name: weight * 0.5})
    value = step.encode(variant=half, same_masks=True)
    assert not torch.allclose(value, step.encode())
    (gradient,) = torch.autograd.grad(value.square().sum(), weight)
    assert bool(gradient.any())
    assert step.parameters()[name] is weight
    with pytest.raises(KeyError, match="no parameter 'nonsense'"):
        step.encode(variant=EncoderVariant(parameters={"nonsense": weight}))


@dataclass(frozen=True)
class TwoNetworks(Objective):
    """Cross-entropy of each network by itself, the second one's times a factor."""

    second_network: ClassVar[bool] = True
    scale: float = 1.0

    def terms(self, step: Step) -> dict[str, Term]:
        assert step.labels is not None
        loss = nn.functional.cross_entropy
        variant = EncoderVariant(network=SECOND_ENCODER)
        second = step.logits(step.encode(variant=variant), SECOND_HEAD)
        return {"ce": Term(loss(step.logits(step.encode()), step.labels), 1.0, 4), "ce2": Term(loss(second, step.labels), self.scale, 4)}

    def cost(self) -> tuple[float, float]:
        return (2.0, 2.0)


def trained(phase: FineTune) -> tuple[State, Context]:
    split = small_split()
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    context = Context(small_task(split), BUDGET, "natural", STREAMS, PhaseRun(phase.name, ""))
    phase.build(state, context.task, STREAMS)
    phase.fit(state, TrainingData(split.train, split.dev, split.unlabelled), context)
    return state, context


def tensors(state: State, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor.clone() for name, tensor in state.tensors().items() if name.startswith(prefix)}


@pytest.mark.parametrize("wrap", [lambda objective: objective, lambda objective: Weighted((1.0, objective))])
def test_a_second_network_starts_as_a_copy_has_its_own_head_and_is_counted(wrap: Callable[[Objective], Objective]) -> None:
    phase = FineTune(wrap(TwoNetworks()))
    state = State(kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").fresh())
    phase.build(state, small_task(), STREAMS)
    first, second = tensors(state, "backbone."), tensors(state, f"modules.{SECOND_ENCODER}.model.")
    assert all(torch.equal(first[name], tensor) for name, tensor in second.items())
    assert not torch.equal(state.modules["head"][1].weight, state.modules[SECOND_HEAD][1].weight)
    state, context = trained(phase)
    assert context.passes.forward == 2 * 3 * 4
    cost = phase.cost(context.task, BUDGET)
    assert (cost.forward, cost.backward) == (context.passes.forward, context.passes.backward)
    after = tensors(state, f"modules.{SECOND_ENCODER}.model.")
    assert not any(torch.equal(second[name], after[name]) for name in second if "query.weight" in name)


def test_the_first_network_trains_as_if_it_were_alone() -> None:
    """Equal to plain cross-entropy bit for bit, however large the second network's gradient is: neither clips the other."""
    alone, _ = trained(FineTune(CrossEntropy()))
    expected = tensors(alone, "backbone.encoder")
    both, _ = trained(FineTune(TwoNetworks(scale=1000.0)))
    assert all(torch.equal(expected[name], tensor) for name, tensor in tensors(both, "backbone.encoder").items())


def test_a_frozen_phase_freezes_the_second_encoder_too() -> None:
    state, _ = trained(FineTune(TwoNetworks(), freeze_encoder=True))
    pristine = kept_encoder(load_encoder("random-tiny"), "cpu", "fp32").pristine
    assert all(torch.equal(pristine[name], tensor) for name, tensor in tensors(state, f"modules.{SECOND_ENCODER}.model.").items())


@dataclass(frozen=True)
class HeavyFirst:
    """Weight 3 for the first row, 0.5 for the others."""

    def weights(self, train: object, streams: Streams) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([3.0] + [0.5] * 15, dtype=np.float32)


def test_example_weights_of_a_feed_multiply_the_losses_of_their_rows() -> None:
    from benchmark.training.labelled_feed import Labelled

    split = small_split()
    data = TrainingData(split.train, split.dev, split.unlabelled)
    weighted = next(iter(Labelled(HeavyFirst()).open(data, 16, "natural", STREAMS)))
    assert weighted.rows is not None
    assert weighted.weights is not None
    assert weighted.weights.tolist() == [3.0 if row == 0 else 0.5 for row in weighted.rows]
    plain = next(iter(Labelled().open(data, 16, "natural", STREAMS)))
    assert plain.weights is None
    assert weighted.rows.tolist() == plain.rows.tolist()  # type: ignore[union-attr]


def test_a_schedule_overrides_clipping_and_the_constants_of_adamw() -> None:
    plain = FineTune(CrossEntropy()).plan(small_task(), BUDGET)
    assert (plain.clip, plain.epsilon, plain.betas) == (1.0, 1e-8, (0.9, 0.999))
    own = FineTune(CrossEntropy(), schedule=Schedule(clip=0.0, epsilon=2e-5, betas=(0.8, 0.9), encoder_rate=0.25)).plan(
        small_task(), BUDGET
    )
    assert (own.clip, own.epsilon, own.betas) == (0.0, 2e-5, (0.8, 0.9))
    assert (own.lr_encoder, own.lr_head) == (0.25 * BUDGET.lr_encoder, BUDGET.lr_head)


def test_epsilon_and_clipping_reach_the_optimizer() -> None:
    def head(schedule: Schedule) -> Tensor:
        state, _ = trained(FineTune(Weighted((100.0, CrossEntropy())), schedule=schedule))
        weight: Tensor = state.modules["head"][1].weight
        return weight.detach().clone()

    plain = head(Schedule())
    assert torch.equal(head(Schedule(clip=1.0, epsilon=1e-8)), plain)
    assert not torch.equal(head(Schedule(epsilon=1e-2)), plain)
    assert not torch.equal(head(Schedule(epsilon=1e-2, clip=0.0)), head(Schedule(epsilon=1e-2)))
