"""Names and sizes of a task, and the cost of training on it: all that a method may know when it lays out its phases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Example passes: one example through the backbone (or a module of its size) once."""

    forward: int = 0
    backward: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.forward + other.forward, self.backward + other.backward)


@dataclass(frozen=True)
class TaskInfo:
    """What a method may know of a task when it lays out its phases: names and sizes, never data.

    Args:
        n_train, n_dev, n_unlabelled: example counts of the drawn split.
        matched: the declared cost of the method that this one is to match (`ce-matched`), else None.
    """

    name: str
    label_names: tuple[str, ...]
    pair: bool
    n_train: int
    n_dev: int
    n_unlabelled: int
    matched: Cost | None = None

    @property
    def n_classes(self) -> int:
        """K."""
        return len(self.label_names)
