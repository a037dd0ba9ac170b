"""The spec of a run: everything its predictions depend on, and nothing else (docs/protocol.md, rule 4). Its SHA-256 is the run's key."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SPEC_VERSION = 2
# Fields that specs of version 1 lacked. They hold their defaults there, and a key of version 1 is made without them.
ADDED_IN_2: dict[str, Any] = {
    "encoder": {"files": True, "reinit": True},
    "budget": {"epsilon": True, "betas": True},
    "noise": {"code": True},
    "init_seed": True,
}


class Frozen(BaseModel):
    """Typed, immutable data; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MethodSpec(Frozen):
    """Which method: its registered name, its parameters (all of them, defaults included) and its code.

    Args:
        name: the name under which it is registered.
        params: all hyper-parameters by name, defaults included.
    """

    name: str
    params: dict[str, Any] = Field(default_factory=dict)
    code: str = Field(description="hash of the syntax trees of the method's own modules, docstrings left out")
    matched: tuple[int, int] | None = Field(None, description="forward and backward example passes of the method that ce-matched matches")


class TaskSpec(Frozen):
    """Which data: the hash of all rows and label names. The name is for readers and for finding the data again.

    Args:
        name: the task's name.
        data: SHA-256 over all rows and label names.
        n_classes: number of classes.
        pair: whether an example is two texts.
    """

    name: str
    data: str
    n_classes: int
    pair: bool


class Imbalance(Frozen):
    """A long tail: class sizes fall geometrically from `largest` to `largest / ratio`.

    Args:
        ratio: size of the largest class divided by that of the smallest.
        largest: training examples of the largest class.
    """

    ratio: float = Field(gt=1)
    largest: int = Field(400, gt=0)


class SplitSpec(Frozen):
    """Which rows train, select and score.

    Args:
        protocol: `honest`, or `paper` for what the papers did.
        shots: how many training examples: `20`, `16/class`, `50%` or `all`.
        split_seed: decides which rows train, which select, and what the noise touches.
        unlabelled: unlabelled texts on offer: a number, or `pool` for all of the training pool.
        dev: whether the development set is noisy like the training set, or clean.
        imbalance: the long tail of the training set; None: classes as in the data.
    """

    protocol: Literal["honest", "paper"] = "honest"
    shots: str = "20"
    split_seed: int = Field(0, ge=0)
    unlabelled: int | Literal["pool"] = 0
    test_cap: int | None = Field(None, gt=0, description="at most this many test examples, the same for every split seed")
    dev: Literal["like-train", "clean"] = "like-train"
    imbalance: Imbalance | None = None


class NoiseSpec(Frozen):
    """Which noise: kind, level, and where it falls.

    Args:
        kind: the registered name of the noise.
        level: a rate, or a sampling temperature for back-translation.
        where: which examples it falls on.
        size: `replace`, or `add:N` for N noised copies of each example beside the original.
    """

    kind: str
    level: float
    where: Literal["train", "test", "both"] = "train"
    size: str = Field("replace", pattern=r"^(replace|add:[1-9][0-9]*)$")
    code: str = Field("", description="hash of the code of a plug-in's kind; empty for the engine's own, which NUMERICS stands for")


class EncoderSpec(Frozen):
    """Which encoder.

    Args:
        name: the name of its configuration.
        commit: the pinned commit of its hub repository, or "".
        weights: SHA-256 of model.safetensors, for display and for the pin.
        files: SHA-256 over names and contents of every file that is read (weights, tokenizer, config): the encoder's identity.
        reinit: how many of its top layers are drawn again from the training seed before any method draws.
        pooling: how token vectors become the vector of a text: their mean, or the first token's.
        max_length: texts are cut to this many tokens.
    """

    name: str
    commit: str
    weights: str
    files: str = ""
    reinit: int = Field(0, ge=0)
    pooling: Literal["mean", "cls"]
    max_length: int = Field(gt=0)


