"""What was planned, written down before anything runs: so that missing cells are known."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from benchmark.records.record import JsonObject
from benchmark.records.spec import Frozen, RunSpec, content_key, setting_id, shown_shots

MANIFEST_VERSION = 1
FILE_WORD = r"^[A-Za-z0-9][A-Za-z0-9_.+*-]{0,99}$"  # a suite or profile: reports name files after it, so that no path is among them
DECLARED = ("family", "controls")  # of a row: what a method says of itself, which changes no run
SHOWN_WORD = r"^[^\x00-\x1f\x7f-\x9f]{1,200}$"  # an arm, method or task: tables print it


class ManifestRow(Frozen):
    """One planned run, with all that a table says of it whether it ran or not.

    Args:
        key: the run's key.
        arm: the arm's name in the suite, or its method and sorted non-default parameters (the column `variant`).
        method: the method's registered name.
        role: `arm`, or what the tuner makes of it (`trial`).
        trial: number of the setting in a search; None outside one.
        task: the task's name.
        task_source: `hub`, `mirror`, `file` or `embedded`.
        partial: which of the task's parts fall short of the original (`train`, `test`, `train+test`), or "".
        shots: training examples as tables print them: `20`, `16/class`, `50%`, `all`, or `tail:RATIO:LARGEST`.
        noise_kind: name of the noise; "" for none.
        noise_level: its level; None for none.
        noise_where: which examples it falls on: `train`, `test` or `both`; "" for none.
        noise_size: `replace`, or `add:N`; "" for none.
        split_seed: decides which rows train, which select, and what the noise touches.
        seed: root of initialisation, batch order and dropout; None for a method that draws nothing in training.
        init_seed: root of the initialisation alone, in a crossed design; None elsewhere.
        metric: the primary metric.
        n_train: training examples, as planned.
        n_dev: development examples, as planned.
        n_test: test examples, as planned.
        n_unlabelled: unlabelled texts on offer, as planned.
        sampler: how batches are drawn.
        encoder: name of the encoder; "" for none.
        device: `cpu` or `cuda`.
        precision: `fp32` or `bf16`.
        threads: of one run.
        unlabelled: the unlabelled texts requested, a number or `pool`.
        setting: the id of the spec without its seeds, which the manifest's `settings` hold.
        params: all hyper-parameters.
        notes: what planning had to say of the run.
        family: what the method declares itself to be for (`Method.family`); "" in manifests of older releases. Reports choose the families
            of tests by it. It is no part of a key nor of the manifest's id.
        controls: the methods that it is a control of (`Method.controls`); no part of a key nor of the manifest's id.
    """

    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    arm: str = Field(pattern=SHOWN_WORD)
    method: str = Field(pattern=SHOWN_WORD)
    role: str = "arm"
    trial: int | None = None
    task: str = Field(pattern=SHOWN_WORD)
    task_source: str
    partial: str = ""
    shots: str
    noise_kind: str = ""
    noise_level: float | None = None
    noise_where: str = ""
    noise_size: str = ""
    unlabelled: str = ""
    setting: str = ""
    split_seed: int
    seed: int | None = None
    init_seed: int | None = None
    metric: str = "accuracy"
    n_train: int | None = None
    n_dev: int | None = None
    n_test: int | None = None
    n_unlabelled: int | None = None
    sampler: str = "natural"
    encoder: str = ""
    device: str = "cpu"
    precision: str = "fp32"
    threads: int = 1
    params: JsonObject = Field(default_factory=dict)
    notes: JsonObject = Field(default_factory=dict)
    family: str = ""
    controls: tuple[str, ...] = ()

    @classmethod
    def of(cls, spec: RunSpec, *, arm: str, task_source: str, **more: Any) -> ManifestRow:
        """The row of a spec; what a spec does not hold (`arm`, `task_source`, `partial`, `metric`, sizes) is given."""
        noise = spec.noise
        told: dict[str, Any] = {
            "key": spec.key,
            "method": spec.method.name,
            "params": spec.method.params,
            "task": spec.task.name,
            "shots": shown_shots(spec.split.shots, spec.split.imbalance),
            "noise_kind": noise.kind if noise else "",
            "noise_level": noise.level if noise else None,
            "noise_where": noise.where if noise else "",
            "noise_size": noise.size if noise else "",
            "unlabelled": str(spec.split.unlabelled),
            "setting": setting_id(spec.setting),
            "split_seed": spec.split.split_seed,
            "seed": spec.seed,
            "init_seed": spec.init_seed,
            "sampler": spec.sampler,
            "encoder": spec.encoder.name if spec.encoder else "",
            **spec.compute.model_dump(),
        }
        return cls.model_validate({**told, "arm": arm, "task_source": task_source, **more})


class Manifest(Frozen):
    """One plan: suite, profile and protocol, and every run that belongs to them.

    Args:
        version: version of the manifest's format.
        suite: the suite's name.
        profile: its name, with `*` behind it where an option overrides it.
        protocol: `honest`, or `paper` for what the papers did.
        code: version of the program that planned; no part of the id.
        request: the options as given, for readers; no part of the id.
        stand_in: whether data or encoder stand in for real ones.
        design: what was decided on the way: budget, draws and choices of a search, the looks of `--until decided`; else empty.
        settings: id -> the spec of a row without its seeds, so that planned runs tell what they are before they have a record.
        baseline: the arm that the suite compares the others with; "" in manifests of older releases; no part of the id.
        rows: the planned runs.
    """

    version: int = MANIFEST_VERSION
    suite: str = Field(pattern=FILE_WORD)
    profile: str = Field(pattern=FILE_WORD)
    protocol: Literal["honest", "paper"] = "honest"
    stand_in: bool = False
    code: str = ""
    request: JsonObject = Field(default_factory=dict)
    design: JsonObject = Field(default_factory=dict)
    settings: JsonObject = Field(default_factory=dict)
    baseline: str = Field("", max_length=200)
    rows: tuple[ManifestRow, ...]

    @property
    def id(self) -> str:
        """64 hex digits over suite, profile, protocol, rows in the order of keys, and the design where there is one: planning the same
        runs again gives the same file."""
        return manifest_id(self.model_dump(mode="json"))


def manifest_id(content: dict[str, Any]) -> str:
    """The id of a manifest from its plain content, so that a manifest of an older release keeps the id that it was written under."""
    planned = [{name: value for name, value in row.items() if name not in DECLARED} for row in content["rows"]]
    rows = sorted(planned, key=lambda row: (row["key"], row["arm"]))
    designed = [content["design"]] if content.get("design") else []
    head = [
        content.get("version", 1),
        content["suite"],
        content["profile"],
        content.get("protocol", "honest"),
        content.get("stand_in", False),
    ]
    return content_key([*head, rows, *designed])
