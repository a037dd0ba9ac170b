"""Reading one TOML file into its model. Every mistake is reported with the file, the path of the key and what was probably meant."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from benchmark.errors import UserError

M = TypeVar("M", bound=BaseModel)
Content = dict[str, Any]


def as_written(content: Content) -> Content:
    """The content of a file that inherits nothing."""
    return content


def read_toml(kind: str, model: type[M], path: Path, complete: Callable[[Content], Content] = as_written) -> M:
    """The model that a file describes; its `name` is the file's where it gives none. A file that did not change is read once.

    Args:
        kind: what the file is, for messages.
        complete: adds what the file leaves to another one.

    Raises:
        UserError: text that is not UTF-8 or not TOML, or keys and values that the model does not allow: all of them at once.
    """
    found: M = _parsed(kind, model, path, path.stat().st_mtime_ns, complete)
    return found


@cache
def _parsed(kind: str, model: type[M], path: Path, changed: int, complete: Callable[[Content], Content]) -> M:
    """`changed`, the time of the last change, is a key of the cache."""
    try:
        content = complete({"name": path.stem} | tomllib.loads(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text.", "", "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: not valid TOML: {error}.", "", f"Correct the {kind} file.") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _mistakes(kind, model, path, error) from error


def _mistakes(kind: str, model: type[BaseModel], path: Path, error: ValidationError) -> UserError:
    """All mistakes of a file in one error, each on a line with the path of its key."""
    items = error.errors()
    inner = [item for item in items if item["type"] != "too_short" or not any(_inside(other["loc"], item["loc"]) for other in items)]
    found = dict.fromkeys(_sentence(model, item) for item in inner)
    return UserError("\n".join(f"{path}: {sentence}" for sentence in found), "", f"Correct the {kind} file.")


def _inside(loc: tuple[str | int, ...], around: tuple[str | int, ...]) -> bool:
    return len(loc) > len(around) and loc[: len(around)] == around


def _sentence(model: type[BaseModel], item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"] if not str(part).startswith(("function-", "tagged-")))
    key = str(item["loc"][-1]) if item["loc"] else ""
    if item["type"] == "extra_forbidden":
        known = _keys(model, item["loc"][:-1])
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        return f"unknown key {where!r}. {f'Did you mean {near[0]!r}? ' if near else ''}Known: {', '.join(sorted(known))}."
    if item["type"] == "missing":
        return f"the key {where!r} is missing."
    message = str(item["msg"]).removeprefix("Value error, ")
    given = "" if isinstance(item["input"], dict) else f" = {item['input']!r}"
    return f"{where}{given}: {message[0].lower()}{message[1:].rstrip('.')}."


def _keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a place: those of the innermost model on the way."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _inner(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for member in getattr(annotation, "__args__", ()):
        if (found := _inner(member)) is not None:
            return found
    return None
