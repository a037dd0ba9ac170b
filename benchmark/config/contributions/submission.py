"""A submission: `submission.toml` of a folder of contributed results, typed."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from benchmark.config.toml_reader import read_toml
from benchmark.errors import UserError
from benchmark.names import NAME_PATTERN
from benchmark.records.atomic_files import read_regular
from benchmark.records.spec import Frozen

FILE = "submission.toml"
TO_FILL = "FILL IN"  # what `compare --submit` leaves to the contributor
LONGEST, LARGEST = 500, 20_000  # characters of one text; bytes of the file
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _said(text: str) -> str:
    """A text that somebody wrote, fit for a table."""
    if not text.strip() or TO_FILL in text:
        raise ValueError("this is to be filled in")
    if not text.isprintable():
        raise ValueError("it holds characters that do not print")
    return text.strip()


Said = Annotated[str, Field(max_length=LONGEST), AfterValidator(_said)]


class Submission(Frozen):
    """What a contributor says of results that are sent in.

    Args:
        method: the registered name of the method; the folder is `<method>/<date>`.
        plugin: the file that registers it, beside `submission.toml`.
        contact: an address of mail or a page where the authors can be reached.
        licence: of the results and of the plug-in file, as an SPDX identifier such as `MIT`.
        program: version or commit of this program that made the results.
        command: what was typed.
        hardware: processor or GPU, memory.
        claim: what the authors claim, in a sentence.
        encoder_saw_data: whether the encoder was pre-trained on data of these tasks, as far as the authors know.
        code: where the method's own repository is, with a commit; "" for none.
        paper: where the method is described; "" for nowhere.
    """

    name: Literal["submission"] = "submission"
    version: Literal[1] = 1
    method: str = Field(pattern=NAME_PATTERN)
    date: datetime.date
    plugin: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}\.py$")
    authors: tuple[Said, ...] = Field(min_length=1, max_length=50)
    contact: Annotated[Said, Field(pattern=r"^(\S+@\S+\.\S+|https://\S+)$")]
    licence: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{1,63}$")
    program: Said
    command: Said
    hardware: Said
    claim: Said
    encoder_saw_data: Literal["yes", "no", "unknown"]
    code: str = Field("", pattern=r"^(https://\S{1,400})?$")
    paper: str = Field("", pattern=r"^(https://\S{1,400})?$")


def read_submission(folder: Path) -> Submission:
    """The submission of a folder.

    Raises:
        UserError: no such file, one that is no regular file or too large, or keys and values that are not allowed.
    """
    path = folder / FILE
    try:
        read_regular(path, LARGEST)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{FILE} cannot be read: {reason}.", f"A TOML file of at most {LARGEST:,} bytes.", "Add it.") from error
    try:
        return read_toml("submission", Submission, path)
    except UserError as error:
        raise UserError(error.given.replace(f"{path}: ", f"{FILE}: "), error.allowed, error.todo) from error
    except RecursionError as error:
        raise UserError(f"{FILE} is nested too deeply.", "", "Correct it.") from error
