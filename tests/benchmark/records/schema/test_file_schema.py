"""The published schemas: every field described, real files valid, damaged ones not; and the same text as in the golden files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from benchmark.records.archive.archive import read_archive
from benchmark.records.schema.file_schema import FILE_TYPES, field_descriptions, file_schema, schema_text, sentence, summary

GOLDEN = Path(__file__).parent / "golden"
STUDY = Path(__file__).resolve().parents[4] / "results" / "study"


def objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with named properties in a schema, by path."""
    stack: list[tuple[str, Any]] = [("", schema)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict) and node.get("type") == "object":
                yield path, node
            stack += [(f"{path}/{name}", item) for name, item in node.items()]
        elif isinstance(node, list):
            stack += [(path, item) for item in node]


def valid(schema: dict[str, Any], content: Any) -> bool:
    return jsonschema.Draft202012Validator(schema).is_valid(content)


@pytest.fixture(scope="module")
def archived() -> dict[str, list[dict[str, Any]]]:
    """Up to 40 records over the whole study, every manifest with its first 40 rows, and the registration: jsonschema is slow."""
    files, damaged = read_archive(STUDY)
    assert not damaged
    records = [name for name in sorted(files) if name.startswith("records/")]
    manifests = [json.loads(content) for name, content in sorted(files.items()) if name.startswith("manifests/")]
    return {
        "record": [json.loads(files[name]) for name in records[:: max(1, len(records) // 40)]],
        "manifest": [{**manifest, "rows": manifest["rows"][:40]} for manifest in manifests],
        "registration": [json.loads((STUDY / "registration.json").read_bytes())],
    }


@pytest.fixture(scope="module")
def committed(archived: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """One committed file of the study of each type; the record is of a run that is done."""
    done = next(record for record in archived["record"] if record["status"] == "done")
    manifest = archived["manifest"][0]
    return {"record": done, "manifest": {**manifest, "rows": manifest["rows"][:3]}, "registration": archived["registration"][0]}


@pytest.mark.parametrize("name", FILE_TYPES)
def test_the_schema_is_one_of_its_draft_and_describes_every_field(name: str) -> None:
    schema = file_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = dict(objects(schema))
    assert len(found) >= 2
    bare = [
        f"{path}.{field}"
        for path, node in found.items()
        for field, said in node["properties"].items()
        if len(said.get("description", "")) < 8
    ]
    assert bare == [], "document the field in the section Args of its class"
    assert [path for path, node in found.items() if not node.get("description")] == []


@pytest.mark.parametrize("name", FILE_TYPES)
def test_the_schema_is_the_golden_one(name: str) -> None:
    """`python -m benchmark schema NAME > tests/benchmark/records/schema/golden/NAME.schema.json` after a change that is meant."""
    assert schema_text(name) == (GOLDEN / f"{name}.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILE_TYPES)
def test_committed_files_of_the_study_are_valid(archived: dict[str, list[dict[str, Any]]], name: str) -> None:
    validator = jsonschema.Draft202012Validator(file_schema(name))
    assert archived[name]
    for content in archived[name]:
        validator.validate(content)


Damage = Callable[[dict[str, Any]], Any]
DAMAGES: dict[str, list[Damage]] = {
    "record": [
        lambda record: record.pop("key"),
        lambda record: record.update(key=record["key"][:-1]),
        lambda record: record.update(status="finished"),
        lambda record: record.update(status="failed"),  # without an error
        lambda record: record.update(error={"type": "ValueError", "message": "done, and with an error"}),
        lambda record: record["metrics"].update(accuracy="high"),
        lambda record: record["spec"].pop("numerics"),
        lambda record: record["spec"]["budget"].update(steps=0),
        lambda record: record["spec"]["split"].update(shuffle=True),
        lambda record: record["predictions"].update(classes=0),
        lambda record: record.update(n_test=-1),
        lambda record: record.update(seconds=1.0),
    ],
    "manifest": [
        lambda manifest: manifest.pop("rows"),
        lambda manifest: manifest["rows"][0].pop("arm"),
        lambda manifest: manifest["rows"][0].update(key="0"),
        lambda manifest: manifest.update(protocol="fair"),
        lambda manifest: manifest.update(suite="../study"),
    ],
    "registration": [
        lambda registration: registration.update(runs=[]),
        lambda registration: registration["runs"][0].update(digest="0"),
        lambda registration: registration["code"].pop("commit"),
        lambda registration: registration.update(version=2),
    ],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, damages in DAMAGES.items() for number in range(len(damages))])
def test_a_damaged_file_is_not_valid_and_is_not_read(committed: dict[str, dict[str, Any]], name: str, number: int) -> None:
    content = copy.deepcopy(committed[name])
    assert valid(file_schema(name), content)
    DAMAGES[name][number](content)
    assert not valid(file_schema(name), content)
    with pytest.raises(ValidationError):
        FILE_TYPES[name][0].model_validate({field: value for field, value in content.items() if field != "checksum"})


@pytest.mark.parametrize("name", FILE_TYPES)
def test_a_file_without_its_checksum_or_of_another_version_is_not_valid(committed: dict[str, dict[str, Any]], name: str) -> None:
    schema, content = file_schema(name), committed[name]
    assert not valid(schema, {field: value for field, value in content.items() if field != "checksum"})
    assert not valid(schema, {**content, "version": 99})


class Base:
    """A base.

    Args:
        first: of the base,
            over two lines: with a colon.
        second, third: both of them.
    """


class Derived(Base):
    """What it is, in
    two lines.

    Args:
        second: its own.

    Returns:
        nothing: this is no field.
    """


class Undocumented(Base):
    pass


def test_entries_lines_and_shared_names() -> None:
    assert field_descriptions(Base) == {
        "first": "of the base, over two lines: with a colon.",
        "second": "both of them.",
        "third": "both of them.",
    }


def test_a_class_replaces_what_its_base_says_and_keeps_the_rest() -> None:
    assert field_descriptions(Derived) == {**field_descriptions(Base), "second": "its own."}
    assert field_descriptions(Undocumented) == field_descriptions(Base)


def test_the_summary_is_what_stands_before_the_fields() -> None:
    assert summary(Derived) == "What it is, in two lines."


def test_sentences() -> None:
    assert sentence("share of the steps") == "Share of the steps."
    assert sentence("`cpu` or `cuda`.") == "`cpu` or `cuda`."
