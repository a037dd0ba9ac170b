"""The encoder's modules without transformers are those of transformers: tensors, results, and what a checkpoint may call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, BertModel, RobertaConfig, RobertaForMaskedLM, RobertaModel

from benchmark.errors import UserError
from benchmark.models import bert, bert_forward
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
    states, layout = bert_forward.encode(ours, tokens)
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
