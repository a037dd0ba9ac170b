"""Time per call of what runs often: `tox -e benchmarks`. Nothing here asserts a time; compare runs of one machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmark.data.examples import Examples, content_ids
from benchmark.records.spec import content_key
from benchmark.streams import Streams, uniforms
from methods.batches.noised_texts import delete_words
from methods.batches.pairs import Pairs
from methods.losses.infonce import infonce
from methods.losses.supcon import supcon

TEXTS = [f"a plain sentence with the number {number} in it" for number in range(2000)]


def _leaf(rows: int, width: int) -> torch.Tensor:
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(0)).requires_grad_()


def test_supcon_forward_and_backward(benchmark: Any) -> None:
    z, labels = _leaf(64, 384), torch.arange(64) % 4
    benchmark(lambda: supcon(z, labels, 0.3).backward())


def test_infonce_forward_and_backward(benchmark: Any) -> None:
    first, second = _leaf(64, 128), _leaf(64, 128)
    benchmark(lambda: infonce(first, second, 0.07).backward())


def test_ids_of_two_thousand_texts(benchmark: Any) -> None:
    assert len(benchmark(content_ids, TEXTS)) == len(TEXTS)


def test_uniform_numbers_of_a_hundred_thousand_ids(benchmark: Any) -> None:
    ids = np.arange(100_000, dtype=np.uint64)
    assert benchmark(uniforms, ids, 7).shape == (100_000,)


def test_seed_of_a_named_draw(benchmark: Any) -> None:
    streams = Streams(0, 0).at("fine-tune")
    benchmark(streams.seed_of, "dropout", 12, "encode:text", 0)


def test_key_of_a_spec_sized_value(benchmark: Any) -> None:
    value = {f"field{number}": {"name": "x" * 20, "rate": number / 7} for number in range(20)}
    assert len(benchmark(content_key, value)) == 64


def test_deleting_words(benchmark: Any) -> None:
    draw = np.random.default_rng(0)
    benchmark(delete_words, " ".join(TEXTS[:5]), 0.6, draw)


def test_pairs_of_two_thousand_examples(benchmark: Any) -> None:
    labels = np.arange(len(TEXTS), dtype=np.int64) % 4
    train = Examples(content_ids(TEXTS), tuple(TEXTS), labels=labels)
    pairs = benchmark(Pairs(copies=2).listed, train, Streams(0, 0).at("contrast"))
    assert len(pairs.targets) > 0
