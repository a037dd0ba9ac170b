"""What a paper says, or its data or code show, beside its tables: split sizes, class counts, formulas. `facts.toml` in a paper's folder."""

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
    classes: tuple[int, ...]
    source: str


Reduction = Literal["mean", "sum"]


class TermWeight(Frozen):
    """How a formula or a file of code reduces its two terms over the batch.

    Args:
        where: the formula or the file, in words.
        cross_entropy, term: whether each is averaged or summed over the examples of a batch.
        weight: of the term, per weight 1 of cross-entropy in one pass; `unit`: what it is a multiple of, "" for a plain number.
        batches: batch sizes to compute it for: those of the table, or, for a file, usual ones.
    """

    table: str
    where: str
    cross_entropy: Reduction
    term: Reduction
    weight: float = Field(gt=0)
    unit: str = ""
    batches: tuple[int, ...]
    source: str


class Denominator(Frozen):
    """A contrastive term that sets an anchor's similarity with itself to zero instead of leaving it out of the denominator.

    Args:
        temperature: what similarities are divided by.
        batch: examples in it.
    """

    table: str
    where: str
    temperature: float = Field(gt=0)
    batch: int = Field(gt=1)
    source: str


class PerturbationStep(Frozen):
    """How a file of code makes a perturbation of given length from a gradient.

    Args:
        rule: `step`: the gradient is scaled to largest coordinate 1, then multiplied by the step size. `ball`: start plus step size times
            gradient is scaled to largest coordinate 1, after the step.
        start: standard deviation of the random start, taken for its largest coordinate, which is a few times larger.
        guard: what is added to the divisor.
    """

    table: str
    where: str
    rule: Literal["step", "ball"]
    step_size: float = Field(gt=0)
    start: float = Field(ge=0)
    guard: float = Field(gt=0)
    source: str


class ControlRow(Frozen):
    """A row that isolates a part of a method, beside the method's row and the baseline's. `what`: what the control has of the method."""

    table: str
    method: str
    control: str
    baseline: str
    what: str


class PaperFacts(Frozen):
    """All facts of one paper."""

    pools: tuple[SourcePool, ...] = ()
    augmentation: Augmentation | None = None
    ablations: tuple[Ablation, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    term_weights: tuple[TermWeight, ...] = ()
    denominators: tuple[Denominator, ...] = ()
    perturbations: tuple[PerturbationStep, ...] = ()
    controls: tuple[ControlRow, ...] = ()


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
