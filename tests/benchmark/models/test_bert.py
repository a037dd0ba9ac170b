"""The encoder without transformers is that of transformers: tensors, drawn weights, what a checkpoint may call them, and the pass without
padding: values, gradients, and with another matrix."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, BertModel, RobertaConfig, RobertaForMaskedLM, RobertaModel

from benchmark.errors import UserError
from benchmark.models import bert
from benchmark.models.backbone import pool
from benchmark.models.tokenizer import Tokens

SIZES = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 32,
    "vocab_size": 30,
}


def saved(folder: Path, kind: str, *, head: bool = False) -> torch.nn.Module:
    """A random transformers model, stored in a folder."""
    torch.manual_seed(0)
    if kind == "bert":
        shape = BertConfig(pad_token_id=0, **SIZES)
        model = BertForMaskedLM(shape) if head else BertModel(shape, add_pooling_layer=False)
    else:
        shape = RobertaConfig(pad_token_id=1, type_vocab_size=1, **SIZES)
        model = RobertaForMaskedLM(shape) if head else RobertaModel(shape, add_pooling_layer=False)
    model.save_pretrained(folder)
    return (getattr(model, kind) if head else model).eval()  # type: ignore[no-any-return]


def loaded(folder: Path) -> bert.Bert:
    model = bert.load(folder)
    assert model is not None
    return model


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_tensors_and_results_are_those_of_transformers(tmp_path: Path, kind: str, head: bool) -> None:
    theirs, ours = saved(tmp_path, kind, head=head), loaded(tmp_path)
    expected = {name: tensor for name, tensor in theirs.state_dict().items() if "pooler" not in name}
    assert ours.state_dict().keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in ours.state_dict().items())
    ids = torch.tensor([[5, 6, 7, 8], [9, 4, 3, 2]])
    tokens = Tokens(ids, torch.ones_like(ids))
    states, layout = bert.encode(ours, tokens)
    result = theirs(input_ids=ids, attention_mask=tokens.mask).last_hidden_state
    torch.testing.assert_close(states.view(2, 4, -1), result)
    assert layout.rows == 2


def test_dropout_rates_and_layer_norms_are_those_of_the_configuration(tmp_path: Path) -> None:
    theirs, ours = saved(tmp_path, "bert"), loaded(tmp_path)
    for kind in (torch.nn.Dropout, torch.nn.LayerNorm):
        mine = [module.extra_repr() for module in ours.modules() if isinstance(module, kind)]
        assert mine == [module.extra_repr() for module in theirs.modules() if isinstance(module, kind)]


def test_names_of_old_checkpoints_are_understood(tmp_path: Path) -> None:
    saved(tmp_path, "bert")
    tensors = load_file(tmp_path / "model.safetensors")
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t for name, t in tensors.items()
    }
    assert old.keys() != tensors.keys()
    save_file({f"bert.{name}": tensor for name, tensor in old.items()}, tmp_path / "model.safetensors")
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in loaded(tmp_path).state_dict().items())


def test_half_precision_weights_become_float32(tmp_path: Path) -> None:
    saved(tmp_path, "bert")
    tensors = load_file(tmp_path / "model.safetensors")
    save_file({name: tensor.half() for name, tensor in tensors.items()}, tmp_path / "model.safetensors")
    assert {tensor.dtype for tensor in loaded(tmp_path).state_dict().values()} == {torch.float32}


def test_weights_that_lack_a_tensor_are_refused(tmp_path: Path) -> None:
    saved(tmp_path, "bert")
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["encoder.layer.1.output.dense.weight"]
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(UserError, match=r"encoder\.layer\.1\.output\.dense\.weight"):
        bert.load(tmp_path)


@pytest.mark.parametrize("change", [{"model_type": "mpnet"}, {"hidden_act": "relu"}, {"position_embedding_type": "relative_key"}])
def test_other_architectures_are_left_to_transformers(tmp_path: Path, change: dict[str, str]) -> None:
    saved(tmp_path, "bert")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | change))
    assert bert.load(tmp_path) is None


def test_random_weights_are_those_that_transformers_draws() -> None:
    given = BertConfig(pad_token_id=0, **SIZES)
    torch.manual_seed(0)
    theirs = BertModel(given, add_pooling_layer=False).state_dict()
    torch.manual_seed(5)
    expected_next = torch.rand(1)
    torch.manual_seed(5)
    ours = bert.random_bert(bert.BertConfig.of(given.to_dict())).state_dict()
    assert torch.equal(torch.rand(1), expected_next)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], tensor) for name, tensor in theirs.items())


FORWARD_SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 50,
    "max_position_embeddings": 20,
}


def model_of(kind: str) -> torch.nn.Module:
    torch.manual_seed(0)
    if kind == "bert":
        return BertModel(BertConfig(pad_token_id=0, **FORWARD_SIZES), add_pooling_layer=False).eval()
    return RobertaModel(RobertaConfig(pad_token_id=1, type_vocab_size=1, **FORWARD_SIZES), add_pooling_layer=False).eval()


def tokens_of(kind: str) -> Tokens:
    pad = 0 if kind == "bert" else 1
    lengths = [5, 2, 9]
    ids = torch.full((3, 9), pad)
    mask = torch.zeros(3, 9, dtype=torch.long)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.arange(2, 2 + length) + row
        mask[row, :length] = 1
    types = (torch.arange(9) > 3).long().expand(3, 9) * mask if kind == "bert" else None
    return Tokens(ids, mask, types)


def own_forward(model: torch.nn.Module, tokens: Tokens) -> torch.Tensor:
    types = {} if tokens.types is None else {"token_type_ids": tokens.types}
    return model(input_ids=tokens.ids, attention_mask=tokens.mask, **types).last_hidden_state  # type: ignore[no-any-return]


@pytest.mark.parametrize("how", ["mean", "cls"])
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_values_and_gradients_are_those_of_the_models_own_forward(kind: str, how: str) -> None:
    model, tokens = model_of(kind), tokens_of(kind)
    weight = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    expected = pool(own_forward(model, tokens), tokens.mask, how)
    (expected * weight).sum().backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    states, layout = bert.encode(model, tokens)
    pooled = bert.pool(states, layout, how)
    (pooled * weight).sum().backward()
    torch.testing.assert_close(pooled, expected, rtol=1e-5, atol=1e-6)
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name], rtol=1e-4, atol=1e-6, msg=name)


def test_padding_does_not_matter() -> None:
    model, tokens = model_of("bert"), tokens_of("bert")
    wider = Tokens(*(torch.nn.functional.pad(t, (0, 4)) for t in (tokens.ids, tokens.mask, tokens.types)))  # type: ignore[arg-type]
    assert torch.equal(bert.encode(model, tokens)[0], bert.encode(model, wider)[0]) or torch.allclose(
        bert.encode(model, tokens)[0], bert.encode(model, wider)[0], atol=1e-6
    )


def test_another_matrix_takes_the_place_of_the_word_embeddings_and_gets_a_gradient() -> None:
    model, tokens = model_of("bert"), tokens_of("bert")
    matrix = (model.get_input_embeddings().weight.detach() * 2).requires_grad_()
    states, _ = bert.encode(model, tokens, bert.WordVectors(matrix))
    states.square().sum().backward()
    assert model.get_input_embeddings().weight.grad is None
    assert matrix.grad is not None
    used = tokens.ids[tokens.mask.bool()].unique()
    assert set(matrix.grad.abs().sum(1).nonzero().squeeze(1).tolist()) == set(used.tolist())


def test_unknown_architectures_go_through_their_own_forward() -> None:
    assert not bert.supports(torch.nn.Linear(2, 2))
