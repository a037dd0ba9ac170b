"""The analysis of a study, fixed before its data: questions, estimands, families of tests, error rates. A TOML file under `analyses/`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from benchmark.config.suite import Shots
from benchmark.records.spec import Frozen

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")]


class Question(Frozen):
    """One question of a study, and what counts as an answer.

    For the estimand `gain`, a treatment is credited at one number of shots where it is above every comparison (intersection-union test:
    each comparison is tested at the full level). For `sd-ratio`, the ratio of standard deviations over splits (treatment over comparison)
    must be below 1. For `slope`, the question is whether the gain over the comparison changes with the number of re-initialised encoder
    layers.

    Args:
        comparisons: arms that the treatment must beat; the first one is the baseline, whose gain is reported and tested for equivalence.
        beside: arms that are reported beside the answer and decide nothing.
        tasks, shots: those of the analysis where None.
        stages: stages of the study whose runs answer the question.
        layers: for `slope` only: encoder -> number of its re-initialised layers.
    """

    name: Name
    claim: str
    estimand: Literal["gain", "sd-ratio", "slope"] = "gain"
    treatments: tuple[Name, ...] = Field(min_length=1)
    comparisons: tuple[Name, ...] = Field(min_length=1)
    beside: tuple[Name, ...] = ()
    tasks: tuple[str, ...] | None = None
    shots: tuple[Shots, ...] | None = None
    stages: tuple[str, ...] = Field(min_length=1)
    layers: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Question:
        if both := set(self.treatments) & {*self.comparisons, *self.beside}:
            raise ValueError(f"{', '.join(sorted(both))} is both a treatment and an arm that it is compared with")
        if (self.estimand == "slope") != bool(self.layers):
            raise ValueError("layers belongs to the estimand `slope`, and to no other")
        if self.layers and len(set(self.layers.values())) < 2:
            raise ValueError("a slope needs encoders with two different numbers of re-initialised layers")
        return self


class AnalysisPlan(Frozen):
    """The registered analysis of a study.

    The estimand is the mean over tasks of the mean paired gain over splits, in points of the primary metric, at each number of shots.
    Two inferences are always reported: on these tasks (tasks fixed, error from splits within task) and on a new task (tasks random).

    Args:
        encoder: the encoder of all questions; the estimand `slope` names its own.
        clusters: groups of tasks that share sentences; each counts as one task where tasks are random. A task in no group stands alone.
        alpha: two-sided level of a family of tests.
        smallest_effect: smallest gain of interest, in points; also the bound of the two one-sided tests for equivalence with zero.
        correction: over treatments and numbers of shots within a question. Questions are not corrected for each other.
        decided_by: the inference that the outcome rests on; the other one is reported beside it.
        interval: level of the intervals.
        exploratory: what else is reported, outside the questions.
    """

    name: Name
    title: str = ""
    encoder: str
    tasks: tuple[str, ...] = Field(min_length=1)
    clusters: tuple[tuple[str, ...], ...] = ()
    shots: tuple[Shots, ...] = Field(min_length=1)
    alpha: float = Field(0.05, gt=0, lt=0.5)
    interval: float = Field(0.95, gt=0.5, lt=1)
    smallest_effect: float = Field(1.0, gt=0)
    correction: Literal["holm"] = "holm"
    decided_by: Literal["these tasks", "a new task"] = "these tasks"
    questions: tuple[Question, ...] = Field(min_length=1)
    exploratory: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> AnalysisPlan:
        names = [question.name for question in self.questions]
        if len(set(names)) != len(names):
            raise ValueError("two questions share a name")
        clustered = [task for cluster in self.clusters for task in cluster]
        if len(set(clustered)) != len(clustered) or set(clustered) - set(self.tasks):
            raise ValueError("clusters must hold tasks of the analysis, each at most once")
        for question in self.questions:
            if outside := set(question.tasks or ()) - set(self.tasks):
                raise ValueError(f"{question.name} names tasks that the analysis lacks: {', '.join(sorted(outside))}")
        return self

    def tasks_of(self, question: Question) -> tuple[str, ...]:
        """The tasks that answer a question."""
        return question.tasks or self.tasks

    def shots_of(self, question: Question) -> tuple[str, ...]:
        """The numbers of shots at which a question is asked."""
        return question.shots or self.shots

    def cluster_of(self, task: str) -> str:
        """The name of a task's cluster: its tasks joined by `+`."""
        return next(("+".join(cluster) for cluster in self.clusters if task in cluster), task)
