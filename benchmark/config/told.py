"""A parser's UserError, told as pydantic expects it, so that it arrives with the other mistakes of the same file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from benchmark.errors import UserError

T = TypeVar("T")


def told(parse: Callable[..., T]) -> Callable[[Any], T]:
    """`parse` for texts and numbers, raising ValueError in place of UserError."""

    def wrapped(given: Any) -> T:
        try:
            return parse(str(given) if isinstance(given, int) and not isinstance(given, bool) else given)
        except UserError as error:
            raise ValueError(error.allowed or str(error)) from error
        except (TypeError, AttributeError) as error:
            raise ValueError("a text is wanted") from error

    return wrapped
