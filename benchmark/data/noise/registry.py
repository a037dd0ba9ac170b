"""The kinds of noise by name: the engine's own, and those that plug-ins register. Importing this loads neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from benchmark.data.noise import back_translation, char, label_flip, label_flip_next, word_drop, word_swap
from benchmark.data.noise.kind import NoiseKind
from benchmark.extension_points import ExtensionPoint

F = TypeVar("F", bound=Callable[..., Any])


class NoiseKinds(ExtensionPoint[NoiseKind]):
    """Kinds of noise by name."""

    def register(
        self, name: str, *, description: str, unit: Literal["labels", "letters", "words"], lowest: float, highest: float
    ) -> Callable[[F], F]:
        """Decorator of a plug-in's function. Write all five as literals: `list noise` reads them without importing the file.

        With `unit="labels"` the function is (examples, level, streams, K) -> new labels int64 [n]; else (text, level, draw) -> `Edited`.
        Its code is part of the key of every run under it.

        Args:
            name: as in `--noise NAME:LEVEL`.
            description: what the level means, in one line.
            unit: what the realised rate counts.
            lowest, highest: the allowed levels, both included.
        """

        def keep(function: F) -> F:
            rule: dict[str, Any] = {"relabel": function} if unit == "labels" else {"editor": lambda tools: function}
            self.add(
                name, NoiseKind(name, description, unit, lowest, highest, function, **rule), (function.__module__, function.__qualname__)
            )
            return function

        return keep


KINDS = NoiseKinds(
    "noise_kinds",
    {module.KIND.name: module.KIND for module in (label_flip, label_flip_next, char, word_drop, word_swap, back_translation)},
)