class Budget(Frozen):
    """The training constants that all arms of a cell share.

    Args:
        steps: optimizer steps of the final fine-tuning.
        batch: examples per step.
        lr_encoder: highest learning rate of the encoder.
        lr_head: highest learning rate of the classification head.
        weight_decay: of AdamW, decoupled from the gradient.
        clip: largest norm of a gradient; a longer one is scaled down to it.
        betas: the two decay rates of AdamW.
        selection: whether the last checkpoint is scored, or the one with the best development score.
    """

    steps: int = Field(gt=0)
    batch: int = Field(gt=0)
    lr_encoder: float = Field(gt=0)
    lr_head: float = Field(gt=0)
    warmup: float = Field(0.1, ge=0, le=1, description="share of the steps in which the learning rates rise to their highest value")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0)
    epsilon: float = Field(1e-8, gt=0, description="the epsilon of AdamW")
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.999)
    selection: Literal["last", "best-dev"] = "last"


class Compute(Frozen):
    """What the numbers depend on beyond the code: fixed by the profile, never 'auto'.

    Args:
        device: `cpu` or `cuda`.
        precision: of the forward pass: float32 throughout, or bfloat16 by autocast.
        threads: of one run; sums of floats depend on their number.
    """

    device: str = "cpu"
    precision: Literal["fp32", "bf16"] = "fp32"
    threads: int = Field(1, gt=0)


class RunSpec(Frozen):
    """One run: an arm in a cell on one (split seed, seed).

    Args:
        version: version of the spec's format; part of the key.
        numerics: version of the engine's numbers; it is raised whenever they change.
        method: which method with which parameters.
        task: which data.
        split: which rows train, select and score.
        noise: which noise; None: none.
        sampler: how batches are drawn: `natural`, or `pk:P,K` for P classes with K examples each.
        encoder: which encoder; None for a method without one.
        budget: training constants; None for a method that takes no gradient steps.
        compute: device, precision and threads.
        seed: root of initialisation, batch order and dropout; None for a method that draws nothing in training.
        init_seed: root of the initialisation alone, where a design crosses it with order and dropout; None: `seed`.
    """

    version: int = SPEC_VERSION
    numerics: int
    method: MethodSpec
    task: TaskSpec
    split: SplitSpec
    noise: NoiseSpec | None = None
    sampler: str = "natural"
    encoder: EncoderSpec | None = None
    budget: Budget | None = None
    compute: Compute
    seed: int | None = None
    init_seed: int | None = None

    @model_validator(mode="after")
    def _one_form(self) -> RunSpec:
        if self.init_seed is not None and self.init_seed == self.seed:
            raise ValueError("init_seed equals seed: leave it out, so that one run has one key")
        if self.init_seed is not None and self.seed is None:
            raise ValueError("init_seed without seed: a method that draws nothing has neither")
        return self

    @property
    def init_root(self) -> int | None:
        """The seed that initialisation follows."""
        return self.seed if self.init_seed is None else self.init_seed

    @property
    def key(self) -> str:
        """64 hex digits: the run's identity and the name of its record."""
        return content_key(self.model_dump(mode="json", exclude=ADDED_IN_2 if self.version == 1 else None))

    @property
    def setting(self) -> dict[str, Any]:
        """The spec without its seeds, as plain data: runs that differ in nothing else are one arm in one cell."""
        return self.model_dump(mode="json", exclude={"seed": True, "init_seed": True, "split": {"split_seed"}})


def setting_id(setting: dict[str, Any]) -> str:
    """16 hex digits that stand for a setting."""
    return content_key(setting)[:16]


def shown_shots(shots: str, imbalance: Imbalance | None) -> str:
    """The shots as tables print them: `20`, `all`, or `tail:10:400` for a long tail of ratio 10 whose largest class has 400 examples."""
    return shots if imbalance is None else f"tail:{imbalance.ratio:g}:{imbalance.largest}"


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, no NaN. Equal content gives equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_key(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
