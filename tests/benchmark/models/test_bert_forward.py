"""The pass without padding gives what the transformers model's own forward gives: values, gradients, and with another matrix."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from benchmark.models import bert_forward
from benchmark.models.backbone import pool
from benchmark.models.tokenizer import Tokens

SIZES = {
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
        return BertModel(BertConfig(pad_token_id=0, **SIZES), add_pooling_layer=False).eval()
    return RobertaModel(RobertaConfig(pad_token_id=1, type_vocab_size=1, **SIZES), add_pooling_layer=False).eval()


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
    states, layout = bert_forward.encode(model, tokens)
    pooled = bert_forward.pool(states, layout, how)
    (pooled * weight).sum().backward()
    torch.testing.assert_close(pooled, expected, rtol=1e-5, atol=1e-6)
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name], rtol=1e-4, atol=1e-6, msg=name)


def test_padding_does_not_matter() -> None:
    model, tokens = model_of("bert"), tokens_of("bert")
    wider = Tokens(*(torch.nn.functional.pad(t, (0, 4)) for t in (tokens.ids, tokens.mask, tokens.types)))  # type: ignore[arg-type]
    assert torch.equal(bert_forward.encode(model, tokens)[0], bert_forward.encode(model, wider)[0]) or torch.allclose(
        bert_forward.encode(model, tokens)[0], bert_forward.encode(model, wider)[0], atol=1e-6
    )


def test_another_matrix_takes_the_place_of_the_word_embeddings_and_gets_a_gradient() -> None:
    model, tokens = model_of("bert"), tokens_of("bert")
    matrix = (model.get_input_embeddings().weight.detach() * 2).requires_grad_()
    states, _ = bert_forward.encode(model, tokens, bert_forward.WordVectors(matrix))
    states.square().sum().backward()
    assert model.get_input_embeddings().weight.grad is None
    assert matrix.grad is not None
    used = tokens.ids[tokens.mask.bool()].unique()
    assert set(matrix.grad.abs().sum(1).nonzero().squeeze(1).tolist()) == set(used.tolist())


def test_unknown_architectures_go_through_their_own_forward() -> None:
    assert not bert_forward.supports(torch.nn.Linear(2, 2))
