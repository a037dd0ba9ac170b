"""The decoder of the denoising phase: what it sees, what it may not see, and whose weights it uses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel

from benchmark.errors import UserError
from benchmark.models.unpadding import Unpadding
from methods.parts.decoder import CrossAttention, Decoder

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 20,
}


def bert() -> Any:
    torch.manual_seed(1)
    return BertModel(BertConfig(**SIZES, pad_token_id=0), add_pooling_layer=False).eval()


def roberta() -> Any:
    torch.manual_seed(1)
    return RobertaModel(RobertaConfig(**SIZES, pad_token_id=1, type_vocab_size=1), add_pooling_layer=False).eval()


@pytest.fixture(params=[bert, roberta], ids=["bert", "roberta"])
def model(request: pytest.FixtureRequest) -> Any:
    return request.param()


@pytest.fixture
def ids() -> Tensor:
    return torch.tensor([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


def decoder_of(model: Any, **options: Any) -> Decoder:
    torch.manual_seed(2)
    return Decoder(model, **options).eval()


def words_of(model: Any) -> Tensor:
    return model.get_input_embeddings().weight


def states(decoder: Decoder, model: Any, memory: Tensor, ids: Tensor) -> Tensor:
    return decoder.states(memory, ids, None, words_of(model), model)


def test_no_later_token_changes_an_earlier_prediction(model: Any, ids: Tensor) -> None:
    decoder, memory = decoder_of(model), torch.randn(2, 16)
    changed = ids.clone()
    changed[:, 3] = 20
    before, after = states(decoder, model, memory, ids), states(decoder, model, memory, changed)
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_every_prediction_depends_on_the_pooled_vector(model: Any, ids: Tensor) -> None:
    decoder = decoder_of(model)
    memory = torch.randn(2, 16, requires_grad=True)
    for position in range(ids.shape[1]):
        (gradient,) = torch.autograd.grad(states(decoder, model, memory, ids)[:, position].square().sum(), memory)
        assert bool((gradient.abs().sum(1) > 0).all())


def test_rows_do_not_see_each_other(model: Any, ids: Tensor) -> None:
    decoder, memory = decoder_of(model), torch.randn(2, 16)
    alone = states(decoder, model, memory[:1], ids[:1])
    torch.testing.assert_close(states(decoder, model, memory, ids)[:1], alone)


def test_tokens_begin_as_they_do_in_the_encoder_so_positions_have_the_same_offset(model: Any, ids: Tensor) -> None:
    decoder = decoder_of(model)
    layout = Unpadding.of(torch.ones_like(ids))
    embedded = decoder._embed(model.embeddings, ids, None, words_of(model), layout)
    torch.testing.assert_close(embedded.view(*ids.shape, -1), model.embeddings(ids))


def test_positions_begin_at_zero_for_bert_and_behind_the_padding_index_for_roberta() -> None:
    assert decoder_of(bert()).first_position == 0
    assert decoder_of(roberta()).first_position == 2


def test_without_cross_attention_and_with_one_token_it_is_the_encoder_itself(model: Any) -> None:
    """On a text of one token causal and full self-attention are the same: the layers are wired as the encoder wires them."""
    decoder, ids = decoder_of(model), torch.tensor([[7], [9]])
    decoder.cross = nn.ModuleList(_Skip() for _ in decoder.cross)
    torch.testing.assert_close(states(decoder, model, torch.zeros(2, 16), ids), model(input_ids=ids).last_hidden_state)


class _Skip(nn.Module):
    def forward(self, states: Tensor, memory: Tensor, row: Tensor, dropout: float) -> Tensor:
        return states


def test_cross_attention_equals_full_attention_over_one_vector_whatever_query_and_key_are() -> None:
    torch.manual_seed(3)
    ours, full = CrossAttention(16, std=0.5, eps=1e-12).eval(), nn.MultiheadAttention(16, 2, batch_first=True).eval()
    with torch.no_grad():
        full.in_proj_weight[32:], full.in_proj_bias[32:] = ours.value.weight, ours.value.bias
        full.out_proj.weight.copy_(ours.output.weight)
        full.out_proj.bias.copy_(ours.output.bias)
    inputs, memory = torch.randn(3, 5, 16), torch.randn(3, 16)
    attended, _ = full(inputs, memory.unsqueeze(1), memory.unsqueeze(1))
    row = torch.arange(3).repeat_interleave(5)
    torch.testing.assert_close(ours(inputs.flatten(0, 1), memory, row, 0.0), ours.norm(inputs + attended).flatten(0, 1))


def test_targets_are_the_next_tokens_and_padding_is_no_target(model: Any, ids: Tensor) -> None:
    pad = model.config.pad_token_id
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
    padded = ids.masked_fill(mask == 0, pad)
    logits, targets = decoder_of(model)(torch.randn(2, 16), padded, mask, None, words_of(model), model)
    assert targets.tolist() == [6, 7, 8, 9, 10, 12, 13]
    assert logits.shape == (7, 50)


def test_padding_changes_no_prediction(model: Any, ids: Tensor) -> None:
    decoder, memory, pad = decoder_of(model), torch.randn(1, 16), model.config.pad_token_id
    short, mask = ids[:1, :4], torch.ones(1, 4, dtype=torch.long)
    longer = torch.cat([short, torch.full((1, 2), pad)], dim=1)
    longer_mask = torch.cat([mask, torch.zeros(1, 2, dtype=torch.long)], dim=1)
    without, _ = decoder(memory, short, mask, None, words_of(model), model)
    with_padding, _ = decoder(memory, longer, longer_mask, None, words_of(model), model)
    torch.testing.assert_close(without, with_padding)


def test_the_output_matrix_is_the_word_embedding_matrix(model: Any, ids: Tensor) -> None:
    decoder, memory, mask = decoder_of(model), torch.randn(2, 16), torch.ones_like(ids)
    logits, _ = decoder(memory, ids, mask, None, words_of(model), model)
    last = states(decoder, model, memory, ids[:, :-1]).flatten(0, 1)
    torch.testing.assert_close(logits, last @ words_of(model).T + decoder.bias)


def test_a_tied_decoder_trains_the_encoders_layers_and_holds_none_of_its_own(model: Any, ids: Tensor) -> None:
    decoder = decoder_of(model, tied=True)
    assert {name.split(".")[0] for name, _ in decoder.named_parameters()} == {"bias", "cross"}
    states(decoder, model, torch.randn(2, 16), ids).square().sum().backward()
    for layer in model.encoder.layer:
        assert layer.attention.self.query.weight.grad is not None
    assert all(p.grad is None for p in decoder.parameters() if p is decoder.bias)


def test_an_untied_decoder_trains_copies_and_leaves_the_encoders_layers_alone(model: Any, ids: Tensor) -> None:
    decoder = decoder_of(model, tied=False)
    tied = decoder_of(model, tied=True)
    memory = torch.randn(2, 16)
    torch.testing.assert_close(decoder.states(memory, ids, None, words_of(model)), states(tied, model, memory, ids))
    decoder.states(memory, ids, None, words_of(model)).square().sum().backward()
    assert all(p.grad is None for p in model.encoder.parameters())
    assert decoder.copied is not None
    assert all(p.grad is not None for p in decoder.copied.layer.parameters())


def test_a_tied_decoder_follows_the_encoder_as_it_changes(model: Any, ids: Tensor) -> None:
    decoder, memory = decoder_of(model), torch.randn(2, 16)
    before = states(decoder, model, memory, ids)
    with torch.no_grad():
        model.encoder.layer[1].output.dense.weight.mul_(2)
    assert not torch.allclose(before, states(decoder, model, memory, ids))


def test_fewer_layers_can_be_asked_for(model: Any, ids: Tensor) -> None:
    decoder = decoder_of(model, layers=1)
    assert len(decoder.cross) == 1
    assert states(decoder, model, torch.randn(2, 16), ids).shape == (2, 6, 16)


def test_an_encoder_of_another_family_is_named_with_what_is_supported() -> None:
    other = DistilBertModel(DistilBertConfig(vocab_size=20, dim=8, n_layers=1, n_heads=2, hidden_dim=8))
    with pytest.raises(UserError, match=r"distilbert.*bert, roberta"):
        Decoder(other)
