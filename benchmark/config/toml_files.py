"""Reading typed TOML files: shipped ones by name, the user's by path. Every mistake is told with its file, its line and what was
probably meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from benchmark.config.analysis_plan import AnalysisPlan
from benchmark.config.encoder import EncoderConfig
from benchmark.config.profile import ProfileConfig
from benchmark.config.suite import SuiteConfig
from benchmark.config.toml_lines import line_of, lines_of
from benchmark.config.transfer_set import TransferSetConfig
from benchmark.errors import UserError, unknown

HOME = Path(__file__).parent
M = TypeVar("M", bound=BaseModel)


class Listed(NamedTuple):
    """One line of a listing: name, what it is, where it is defined, and why it cannot be used (or "")."""

    name: str
    summary: str
    origin: str
    error: str = ""


def load_suite(given: str | Path) -> SuiteConfig:
    """A suite by name or TOML path. UserError for an unknown name or a mistake in the file."""
    return _load("suite", SuiteConfig, given)


def load_profile(given: str | Path) -> ProfileConfig:
    """A profile by name or TOML path."""
    return _load("profile", ProfileConfig, given)


def load_encoder(given: str | Path) -> EncoderConfig:
    """An encoder by name, by TOML path, or by folder (config.json, tokenizer.json, model.safetensors). A folder gets the constants of
    `all-minilm-l6-v2` and mean pooling; a TOML file with `folder = "..."` says otherwise."""
    if Path(given).is_dir() and str(given) not in names("encoders"):
        base = load_encoder("all-minilm-l6-v2")
        known = {"title": "a local folder", "pretrained_on": "unknown (a local folder)", "constants": base.constants}
        return EncoderConfig.model_validate({"name": Path(given).resolve().name, "folder": Path(given), **known})
    return _load("encoder", EncoderConfig, given)


def load_analysis(given: str | Path) -> AnalysisPlan:
    """The analysis of a study by name or TOML path. UserError for an unknown name or a mistake in the file."""
    return _load("analysis", AnalysisPlan, given)


def load_transfer_set(given: str | Path) -> TransferSetConfig:
    """A further test set by name or TOML path."""
    return _load("transfer_set", TransferSetConfig, given)


def suite_names() -> list[str]:
    """The shipped suites."""
    return names("suites")


def profile_names() -> list[str]:
    """The shipped profiles."""
    return names("profiles")


def encoder_names() -> list[str]:
    """The shipped encoders."""
    return names("encoders")


def names(folder: str) -> list[str]:
    """Names of the shipped files of a folder (`suites`, `profiles`, `encoders`), sorted."""
    return sorted(path.stem for path in (HOME / folder).glob("*.toml"))


def listing(folder: str) -> list[Listed]:
    """Name, title and origin of the shipped files of a folder; one that cannot be read has its error."""
    rows = []
    for path in sorted((HOME / folder).glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            rows.append(Listed(path.stem, str(content.get("title", "")), f"{path}:1"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            rows.append(Listed(path.stem, "", f"{path}:1", str(error)))
    return rows


def _load(kind: str, model: type[M], given: str | Path) -> M:
    folder = {"analysis": "analyses"}.get(kind, f"{kind}s")
    if str(given) in names(folder):
        return _read(kind, model, HOME / folder / f"{given}.toml")
    path = Path(given)
    if path.suffix == ".toml" and path.is_file():
        return _read(kind, model, path)
    if path.suffix == ".toml" or "/" in str(given):
        raise UserError(f"The {kind} file {str(given)!r} does not exist.", f"A TOML file, or one of {', '.join(names(folder))}.")
    listed = "" if kind == "analysis" else f"See `python -m benchmark list {folder}`, or "
    raise unknown(kind, str(given), names(folder), f"{listed or 'Or '}give the path of a TOML file.")


def _read(kind: str, model: type[M], path: Path) -> M:
    found: M = _parsed(kind, model, path, path.stat().st_mtime_ns)
    return found


@cache
def _parsed(kind: str, model: type[M], path: Path, changed: int) -> M:
    """`changed`, the time of the last change, is there for the cache: a file that changed is read anew."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text.", "", "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = at[1] if at else text.count("\n") + 1
        raise UserError(f"{path}:{line}: not valid TOML: {error}.", "", f"Correct the {kind} file.") from error
    content.setdefault("name", path.stem)
    if model is EncoderConfig and isinstance(content.get("base"), str):
        content = load_encoder(content["base"]).model_dump(exclude={"name", "title"}, exclude_unset=True) | content
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise mistakes(kind, model, path, text, error) from error


def mistakes(kind: str, model: type[BaseModel], path: Path, text: str, error: ValidationError) -> UserError:
    """All mistakes of a file in one error, each with `file:line`."""
    lines = lines_of(text)
    items = error.errors()
    inner = [item for item in items if item["type"] != "too_short" or not any(_inside(other["loc"], item["loc"]) for other in items)]
    found = sorted({(line_of(lines, item["loc"]), _sentence(model, item)) for item in inner})
    return UserError("\n".join(f"{path}:{line}: {sentence}" for line, sentence in found), "", f"Correct the {kind} file.")


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
