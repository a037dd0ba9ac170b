"""schema: the JSON Schema of the files that runs leave behind."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class FileType(StrEnum):
    """The file types with a published schema."""

    record = "record"
    manifest = "manifest"
    registration = "registration"


def schema(file_type: Annotated[FileType, typer.Argument(metavar="record|manifest|registration", help="Which file.")]) -> None:
    """Print the JSON Schema (draft 2020-12) of a record, a manifest or a registration, with a description of each field."""
    from benchmark.records.schema.file_schema import schema_text

    typer.echo(schema_text(file_type.value), nl=False)
