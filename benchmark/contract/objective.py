"""What an objective is: named terms over one step. The training loop alone does backward, clipping and stepping."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

from benchmark.contract.task_info import TaskInfo

if TYPE_CHECKING:
    from benchmark.contract.step import Step

ModuleFactory = Callable[[], nn.Module]


@dataclass(frozen=True)
class Term:
    """One additive part of a loss.

    Args:
        value: float32 scalar with a gradient.
        weight: its factor in the sum.
        count: how many examples, anchors or pairs it averages over.
        skipped: how many it had to leave out (anchors without a positive).
    """

    value: Tensor
    weight: float = 1.0
    count: int = 0
    skipped: int = 0


class Objective(ABC):
    """A loss over one step. Subclasses are frozen dataclasses of their hyper-parameters: class, fields and code are identity.

    Attributes:
        whole_vocabulary: whether it reads or trains word embeddings of tokens that are in no batch, as a softmax over the vocabulary
            does. Without one in a phase, only the rows of tokens that occur are trained (`benchmark/models/embedding_rows.py`).
        hidden_layers: whether it asks for representations of inner layers, `step.encode(layer=k)`.
        second_network: whether its phase trains a second encoder, a copy of the first one as the phase finds it, under the name
            `second_encoder` (and in `FineTune` a second head of its own draw, `second_head`). Predictions come from the first.
    """

    whole_vocabulary: ClassVar[bool] = False
    hidden_layers: ClassVar[bool] = False
    second_network: ClassVar[bool] = False

    def modules(self, hidden: int, backbone: nn.Module, task: TaskInfo) -> Mapping[str, ModuleFactory]:
        """The modules it needs beside the backbone and the head (a projection, a decoder), by name. The engine builds each one
        under its own init stream, trains it and gives it back as `step.module(name)`.

        Args:
            hidden: H, the width of a representation.
            backbone: the encoder's model, its modules named as in transformers, for modules that start from its configuration
                or weights (copy, never keep).
        """
        return {}

    @abstractmethod
    def terms(self, step: Step) -> dict[str, Term]:
        """The terms of this step, by name. Every pass goes through `step`."""

    def diagnose(self, step: Step) -> dict[str, float]:
        """Measurements for the record, taken about once an epoch in float32 with dropout masks that are the same for equal
        inputs. Changes nothing and is not counted as training."""
        return {}

    def alarms(self, measured: Mapping[str, list[float]]) -> list[str]:
        """Alarms that follow from all of a phase's diagnoses, by name."""
        return []

    def cost(self) -> tuple[float, float]:
        """Forward and backward passes per example of its feed's batch: (1, 1) for a plain loss on one view."""
        return (1.0, 1.0)


def checked_terms(objective: Objective, terms: object) -> dict[str, Term]:
    """What an objective returned, if it is what `terms` has to return.

    Raises:
        TypeError: it is not; the message names the objective, what it returned and what to return.
    """
    name = type(objective).__name__
    wanted = 'a dict of named terms, such as {"contrast": Term(value, weight=0.5, count=len(step.labels))}'
    if not isinstance(terms, dict):
        raise TypeError(f"{name}.terms(step) returned {_kind(terms)}. It returns {wanted}")
    for key, term in terms.items():
        if not isinstance(key, str) or not isinstance(term, Term):
            raise TypeError(f"{name}.terms(step) returned {key!r}: {_kind(term)}. It returns {wanted}")
        if not isinstance(term.value, Tensor) or term.value.ndim:
            raise TypeError(f"the term {key!r} of {name} has as its value {_kind(term.value)}; it is a scalar tensor: take the mean")
    if not any(term.weight and term.value.requires_grad for term in terms.values()):
        raise TypeError(f"no weighted term of {name} has a gradient: its terms were made of detached tensors or without gradient")
    return terms


def _kind(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {list(value.shape)}"
    return "nothing (None)" if value is None else f"a value of type {type(value).__name__}"


def describe(value: Any) -> Any:
    """Phases, objectives and feeds as JSON: class name and fields, recursively. Part of a phase's key."""
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: describe(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"class": _class_name(type(value)), **fields}
    if isinstance(value, (list, tuple)):
        return [describe(item) for item in value]
    if isinstance(value, Mapping):
        return {str(k): describe(v) for k, v in value.items()}
    return value


def _class_name(cls: type) -> str:
    """Where a class is defined; for the engine's own ones without the module, so that moving a file makes no cached phase old."""
    top = cls.__module__.partition(".")[0]
    return f"{top if top == 'benchmark' else cls.__module__}.{cls.__qualname__}"
