"""Small splits to put noise on, and a tiny Marian model with random weights in a folder of the hub's form."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from benchmark.data.examples import Examples, Split, content_ids
from benchmark.streams import Streams

WORDS = ("the", "film", "was", "rather", "good", "and", "nobody", "could", "say", "why", "it", "ended", "so", "badly", "after", "all")


def make_examples(n: int, name: str, n_classes: int = 3, pair: bool = False, labelled: bool = True) -> Examples:
    """n different sentences of 3 to 14 words; class sizes as unequal as 1 : 2 : ... : K."""
    rng = np.random.default_rng(len(name) + n)
    texts = tuple(f"{name} {i} " + " ".join(rng.choice(WORDS, size=rng.integers(1, 13))) for i in range(n))
    seconds = tuple(f"{text} indeed" for text in texts) if pair else None
    shares = np.arange(1, n_classes + 1) / np.arange(1, n_classes + 1).sum()
    labels = np.searchsorted(np.cumsum(shares), (np.arange(n) + 0.5) / max(n, 1)).astype(np.int64) if labelled else None
    return Examples(content_ids(texts, seconds), texts, seconds, labels)


@pytest.fixture
def split() -> Split:
    return Split(
        make_examples(101, "train"), make_examples(40, "dev"), make_examples(30, "test"), make_examples(25, "pool", labelled=False)
    )


@pytest.fixture
def pairs() -> Split:
    return Split(
        make_examples(30, "train", pair=True),
        make_examples(12, "dev", pair=True),
        make_examples(10, "test", pair=True),
        make_examples(8, "pool", pair=True, labelled=False),
    )


@pytest.fixture
def streams() -> Streams:
    return Streams(split_seed=3, seed=5)


@pytest.fixture(scope="session")
def marian_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders with a tiny Marian model (random weights) and its tokenizer each."""
    pytest.importorskip("sentencepiece", reason="the Marian tokenizer needs sentencepiece")
    root = tmp_path_factory.mktemp("marian")
    return _write_marian(root / "en-de", 0), _write_marian(root / "de-en", 1)


def _write_marian(folder: Path, seed: int) -> Path:
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir()
    spm = BytesIO()
    lines = iter([" ".join(WORDS)] * 5)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines, model_writer=spm, vocab_size=40, model_type="unigram", hard_vocab_limit=False, minloglevel=2
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(spm.getvalue())
    model = sentencepiece.SentencePieceProcessor(model_proto=spm.getvalue())
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    vocabulary = ["</s>", "<unk>", *(piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}))
    MarianTokenizer(*(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json"))).save_pretrained(folder)
    pad = len(vocabulary) - 1
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = MarianConfig(
            vocab_size=len(vocabulary),
            d_model=16,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=16,
            decoder_ffn_dim=16,
            max_position_embeddings=64,
            pad_token_id=pad,
            eos_token_id=0,
            forced_eos_token_id=0,
            decoder_start_token_id=pad,
            num_beams=4,
            bad_words_ids=[[pad]],
            max_length=64,
        )
        MarianMTModel(config).save_pretrained(folder)
    return folder


Maker = Callable[..., Examples]


@pytest.fixture
def make() -> Maker:
    return make_examples
