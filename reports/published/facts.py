"""What a paper says, or its data show, beside its tables: split sizes, class counts, formulas. One `facts.toml` per paper, where needed."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from benchmark.errors import UserError
from benchmark.records.spec import Frozen
from reports.published.catalogue import FACTS, HOME


class SplitPart(Frozen):
    """A part taken out of a pool: its size, how the paper states it, and the share of the pool that the paper states, if it does."""

    name: str
    size: int = Field(gt=0)
    stated: str
    share: float | None = Field(None, gt=0, le=1)


class SourcePool(Frozen):
    """Examples that are divided into parts which should not overlap."""

    table: str
    column: str
    pool: str
    size: int = Field(gt=0)
    parts: tuple[SplitPart, ...]
    source: str


class Variant(Frozen):
    """A column of a table and its `max_ratio`."""

    column: str
    max_ratio: float


class Classes(Frozen):
    """Training examples per class, for one row of a table. Empty: unknown."""

    row: str
    counts: tuple[int, ...]
    source: str


class Augmentation(Frozen):
    """An imbalance correction that repeats a class of size x round(f(x)) times where f(x) >= min_ratio (eq. 5a of the 3-Phase paper)."""

    table: str
    min_ratio: float
    off: str
    variants: tuple[Variant, ...]
    classes: tuple[Classes, ...]
    source: str


class Ablation(Frozen):
    """Columns of a table: the whole method, the same without one part each, and the baseline."""

    table: str
    whole: str
    parts: tuple[str, ...]
    baseline: str


class Confusion(Frozen):
    """Precision, recall and F1 of one task, and the table with its accuracy. `classes`: test examples per class, the positive last."""

    table: str
    accuracy: str
    task: str
    average: Literal["binary", "macro"]
    classes: tuple[int, ...]
    source: str


class PaperFacts(Frozen):
    """All facts of one paper."""

    pools: tuple[SourcePool, ...] = ()
    augmentation: Augmentation | None = None
    ablations: tuple[Ablation, ...] = ()
    confusions: tuple[Confusion, ...] = ()


def load_facts(paper: str) -> PaperFacts:
    """The facts of a paper; none where it has no file. UserError for a mistake in it."""
    path = HOME / paper / f"{FACTS}.toml"
    return read_facts(path) if path.is_file() else PaperFacts()


@cache
def read_facts(path: Path) -> PaperFacts:
    """The facts in a file. UserError, with the path, where it does not hold facts."""
    try:
        return PaperFacts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise UserError(
            f"{path} does not hold facts: {error}.", f"Its keys are {', '.join(PaperFacts.model_fields)}.", "Correct the file."
        ) from error
