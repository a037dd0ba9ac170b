"""Noise on a split: where it falls, that nothing else changes, and that the audit tells what happened."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmark.data.examples import Examples, Split
from benchmark.data.noise import KINDS, NoiseAudit, apply_noise, parse_noise
from benchmark.errors import UserError
from benchmark.records.spec import NoiseSpec
from benchmark.streams import Streams

PARTS = ("train", "dev", "test", "unlabelled")
TEXT = ("char", "word-drop", "word-swap")
LABEL = ("label-flip", "label-flip-next")


def spec_of(text: str) -> NoiseSpec:
    spec = parse_noise(text)
    assert spec is not None
    return spec


def changed_parts(before: Split, after: Split) -> set[str]:
    return {name for name in PARTS if getattr(before, name).fingerprint() != getattr(after, name).fingerprint()}


def shuffled(examples: Examples) -> Examples:
    return examples.take(np.random.default_rng(1).permutation(len(examples)))


@pytest.mark.parametrize(
    ("noise", "dev", "parts"),
    [
        ("label-flip:0.2", "like-train", {"train", "dev"}),
        ("label-flip-next:0.2", "clean", {"train"}),
        ("word-drop:0.3", "like-train", {"train", "dev", "unlabelled"}),
        ("char:0.2", "clean", {"train", "unlabelled"}),
        ("word-swap:0.3@test", "like-train", {"test"}),
        ("char:0.2@both", "like-train", set(PARTS)),
        ("char:0.2@both", "clean", {"train", "test", "unlabelled"}),
    ],
)
def test_where_it_falls(split: Split, streams: Streams, noise: str, dev: str, parts: set[str]) -> None:
    noised, audit = apply_noise(split, spec_of(noise), streams, 3, dev=dev)  # type: ignore[arg-type]
    assert changed_parts(split, noised) == parts == set(audit.parts)


@pytest.mark.parametrize("kind", TEXT)
def test_text_noise_leaves_ids_and_labels_alone(split: Split, streams: Streams, kind: str) -> None:
    noised, audit = apply_noise(split, spec_of(f"{kind}:0.3@both"), streams, 3)
    for name in PARTS:
        before, after = getattr(split, name), getattr(noised, name)
        assert (before.ids == after.ids).all()
        assert before.labels is None or (before.labels == after.labels).all()
        assert audit.parts[name].touched_mask(before.ids).tolist() == [a != b for a, b in zip(before.texts, after.texts, strict=True)]
    assert audit.clean_train_labels is None


@pytest.mark.parametrize("kind", LABEL)
def test_label_noise_leaves_ids_and_texts_alone(split: Split, streams: Streams, kind: str) -> None:
    noised, _ = apply_noise(split, spec_of(f"{kind}:0.3"), streams, 3)
    for name in PARTS:
        before, after = getattr(split, name), getattr(noised, name)
        assert (before.ids == after.ids).all()
        assert before.texts == after.texts


@pytest.mark.parametrize("kind", LABEL)
@pytest.mark.parametrize("n_classes", [3, 12])
def test_the_audit_of_label_noise_is_what_a_recount_finds(
    make: Callable[..., Examples], streams: Streams, kind: str, n_classes: int
) -> None:
    parts = [make(n, name, n_classes) for n, name in ((200, "train"), (90, "dev"), (20, "test"), (0, "pool"))]
    split = Split(*parts)
    noised, audit = apply_noise(split, spec_of(f"{kind}:0.15"), streams, n_classes)
    assert audit.clean_train_labels is not None
    assert (audit.clean_train_labels == split.train.labels).all()
    for name in ("train", "dev"):
        true, given, part = getattr(split, name).labels, getattr(noised, name).labels, audit.parts[name]
        recount = np.zeros((n_classes, n_classes), dtype=int)
        for a, b in zip(true, given, strict=True):
            recount[a, b] += 1
        matrix = part.transition_matrix()
        assert matrix is not None
        assert (matrix == recount).all()
        assert part.touched == part.changed == (true != given).sum() == round(0.15 * len(true))
        assert part.rate == part.touched / part.n
        assert (part.touched_mask(split.train.ids if name == "train" else split.dev.ids) == (true != given)).all()


def test_the_audit_of_dropped_words_is_what_a_recount_finds(pairs: Split, streams: Streams) -> None:
    noised, audit = apply_noise(pairs, spec_of("word-drop:0.4@both"), streams, 3)
    for name in PARTS:
        before, after, part = getattr(pairs, name), getattr(noised, name), audit.parts[name]
        words = [sum(len(text.split()) for text in (*side.texts, *side.second_texts)) for side in (before, after)]
        assert part.units == words[0]
        assert part.changed == words[0] - words[1]
        assert part.edits == {"dropped": part.changed}
        assert part.rate == part.changed / part.units
        both = zip(before.texts, before.second_texts, after.texts, after.second_texts, strict=True)
        assert part.touched == sum((a, b) != (c, d) for a, b, c, d in both)


def test_the_audit_of_typing_errors_adds_up(split: Split, streams: Streams) -> None:
    noised, audit = apply_noise(split, spec_of("char:0.1"), streams, 3)
    part = audit.parts["train"]
    assert part.edits is not None
    assert sum(part.edits.values()) == part.changed
    assert part.units == sum(letter.isalpha() for text in split.train.texts for letter in text)
    longer = sum(map(len, noised.train.texts)) - sum(map(len, split.train.texts))
    assert longer == part.edits["inserted"] - part.edits["deleted"]


@pytest.mark.parametrize("kind", [*TEXT, *LABEL])
def test_the_order_of_the_rows_does_not_matter(split: Split, streams: Streams, kind: str) -> None:
    spec = spec_of(f"{kind}:0.3")
    noised, audit = apply_noise(split, spec, streams, 3)
    other = Split(*(shuffled(getattr(split, name)) for name in PARTS))
    again, audit_again = apply_noise(other, spec, streams, 3)
    for name in PARTS:
        assert getattr(again, name).fingerprint() == shuffled(getattr(noised, name)).fingerprint()
    assert audit_again == audit


@pytest.mark.parametrize("kind", TEXT)
def test_the_other_rows_do_not_matter_for_texts(split: Split, streams: Streams, kind: str) -> None:
    spec = spec_of(f"{kind}:0.3")
    fewer, _ = apply_noise(replace(split, train=split.train.take(range(20))), spec, streams, 3)
    more, _ = apply_noise(split, spec, streams, 3)
    assert fewer.train.texts == more.train.texts[:20]


@pytest.mark.parametrize("kind", [*TEXT, *LABEL])
def test_touched_examples_are_nested_in_the_level(split: Split, streams: Streams, kind: str) -> None:
    masks = []
    for level in (0.05, 0.1, 0.2, 0.5):
        _, audit = apply_noise(split, spec_of(f"{kind}:{level}"), streams, 3)
        masks.append(audit.parts["train"].touched_mask(split.train.ids))
    assert all((low <= high).all() for low, high in itertools.pairwise(masks))


def test_each_text_of_a_pair_has_a_stream_of_its_own(pairs: Split, streams: Streams) -> None:
    same = replace(pairs.train, second_texts=pairs.train.texts)
    noised, _ = apply_noise(replace(pairs, train=same), spec_of("word-drop:0.5"), streams, 3)
    single, _ = apply_noise(replace(pairs, train=replace(same, second_texts=None)), spec_of("word-drop:0.5"), streams, 3)
    assert noised.train.texts != noised.train.second_texts
    assert noised.train.texts == single.train.texts


def test_only_the_noise_axis_is_drawn_and_the_phase_does_not_matter(split: Split) -> None:
    streams = Streams(0, 0)
    plain, _ = apply_noise(split, spec_of("char:0.2"), streams, 3)
    within, _ = apply_noise(split, spec_of("char:0.2"), streams.at("fine-tuning"), 3)
    salted, _ = apply_noise(split, spec_of("char:0.2"), replace(streams, salt="null", seed=9), 3)
    assert streams.drawn == {"noise"}
    assert plain.train.texts == within.train.texts == salted.train.texts != split.train.texts


@pytest.mark.parametrize("noise", ["label-flip:0.3", "char:0.3@both"])
def test_the_audit_is_plain_data_and_reads_back(split: Split, streams: Streams, noise: str) -> None:
    _, audit = apply_noise(split, spec_of(noise), streams, 3)
    plain = json.loads(json.dumps(audit.to_json(), allow_nan=False))
    assert "clean_train_labels" not in plain
    assert NoiseAudit.from_json(plain) == audit


def test_the_audit_of_10000_test_examples_and_150_classes_is_small(make: Callable[..., Examples], streams: Streams) -> None:
    parts = make(2400, "train", 150), make(500, "dev", 150), make(10_000, "test", 150), make(0, "pool", 150)
    for noise in ("label-flip:0.2", "word-drop:0.05@both"):
        _, audit = apply_noise(Split(*parts), spec_of(noise), streams, 150)
        assert len(json.dumps(audit.to_json())) < 6000


def test_label_noise_needs_two_classes(split: Split, streams: Streams) -> None:
    with pytest.raises(UserError, match="two classes"):
        apply_noise(split, spec_of("label-flip:0.2"), streams, 1)


def test_the_rules_hold_for_specs_that_were_not_parsed(split: Split, streams: Streams) -> None:
    with pytest.raises(UserError, match="test labels"):
        apply_noise(split, NoiseSpec(kind="label-flip", level=0.2, where="test"), streams, 3)


def test_listing_the_kinds_imports_no_heavy_library() -> None:
    code = "import sys, benchmark.data.noise as n; [k.origin for k in n.KINDS.values()]; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"torch", "transformers", "datasets", "pandas", "sklearn", "huggingface_hub"}
    assert len(KINDS.own) == 6
