"""The JSON Schema (draft 2020-12) of a record, a manifest and a registration, made from the types that read and write them."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from benchmark.records.manifest import MANIFEST_VERSION, Manifest
from benchmark.records.record import RECORD_VERSION, RunRecord
from benchmark.records.registration.registration import Registration
from benchmark.records.spec import Frozen

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILE_TYPES: dict[str, tuple[type[Frozen], int]] = {
    "record": (RunRecord, RECORD_VERSION),
    "manifest": (Manifest, MANIFEST_VERSION),
    "registration": (Registration, 1),
}
CHECKSUM = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "SHA-256 of the canonical JSON (sorted keys, no spaces) of everything else in the file.",
}
# What `RunRecord` checks beyond its fields: a run that is done has no error, and any other has one.
DONE_OR_ERROR = {
    "if": {"properties": {"status": {"const": "done"}}},
    "then": {"properties": {"error": {"type": "null"}}},
    "else": {"required": ["error"], "properties": {"error": {"type": "object"}}},
}
ENTRY = re.compile(r"    (?P<names>[a-z_0-9]+(?:, [a-z_0-9]+)*): (?P<text>\S.*)")  # of the section `Args:` of a docstring


class DescribedSchema(GenerateJsonSchema):
    """JSON Schema whose fields carry the descriptions that their class documents, and no titles made of their names."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of one model, with the descriptions of its fields."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        descriptions = field_descriptions(model)
        made["description"] = summary(model)
        for name, field in made.get("properties", {}).items():
            if text := field.get("description", descriptions.get(name)):
                field["description"] = sentence(text)
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def file_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a file type of `FILE_TYPES` as it stands on disk: defaults may be left out, unknown fields are errors, and the
    checksum is required. What a schema cannot say is checked on reading: the checksum, and that a key is that of its spec."""
    model, version = FILE_TYPES[name]
    made = model.model_json_schema(schema_generator=DescribedSchema, mode="validation")
    made["properties"]["version"] |= {"const": version}
    made["properties"]["checksum"] = CHECKSUM
    made["required"] = sorted({*made["required"], "version", "checksum"})
    rules = DONE_OR_ERROR if model is RunRecord else {}
    return {"$schema": DRAFT, "$id": f"urn:contrastive-benchmark:{name}:{version}", **made, **rules}


def schema_text(name: str) -> str:
    """`file_schema` as text; equal types give equal bytes."""
    return json.dumps(file_schema(name), indent=2, ensure_ascii=False) + "\n"


def summary(documented: type) -> str:
    """What a class's docstring says before its fields, in one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\nArgs:\n")[0].split())


def field_descriptions(documented: type) -> dict[str, str]:
    """Field -> description as it is written. Names that share an entry share its text. Fields of a base class are found there."""
    found: dict[str, str] = {}
    for base in reversed(documented.__mro__):
        section = (inspect.getdoc(base) or "").partition("Args:\n")[2] if "__doc__" in vars(base) else ""
        names: list[str] = []
        for line in section.splitlines():
            if entry := ENTRY.fullmatch(line):
                names = entry["names"].split(", ")
                found |= dict.fromkeys(names, entry["text"])
            elif names and line.startswith("        "):
                found |= {name: f"{found[name]} {line.strip()}" for name in names}
            elif line:  # the section is over
                break
    return found


def sentence(text: str) -> str:
    """A description with a capital letter and a full stop; a first word in backticks stays as it is."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
