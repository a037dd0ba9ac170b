"""Suites, profiles, encoders, analyses and transfer sets: the shipped files by name, the user's by path."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from benchmark.config.analysis_plan import AnalysisPlan
from benchmark.config.encoder import EncoderConfig
from benchmark.config.profile import ProfileConfig
from benchmark.config.suite import SuiteConfig
from benchmark.config.toml_reader import Content, as_written, read_toml
from benchmark.config.transfer_set import TransferSetConfig
from benchmark.errors import UserError, unknown

HOME = Path(__file__).parent
FOLDERS = {"analysis": "analyses", "transfer set": "transfer_sets"}  # where the plural takes more than an s
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
    `all-minilm-l6-v2` and mean pooling; a TOML file with `folder = "..."` says otherwise.

    Raises:
        UserError: an unknown name, a mistake in the file, or a folder without a config.json.
    """
    if Path(given).is_dir() and str(given) not in names("encoders"):
        if not (Path(given) / "config.json").is_file():
            raise UserError(
                f"The folder {str(given)!r} holds no encoder: it has no config.json.",
                f"A folder with config.json, model.safetensors and tokenizer.json, or one of {', '.join(names('encoders'))}.",
                "Give --encoder NAME or --encoder DIR.",
            )
        base = load_encoder("all-minilm-l6-v2")
        known = {"title": "a local folder", "pretrained_on": "unknown (a local folder)", "constants": base.constants}
        return EncoderConfig.model_validate({"name": Path(given).resolve().name, "folder": Path(given), **known})
    return _load("encoder", EncoderConfig, given, _with_base)


def _with_base(content: Content) -> Content:
    """An encoder variant has from its base what its own file does not say."""
    base = content.get("base")
    return load_encoder(base).model_dump(exclude={"name", "title"}, exclude_unset=True) | content if isinstance(base, str) else content


def load_analysis(given: str | Path) -> AnalysisPlan:
    """The analysis of a study by name or TOML path. UserError for an unknown name or a mistake in the file."""
    return _load("analysis", AnalysisPlan, given)


def load_transfer_set(given: str | Path) -> TransferSetConfig:
    """A further test set by name or TOML path."""
    return _load("transfer set", TransferSetConfig, given)


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


def _load(kind: str, model: type[M], given: str | Path, complete: Callable[[Content], Content] = as_written) -> M:
    folder = FOLDERS.get(kind, f"{kind}s")
    if str(given) in names(folder):
        return read_toml(kind, model, HOME / folder / f"{given}.toml", complete)
    path = Path(given)
    if path.suffix == ".toml" and path.is_file():
        return read_toml(kind, model, path, complete)
    if path.suffix == ".toml" or "/" in str(given):
        raise UserError(f"The {kind} file {str(given)!r} does not exist.", f"A TOML file, or one of {', '.join(names(folder))}.")
    listed = "" if kind in FOLDERS else f"See `python -m benchmark list {folder}`, or "
    raise unknown(kind, str(given), names(folder), f"{listed or 'Or '}give the path of a TOML file.")
