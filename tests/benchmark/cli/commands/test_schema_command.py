"""schema prints what is published."""

from __future__ import annotations

import json

import pytest

from benchmark.records.schema.file_schema import FILE_TYPES, file_schema


@pytest.mark.parametrize("name", FILE_TYPES)
def test_the_schema_is_printed_as_json(bench, name):
    done = bench("schema", name)
    assert done.code == 0
    assert json.loads(done.out) == file_schema(name)


def test_another_file_type_is_wrong_usage(bench):
    done = bench("schema", "split")
    assert done.code == 2
    assert "record" in done.err
