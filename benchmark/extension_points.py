"""Objects that plug-ins register by name beside methods: noise kinds, report tables. Importing this imports nothing else of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from benchmark.errors import UserError

T = TypeVar("T")
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

# Called with the name of an extension point before its first look-up: imports the modules of installed plug-ins that register there.
FINDERS: list[Callable[[str], None]] = []

POINTS: list[ExtensionPoint[Any]] = []  # all that there are


class ExtensionPoint(Mapping[str, T], Generic[T]):
    """Objects of one type by name: the engine's own, and those of plug-ins.

    Args:
        variable: its public name, under which plug-ins call `register`.
        own: the engine's objects.
    """

    def __init__(self, variable: str, own: Mapping[str, T] | None = None) -> None:
        self.variable, self.own = variable, dict(own or {})
        self._registered: dict[str, T] = {}
        self._origins: dict[str, tuple[str, str]] = {}
        self._searched = 0  # how many finders were asked
        POINTS.append(self)

    def add(self, name: str, value: T, origin: tuple[str, str]) -> None:
        """Register an object of a plug-in. A module that is loaded a second time replaces what it registered.

        Args:
            origin: module and name of what is registered.

        Raises:
            UserError: a name that is taken or not of the form of names.
        """
        if not NAME.fullmatch(name):
            raise UserError(
                f"{name!r} was registered in {self.variable}.", "A name has lower-case letters, digits and hyphens.", "Choose such a name."
            )
        if name in self.own or self._origins.get(name, origin) != origin:
            raise UserError(f"{name!r} is registered twice in {self.variable}.", "A name belongs to one object.", "Rename one of them.")
        self._registered[name], self._origins[name] = value, origin

    def remove(self, name: str) -> None:
        """Forget what a plug-in registered under a name, as after a plug-in that failed half-way."""
        del self._registered[name], self._origins[name]

    def forget(self, module: str) -> None:
        """Forget all that a module registered."""
        for name in [name for name, (origin, _) in self._origins.items() if origin == module]:
            self.remove(name)

    def plugin_names(self) -> list[str]:
        """The names that plug-ins registered, sorted."""
        self._search()
        return sorted(self._registered)

    def __getitem__(self, name: str) -> T:
        if name in self.own:
            return self.own[name]
        self._search()
        return self._registered[name]

    def __iter__(self) -> Iterator[str]:
        self._search()
        return iter([*self.own, *self._registered])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _search(self) -> None:
        while self._searched < len(FINDERS):
            self._searched += 1
            FINDERS[self._searched - 1](self.variable)
