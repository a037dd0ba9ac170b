"""Hyper-parameters of a method as a user gives them: converted to the field's type and checked against what the field allows."""

from __future__ import annotations

import dataclasses
import math
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


def _checked(method: str, cls: type, f: dataclasses.Field[Any], given: Any) -> Any:
    wanted = typing.get_type_hints(cls)[f.name]
    try:
        value = _convert(given, wanted)
    except (ValueError, TypeError) as error:
        raise UserError(f"{method}.{f.name} = {given!r} is not {_words(wanted)}.", _allowed(f), "") from error
    for item in value if isinstance(value, tuple) else (value,):
        _within(method, f, item)
    return value


def _convert(given: Any, wanted: Any) -> Any:
    """`given` as the type `wanted`. ValueError where it is none: a truth value is no number, and infinity is none either."""
    members = _members(wanted)
    if types.NoneType in members and (given is None or str(given).lower() in NOTHING):
        return None
    if isinstance(given, bool) and bool not in members:
        raise ValueError("a truth value")
    if isinstance(given, str) and any(typing.get_origin(member) is tuple for member in members):
        given = [part.strip() for part in given.strip("()[] ").split(",") if part.strip()]
    exact = type(given) in members and not isinstance(given, str)
    value = given if exact else _first_fit(given, members)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _first_fit(given: Any, members: tuple[Any, ...]) -> Any:
    """The value as the first member of a union that takes it; text comes last, so that '0.5' is a number where numbers are allowed."""
    from pydantic import TypeAdapter, ValidationError  # late: listing methods does not need it

    for member in sorted((m for m in members if m is not types.NoneType), key=lambda m: m is str):
        try:
            return TypeAdapter(member).validate_python(given)
        except ValidationError:
            continue
    raise ValueError("no type takes it")


def _members(wanted: Any) -> tuple[Any, ...]:
    return typing.get_args(wanted) if _is_union(wanted) else (wanted,)


def _is_union(wanted: Any) -> bool:
    return typing.get_origin(wanted) in (typing.Union, types.UnionType)


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
