"""Hyper-parameters given by hand: typed, checked against what the field allows, and never silently dropped."""

from __future__ import annotations

import dataclasses
import inspect
import math
import sys
import types
import typing
from typing import TYPE_CHECKING, Any

from benchmark.errors import UserError, unknown

if TYPE_CHECKING:
    from benchmark.contract.method import Method

NOTHING = {"none", "null"}


def construct(cls: type[Method], name: str, params: dict[str, Any]) -> Method:
    """The method `cls`, known to the user as `name`, with these hyper-parameters; texts (from the command line) are converted to the
    field's type. Defaults are converted too (`1` for a float field becomes `1.0`), so that equal methods have equal specs.

    Raises:
        UserError: unknown parameter (with the nearest one), a value of the wrong type or out of range.
    """
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    for given in params:
        if given not in fields:
            raise unknown(f"parameter of {name}", given, fields, f"Parameters of {name} are the fields of {cls.__name__}.")
    values = {}
    for key, f in fields.items():
        if key in params:
            values[key] = _checked(name, cls, f, params[key])
        elif f.default is not dataclasses.MISSING:
            values[key] = _checked(name, cls, f, f.default)
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:
        raise UserError(f"The method {name!r} does not take these parameters: {error}.") from error


def non_default(method: Method) -> dict[str, Any]:
    """The parameters that differ from the class's defaults, sorted by name: what a variant without a name is called by."""
    values = {f.name: (getattr(method, f.name), f.default) for f in dataclasses.fields(method)}  # type: ignore[arg-type]
    return {name: value for name, (value, default) in sorted(values.items()) if value != default}


def parse_override(text: str) -> tuple[str, str, str]:
    """`scl.temperature=0.1` -> ('scl', 'temperature', '0.1')."""
    left, equals, value = text.partition("=")
    method, dot, param = left.strip().rpartition(".")
    if not (equals and dot and method and param):
        raise UserError(f"--set {text!r} is not of the form METHOD.PARAM=VALUE.", "For example --set scl.temperature=0.1.")
    return method, param, value.strip()


def _checked(method: str, cls: type, f: dataclasses.Field[Any], given: Any) -> Any:
    wanted = _annotation(cls, f)
    try:
        value = _convert(given, wanted)
    except (ValueError, TypeError) as error:
        raise UserError(f"{method}.{f.name} = {given!r} is not {_words(wanted)}.", _allowed(f), "") from error
    for item in value if isinstance(value, tuple) else (value,):
        _within(method, f, item)
    return value


def _annotation(cls: type, f: dataclasses.Field[Any]) -> Any:
    """The field's type; annotations are texts in modules with postponed evaluation."""
    if not isinstance(f.type, str):
        return f.type
    owner = next(c for c in cls.__mro__ if f.name in inspect.get_annotations(c))
    return eval(f.type, {**vars(typing), **vars(sys.modules[owner.__module__])})  # the method's own source, already imported


def _convert(given: Any, wanted: Any) -> Any:
    if _is_union(wanted):
        return _convert_union(given, typing.get_args(wanted))
    if wanted is types.NoneType:
        if given is None or (isinstance(given, str) and given.lower() in NOTHING):
            return None
        raise ValueError("not none")
    if isinstance(given, bool) and wanted in (int, float, str):
        raise ValueError("a truth value")
    if typing.get_origin(wanted) is tuple or wanted is tuple:
        return _convert_tuple(given, wanted)
    from pydantic import TypeAdapter  # late, with its ValidationError (a ValueError): listing methods does not need it

    value = TypeAdapter(wanted).validate_python(given)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _is_union(wanted: Any) -> bool:
    return typing.get_origin(wanted) in (typing.Union, types.UnionType)


def _convert_union(given: Any, members: tuple[Any, ...]) -> Any:
    """The first member that takes the value; exact types first, text last, so that '0.5' is a number where numbers are allowed."""
    exact = [m for m in members if isinstance(m, type) and type(given) is m and m is not str]
    for member in [*exact, *sorted(members, key=lambda m: m is str)]:
        try:
            return _convert(given, member)
        except (ValueError, TypeError):
            continue
    raise ValueError("no member of the union takes it")


def _convert_tuple(given: Any, wanted: Any) -> tuple[Any, ...]:
    items = [part.strip() for part in given.strip("()[] ").split(",") if part.strip()] if isinstance(given, str) else list(given)
    inside = typing.get_args(wanted)
    if not inside:
        return tuple(items)
    if len(inside) == 2 and inside[1] is Ellipsis:
        return tuple(_convert(item, inside[0]) for item in items)
    if len(items) != len(inside):
        raise ValueError(f"{len(items)} values, not {len(inside)}")
    return tuple(_convert(item, member) for item, member in zip(items, inside, strict=True))


def _within(method: str, f: dataclasses.Field[Any], value: Any) -> None:
    low, high, among = (f.metadata.get(bound) for bound in ("low", "high", "among"))
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    outside = number and ((low is not None and value < low) or (high is not None and value > high))
    if outside or (among is not None and value is not None and value not in among):
        raise UserError(f"{method}.{f.name} = {value!r} is out of range.", _allowed(f), "")


def _allowed(f: dataclasses.Field[Any]) -> str:
    low, high, among = (f.metadata.get(bound) for bound in ("low", "high", "among"))
    if among is not None:
        return f"Allowed: {', '.join(map(str, among))}."
    if low is not None and high is not None:
        return f"Allowed: {low} to {high}."
    if low is not None or high is not None:
        return f"Allowed: at least {low}." if low is not None else f"Allowed: at most {high}."
    return f"The default is {f.default!r}."


def _words(wanted: Any) -> str:
    if _is_union(wanted):
        return " or ".join(_words(member) for member in typing.get_args(wanted))
    if typing.get_origin(wanted) is typing.Literal:
        return "one of " + ", ".join(map(repr, typing.get_args(wanted)))
    named = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", types.NoneType: "none"}
    return named.get(wanted, str(wanted))
