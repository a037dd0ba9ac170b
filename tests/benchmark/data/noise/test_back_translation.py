"""Back-translation: real code on tiny Marian models with random weights, and the cache on a translator that counts its calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.data.examples import Split
from benchmark.data.noise import apply_noise, parse_noise
from benchmark.data.noise.back_translation import BackTranslation, words_changed
from benchmark.data.noise.kind import Draw, Tools
from benchmark.data.noise.marian import HubRoundTrip, Sampled, load_leg
from benchmark.errors import UserError
from benchmark.records.spec import NoiseSpec
from benchmark.streams import Streams


@dataclass
class Counting:
    """Turns the words round and numbers the seed, so that every copy differs; counts its calls."""

    identity: str = "first"
    calls: list[tuple[str, float, int]] = field(default_factory=list)

    def __call__(self, text: str, temperature: float, seed: int) -> Sampled:
        self.calls.append((text, temperature, seed))
        return Sampled(" ".join([*reversed(text.split()), str(seed % 1000)]), truncated=False)


def spec_of(text: str) -> NoiseSpec:
    spec = parse_noise(text)
    assert spec is not None
    return spec


def small(split: Split) -> Split:
    return Split(split.train.take(range(6)), split.dev.take(range(3)), split.test.take(range(2)), split.unlabelled.take(range(2)))


def draw(number: int = 0) -> Draw:
    return Draw(Streams(0, 0), ("back-translation", "first", number, 0))


def test_a_tiny_marian_translates_a_split_there_and_back(split: Split, streams: Streams, marian_folders: tuple[Path, Path]) -> None:
    names = (str(marian_folders[0]), str(marian_folders[1]))
    clean = small(split)
    noised, audit = apply_noise(clean, spec_of("back-translation:0.9"), streams, 3, tools=Tools(translator=HubRoundTrip(names)))
    assert (noised.train.ids == clean.train.ids).all()
    assert (noised.train.labels == clean.train.labels).all()
    assert noised.train.texts != clean.train.texts
    assert all(text.strip() for text in noised.train.texts)
    mask = [a != b for a, b in zip(clean.train.texts, noised.train.texts, strict=True)]
    assert audit.parts["train"].touched_mask(clean.train.ids).tolist() == mask
    assert set(audit.parts) == {"train", "dev", "unlabelled"}
    assert noised.test is clean.test


def test_a_translation_depends_on_its_text_and_seed_alone(marian_folders: tuple[Path, Path]) -> None:
    names = (str(marian_folders[0]), str(marian_folders[1]))
    trip, other = HubRoundTrip(names), HubRoundTrip(names)
    torch.manual_seed(1)
    first = trip("the film was good", 0.9, 7)
    trip("nobody in town", 0.9, 8)
    torch.manual_seed(2)
    assert other("the film was good", 0.9, 7) == first
    assert {other("the film was good", 0.9, seed).text for seed in range(4)} - {first.text}


def test_the_global_generator_is_left_as_it_was(marian_folders: tuple[Path, Path]) -> None:
    before = torch.random.get_rng_state()
    load_leg(marian_folders[0]).sample("the film", 0.5, 3)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_sampling_is_neither_beam_search_nor_cut(marian_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    leg, seen = load_leg(marian_folders[0]), {}
    generate = leg.model.generate
    monkeypatch.setattr(leg.model, "generate", lambda **settings: seen.update(settings) or generate(**settings))
    leg.sample("the film", 0.7, 3)
    assert (seen["do_sample"], seen["temperature"], seen["num_beams"], seen["top_k"], seen["top_p"]) == (True, 0.7, 1, 0, 1.0)


def test_a_text_longer_than_the_model_reads_is_marked(marian_folders: tuple[Path, Path]) -> None:
    leg = load_leg(marian_folders[0])
    assert leg.longest == 64
    assert leg.sample("the film was good " * 60, 0.3, 0).truncated


def test_the_identity_is_the_content_of_the_models(marian_folders: tuple[Path, Path]) -> None:
    there, back = map(str, marian_folders)
    assert HubRoundTrip((there, back)).identity == HubRoundTrip((there, back)).identity != HubRoundTrip((back, there)).identity


def test_absent_models_are_named_with_the_command_that_fetches_them(split: Split, streams: Streams, tmp_path: Path) -> None:
    trip = HubRoundTrip((str(tmp_path), str(tmp_path)))
    with pytest.raises(UserError, match="python -m benchmark prepare --suite glue-noise --profile") as caught:
        apply_noise(small(split), spec_of("back-translation:0.5"), streams, 3, tools=Tools(translator=trip))
    assert str(tmp_path) in caught.value.given


def test_models_the_hub_cache_does_not_hold_are_a_users_error() -> None:
    with pytest.raises(UserError, match="not on this machine"):
        _ = HubRoundTrip(("nobody/no-such-model", "nobody/no-such-model")).folders


def test_adding_keeps_the_originals_and_their_labels(pairs: Split, streams: Streams) -> None:
    noised, audit = apply_noise(pairs, spec_of("back-translation:0.5:add:3"), streams, 3, tools=Tools(translator=Counting()))
    for name in ("train", "dev"):
        before, after = getattr(pairs, name), getattr(noised, name)
        n = len(before)
        assert after.take(range(n)).fingerprint() == before.fingerprint()
        assert len(after) == 4 * n
        assert (after.labels == np.tile(before.labels, 4)).all()
        assert len(set(after.ids.tolist())) == 4 * n
        assert len({after.texts[i * n] for i in range(4)}) == 4
        assert audit.parts[name].added == 3 * n
        assert audit.parts[name].n == n
    assert noised.unlabelled is pairs.unlabelled
    assert noised.test is pairs.test


def test_copies_do_not_depend_on_the_order_of_the_rows(split: Split, streams: Streams) -> None:
    spec, n = spec_of("back-translation:0.5:add:2"), len(split.train)
    turned = Split(split.train.take(range(n)[::-1]), split.dev, split.test, split.unlabelled)
    one, other = (apply_noise(s, spec, streams, 3, tools=Tools(translator=Counting()))[0].train for s in (split, turned))
    by_id = [dict(zip(e.ids.tolist(), e.texts, strict=True)) for e in (one, other)]
    assert by_id[0] == by_id[1]


def test_what_is_in_the_cache_is_not_translated_again(split: Split, streams: Streams, tmp_path: Path) -> None:
    first, again, other = Counting(), Counting(), Counting(identity="second")
    spec = spec_of("back-translation:0.5")
    results = [apply_noise(small(split), spec, streams, 3, tools=Tools(tmp_path, t))[0].train.texts for t in (first, again, other)]
    assert results[0] == results[1] == results[2]
    assert len(first.calls) == len(other.calls) == 11
    assert not again.calls
    hotter = Counting()
    apply_noise(small(split), spec_of("back-translation:0.6"), streams, 3, tools=Tools(tmp_path, hotter))
    assert len(hotter.calls) == 11
    assert {call[2] for call in hotter.calls} == {call[2] for call in first.calls}, "the seeds do not depend on the temperature"
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("damage", ["", "{", '{"asked": 1}', "[]"])
def test_a_damaged_cache_entry_is_made_again(tmp_path: Path, damage: str) -> None:
    first = BackTranslation(Counting(), tmp_path)("a b c", 0.5, draw())
    (entry,) = tmp_path.rglob("*.json")
    whole = entry.read_text()
    entry.write_text(damage)
    counting = Counting()
    assert BackTranslation(counting, tmp_path)("a b c", 0.5, draw()) == first
    assert len(counting.calls) == 1
    assert json.loads(entry.read_text()) == json.loads(whole)


def test_a_translation_that_comes_back_empty_keeps_the_text_and_is_counted() -> None:
    class Mute(Counting):
        def __call__(self, text: str, temperature: float, seed: int) -> Sampled:
            return Sampled("", truncated=True)

    edited = BackTranslation(Mute())("a b c", 0.5, draw())
    assert edited.text == "a b c"
    assert edited.changed == 0
    assert edited.edits == {"truncated": 1, "came back empty": 1}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("a b c", "c", 2), ("a b", "a x y b", 2), ("a", "x y z", 1), ("a b c", "", 3)],
)
def test_words_changed(before: str, after: str, changed: int) -> None:
    assert words_changed(before, after) == changed
