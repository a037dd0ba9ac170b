"""The shorthand of suites and options, each notation with its one parser: shots, seeds, noise, samplers, unlabelled, overrides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from benchmark.config.shots import Shots
from benchmark.errors import UserError

T = TypeVar("T")

PK = re.compile(r"pk:(\d+),(\d+)")
SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def check_shots(text: str) -> str:
    """One number of shots, as a cell keeps it."""
    Shots.parse(text)
    return text.strip()


def parse_shots(given: str | int | Iterable[str | int]) -> tuple[str, ...]:
    """`20,100,50%` -> ('20', '100', '50%')."""
    return tuple(check_shots(str(item)) for item in _items(given))


def parse_seeds(given: str | int | Iterable[int], most: int | None = None) -> tuple[int, ...]:
    """`5` -> 0..4, `3-7` -> 3..7, `5-5` -> 5. UserError for more than `most`, before memory is taken for them."""
    if not isinstance(given, (str, int)):
        seeds = tuple(given)
        if seeds and all(isinstance(s, int) and s >= 0 for s in seeds):
            return tuple(dict.fromkeys(seeds))
    match = re.fullmatch(r"(\d{1,18})(?:-(\d{1,18}))?", str(given).strip())
    if match is not None:
        first, end = (0, int(match[1])) if match[2] is None else (int(match[1]), int(match[2]) + 1)
        if most is not None and end - first > most:
            raise UserError(
                f"{end - first} seeds were given.", f"Allowed: at most {most}.", "Correct --seeds; --allow-huge lifts the limit."
            )
        if end > first:
            return tuple(range(first, end))
    raise UserError(f"Seeds {given!r} were given.", "Allowed: how many (5 is 0 to 4), or from-to (3-7; 5-5 is seed 5).", "Correct --seeds.")


def check_sampler(text: str) -> str:
    """`natural`, or `pk:P,K`, as a cell keeps it."""
    if text.strip() != "natural":
        parse_pk(text)
    return text.strip()


def parse_pk(text: str) -> tuple[int, int]:
    """`pk:8,2` -> (8, 2): classes in a batch, and examples of each. UserError for anything else."""
    match = PK.fullmatch(text.strip())
    if match is None or min(int(match[1]), int(match[2])) < 2:
        raise UserError(
            f"The sampler {text!r} was given.",
            "Allowed: natural, or pk:P,K (P classes, K of each, both at least 2).",
            "For example pk:8,2.",
        )
    return int(match[1]), int(match[2])


def default_sampler(n_classes: int) -> str:
    """`natural` up to 8 classes, `pk:8,2` above: with many classes a plain batch holds few pairs of one class."""
    return "natural" if n_classes <= 8 else "pk:8,2"


def parse_unlabelled(given: str | int) -> int | Literal["pool"]:
    """A number of texts, or `pool` for all that the training pool has."""
    if str(given).strip() == "pool":
        return "pool"
    if re.fullmatch(r"\d+", str(given).strip()):
        return int(given)
    raise UserError(f"--unlabelled {given!r} was given.", "Allowed: a number of texts (0 or more), or pool.", "")


def parse_noises(given: str | Iterable[str]) -> tuple[str, ...]:
    """`label-flip:0.2,char:0.1` -> its checked parts; `none` is the clean cell."""
    from benchmark.data.noise import parse_noise

    items = _items(given)
    for item in items:
        parse_noise(item)
    return items


def parse_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """`a, b` -> ('a', 'b'), each once."""
    return tuple(dict.fromkeys(_items(given)))


def parse_bytes(given: str | int) -> int:
    """`10GB`, `500 MB` or a number of bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?b?)", str(given).strip().lower())
    if match is None:
        raise UserError(f"The size {given!r} was given.", "Allowed: a number of bytes, or with a unit: 500MB, 10GB.")
    return int(float(match[1]) * UNITS[match[2].rstrip("b")])


def parse_duration(given: str | float) -> float:
    """`90`, `90s`, `30m`, `2h`, `1d` -> seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?|min)", str(given).strip().lower())
    if match is None:
        raise UserError(f"The duration {given!r} was given.", "Allowed: a number of seconds, or with a unit: 90s, 30m, 2h, 1d.")
    return float(match[1]) * SECONDS[match[2]]


def parse_pairs(given: Iterable[str] | dict[str, str], option: str, form: str) -> dict[str, str]:
    """`NAME=VALUE` items -> a dictionary; a name given twice is a mistake."""
    if isinstance(given, dict):
        return {str(name): str(value) for name, value in given.items()}
    found: dict[str, str] = {}
    for item in [given] if isinstance(given, str) else given:
        name, equals, value = str(item).partition("=")
        if not (equals and name.strip() and value.strip()):
            raise UserError(f"{option} {item!r} was given.", f"Allowed: {option} {form}.", "")
        if name.strip() in found:
            raise UserError(f"{option} gives {name.strip()!r} twice.", "Each once.", "Leave one out.")
        found[name.strip()] = value.strip()
    return found


def parse_override(text: str) -> tuple[str, str, str]:
    """`scl.temperature=0.1` -> ('scl', 'temperature', '0.1')."""
    left, equals, value = text.partition("=")
    method, dot, param = left.strip().rpartition(".")
    if not (equals and dot and method and param):
        raise UserError(f"--set {text!r} is not of the form METHOD.PARAM=VALUE.", "For example --set scl.temperature=0.1.")
    return method, param, value.strip()


def _items(given: str | int | Iterable[str | int]) -> tuple[str, ...]:
    parts = str(given).split(",") if isinstance(given, (str, int)) else [str(item) for item in given]
    items = tuple(part.strip() for part in parts if part.strip())
    if not items:
        raise UserError(f"An empty list ({given!r}) was given.", "At least one item, several separated by commas.", "")
    return items


def as_value_error(parse: Callable[..., T]) -> Callable[[Any], T]:
    """`parse` for texts and numbers, raising ValueError in place of UserError."""

    def wrapped(given: Any) -> T:
        try:
            return parse(str(given) if isinstance(given, int) and not isinstance(given, bool) else given)
        except UserError as error:
            raise ValueError(error.allowed or str(error)) from error
        except (TypeError, AttributeError) as error:
            raise ValueError("a text is wanted") from error

    return wrapped
