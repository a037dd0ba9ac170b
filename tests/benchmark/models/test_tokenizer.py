"""Tokens: padded to the longest text, cut to the encoder's length, segments only where the encoder knows them."""

import torch

from benchmark.models.tokenizer import HashVocabulary, Tokenizer, token_indices


def test_a_batch_is_padded_to_its_longest_text_and_masked() -> None:
    tokens = Tokenizer(HashVocabulary(50, 16), segments=True)(["one two three", "one"])
    assert tokens.ids.shape == (2, 5)
    assert tokens.mask.sum(1).tolist() == [5, 3]
    assert tokens.ids[1, 3:].tolist() == [0, 0]


def test_the_second_text_of_a_pair_is_the_second_segment() -> None:
    tokens = Tokenizer(HashVocabulary(50, 16), segments=True)(["one two"], ["three"])
    assert tokens.types is not None
    assert tokens.types.tolist() == [[0, 0, 0, 0, 1, 1]]
    assert Tokenizer(HashVocabulary(50, 16), segments=False)(["one"], ["two"]).types is None


def test_long_texts_are_cut_to_the_encoders_length() -> None:
    assert Tokenizer(HashVocabulary(50, 6), segments=True)(["a b c d e f g h"]).ids.shape == (1, 6)


def test_memory_changes_nothing() -> None:
    tokenizer = Tokenizer(HashVocabulary(50, 16), segments=True)
    assert (
        tokenizer(["one two"]).ids.tolist()
        == tokenizer(["one two"]).ids.tolist()
        == Tokenizer(HashVocabulary(50, 16), True)(["one two"]).ids.tolist()
    )


def test_what_goes_to_a_device_takes_its_places_along() -> None:
    """Found on the host: on the device the count of tokens would be unknown to the host until the device has done all its work."""
    tokens = Tokenizer(HashVocabulary(50, 16), segments=True)(["one two three", "one"])
    assert token_indices(tokens.mask).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    moved = tokens.to(torch.device("meta"))
    assert moved.indices is not None
    assert (moved.indices.device.type, moved.indices.shape) == ("meta", (8,))
    assert tokens.to(torch.device("cpu")) is tokens


def test_another_length_cap_holds_at_once_and_the_cut_texts_are_counted() -> None:
    tokenizer = Tokenizer(HashVocabulary(50, 16), segments=True)
    texts = ["a b c", "a b c d e", "a"]
    assert tokenizer(texts).ids.shape == (3, 7)
    assert tokenizer.n_cut(texts) == 0
    tokenizer.set_max_length(5)
    assert tokenizer(texts).ids.shape == (3, 5)
    assert tokenizer.n_cut(texts) == 1
    assert tokenizer.n_cut(["a b", "a"], ["c d", "b"]) == 1
