"""Put noise on a split, and say what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.data.examples import Examples, Split, content_ids
from benchmark.data.noise.kind import Draw, Edited, NoiseKind, TextEdit, Tools
from benchmark.data.noise.noise_audit import NoiseAudit, PartAudit, audit_labels, audit_texts
from benchmark.data.noise.notation import check_noise
from benchmark.data.noise.registry import KINDS
from benchmark.errors import UserError
from benchmark.records.spec import NoiseSpec
from benchmark.streams import Streams

SIDES = ("first", "second")


def apply_noise(
    split: Split,
    spec: NoiseSpec,
    streams: Streams,
    n_classes: int,
    dev: Literal["like-train", "clean"] = "like-train",
    tools: Tools | None = None,
) -> tuple[Split, NoiseAudit]:
    """The split with noise, and the audit of what was done.

    `where`: `train` noises train, dev (unless `clean`) and, with text noise, the unlabelled texts, which come from the same pool as
    train; `test` noises the test texts alone; `both` does both. Ids stay. Each text of a pair has a stream of its own, and is noised as
    if the other were not there. `size = add:N` keeps train and dev and appends N noised copies of each example with its label and with
    new ids; it leaves the unlabelled texts alone, because the cell says how many of them there are.

    Args:
        streams: only the axis `noise` is used, whatever the phase.
        n_classes: K.
        tools: what editing texts may need (a cache of translations, a translator); None: the hub's models without a cache.

    Raises:
        UserError: what `check_noise` refuses; label noise with fewer than two classes; translation models that are not there.
    """
    check_noise(spec)
    kind, streams = KINDS[spec.kind], streams.at("")
    names = _parts(spec, kind, dev)
    if kind.relabel is not None:
        noised, audits = _labels(split, names, kind, spec, streams, n_classes)
    else:
        noised, audits = _texts(split, names, kind, spec, streams, tools or Tools())
    true = split.train.labels if kind.touches == "labels" else None
    audit = NoiseAudit(spec.kind, spec.level, spec.where, spec.size, dev, kind.unit, audits, None if true is None else true.copy())
    return _with_parts(split, noised), audit


def _parts(spec: NoiseSpec, kind: NoiseKind, dev: str) -> list[str]:
    """The parts of the split that get noise."""
    train = spec.where in ("train", "both")
    wanted = {
        "train": train,
        "dev": train and dev == "like-train",
        "test": spec.where in ("test", "both"),
        "unlabelled": train and kind.touches == "texts" and spec.size == "replace",
    }
    return [name for name, is_wanted in wanted.items() if is_wanted]


def _with_parts(split: Split, parts: dict[str, Examples]) -> Split:
    get = parts.get
    return replace(
        split,
        train=get("train", split.train),
        dev=get("dev", split.dev),
        test=get("test", split.test),
        unlabelled=get("unlabelled", split.unlabelled),
    )


Noised = tuple[dict[str, Examples], dict[str, PartAudit]]


def _labels(split: Split, names: list[str], kind: NoiseKind, spec: NoiseSpec, streams: Streams, n_classes: int) -> Noised:
    assert kind.relabel is not None
    if n_classes < 2:
        raise UserError(
            f"{kind.name} on a task with {n_classes} class.", "Label noise needs two classes or more.", "Use text noise or none."
        )
    noised, audits = {}, {}
    for name in names:
        clean: Examples = getattr(split, name)
        labels = kind.relabel(clean, spec.level, streams, n_classes)
        noised[name], audits[name] = replace(clean, labels=labels), audit_labels(clean, labels, n_classes)
    return noised, audits


def _texts(split: Split, names: list[str], kind: NoiseKind, spec: NoiseSpec, streams: Streams, tools: Tools) -> Noised:
    assert kind.editor is not None
    edit = kind.editor(tools)
    copies = 0 if spec.size == "replace" else int(spec.size.removeprefix("add:"))
    noised, audits = {}, {}
    for name in names:
        noised[name], audits[name] = _edit_part(getattr(split, name), edit, spec, streams, copies)
    return noised, audits


def _edit_part(clean: Examples, edit: TextEdit, spec: NoiseSpec, streams: Streams, copies: int) -> tuple[Examples, PartAudit]:
    """Noise one part: replace its texts, or (copies > 0) keep them and append noised copies."""
    made = [[_edit_side(clean, side, edit, spec, streams, copy) for side, _ in _sides(clean)] for copy in range(max(copies, 1))]
    versions = [_rewritten(clean, sides) for sides in made]
    everything = [edited for sides in made for side in sides for edited in side]
    edits = sum((Counter(edited.edits) for edited in everything), Counter[str]())
    units, changed = sum(e.units for e in everything), sum(e.changed for e in everything)
    audit = audit_texts(clean, _differs(clean, versions), units, changed, dict(edits), copies * len(clean))
    return _with_copies(clean, versions) if copies else versions[0], audit


def _sides(examples: Examples) -> list[tuple[str, tuple[str, ...]]]:
    """The texts of each side of the examples, by the side's name."""
    return [(name, texts) for name, texts in zip(SIDES, (examples.texts, examples.second_texts), strict=True) if texts is not None]


def _edit_side(clean: Examples, side: str, edit: TextEdit, spec: NoiseSpec, streams: Streams, copy: int) -> list[Edited]:
    """Noise the texts of one side. The level is in no stream name, so that noise is nested in it."""
    draws = (Draw(streams, (spec.kind, side, int(id_), copy)) for id_ in clean.ids)
    return [edit(text, spec.level, draw) for text, draw in zip(dict(_sides(clean))[side], draws, strict=True)]


def _rewritten(clean: Examples, sides: list[list[Edited]]) -> Examples:
    """The examples with the edited texts; ids and labels stay."""
    written = [tuple(edited.text for edited in side) for side in sides]
    return replace(clean, texts=written[0], second_texts=written[1] if len(written) > 1 else None)


def _differs(clean: Examples, versions: list[Examples]) -> NDArray[np.bool_]:
    """Which examples have a text that differs in some version. bool [n]"""
    pairs = [(texts, after) for version in versions for (_, texts), (_, after) in zip(_sides(clean), _sides(version), strict=True)]
    return np.array([any(texts[i] != after[i] for texts, after in pairs) for i in range(len(clean))], dtype=bool)


def _with_copies(clean: Examples, versions: list[Examples]) -> Examples:
    """The originals, then the first copy of each, then the second, and so on.

    A copy's id comes from the original's id, the number of the copy and its text: a copy may well say the same as its original.
    """
    everything = [clean, *versions]
    ids = [content_ids(_identity(version, copy), version.second_texts) for copy, version in enumerate(versions)]
    return Examples(
        np.concatenate([clean.ids, *ids]),
        tuple(text for examples in everything for text in examples.texts),
        None if clean.second_texts is None else tuple(text for examples in everything for text in examples.second_texts or ()),
        None if clean.labels is None else np.tile(clean.labels, len(everything)),
    )


def _identity(version: Examples, copy: int) -> list[str]:
    return [f"{int(id_)} {copy} {text}" for id_, text in zip(version.ids, version.texts, strict=True)]
