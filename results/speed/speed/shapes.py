"""Encoders with random weights, for timing at sizes whose real weights are not at hand. Both sides load the same folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

# Layers, width, heads, inner width. A BERT of that size with MiniLM's tokenizer: the positions differ from RoBERTa's, the work does not.
SHAPES = {"roberta-base": (12, 768, 12, 3072), "roberta-large": (24, 1024, 16, 4096), "tiny": (2, 32, 2, 64)}
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def write(shape: str, folder: Path) -> Path:
    """An encoder of this shape in a new folder: configuration, safetensors, tokenizer. Returns the folder."""
    import torch
    from transformers import BertConfig, BertModel

    layers, hidden, heads, inner = SHAPES[shape]
    small = minilm()
    vocabulary = json.loads((small / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    torch.manual_seed(0)
    sizes = {"num_hidden_layers": layers, "hidden_size": hidden, "num_attention_heads": heads, "intermediate_size": inner}
    BertModel(BertConfig(vocab_size=vocabulary, **sizes)).save_pretrained(folder)
    for name in TOKENIZER:
        if (small / name).is_file():
            shutil.copy(small / name, folder / name)
    return folder


def minilm() -> Path:
    """The folder of the default encoder, whose tokenizer is used."""
    from benchmark.config.toml_files import load_encoder
    from benchmark.models.encoder_files import locate

    folder = locate(load_encoder("all-minilm-l6-v2"))
    assert folder is not None
    return folder
