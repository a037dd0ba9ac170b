"""Croissant metadata of a release (version 1.1), with the fields of its responsible-AI vocabulary (RAI 1.0)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from reports.release.release_facts import LICENCE_URL, NAME, ReleaseFacts
from reports.release.release_tables import ReleaseColumn, ReleaseTable

CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
PARQUET = "application/x-parquet"
TYPES = {"string": "sc:Text", "int64": "sc:Integer", "double": "sc:Float", "bool": "sc:Boolean"}
REFERENCES = {("predictions", "key"): "records/key"}  # a join that readers of the metadata can follow
# The vocabulary, written out so that no reader has to fetch it.
TERMS = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet"),
    *("format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references"),
    *("regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in TERMS},
}


def croissant(facts: ReleaseFacts, tables: Sequence[ReleaseTable], others: Mapping[str, bytes]) -> str:
    """The metadata as JSON-LD text.

    Args:
        others: path -> bytes of the release's files that belong to no table, this one and the checksums left out.
    """
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": NAME,
        "description": facts.description,
        "version": facts.version,
        "license": LICENCE_URL,
        "citeAs": f"@software{{contrastive_benchmark, title = {{contrastive-benchmark}}, version = {{{facts.version}}}, "
        "author = {{The contrastive-benchmark contributors}}}",
        "creator": {"@type": "sc:Organization", "name": "The contrastive-benchmark contributors"},
        "datePublished": facts.date,
        "inLanguage": "en",
        "isLiveDataset": False,
        "keywords": ["benchmark", "contrastive learning", "few-shot text classification", "evaluation results"],
        **({"url": facts.url} if facts.url else {}),
        **responsible_ai(facts),
        "distribution": [
            *(_file_set(table) for table in tables),
            *(_file(path, content, PARQUET) for table in tables for path, content in table.files.items()),
            *(_file(path, content, _format(path)) for path, content in others.items()),
        ],
        "recordSet": [_record_set(table) for table in tables],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def responsible_ai(facts: ReleaseFacts) -> dict[str, Any]:
    """The fields of the responsible-AI vocabulary that apply."""
    return {
        "rai:dataCollection": facts.collection,
        "rai:dataCollectionType": ["Experiments", "Software Collection"],
        "rai:dataCollectionMissingData": "Planned runs without a record stand in the table records with the status missing.",
        "rai:dataPreprocessingProtocol": ["Scores and predictions are stored as the program computed them; tables were only reshaped."],
        "rai:dataAnnotationProtocol": list(facts.annotation),
        **({"rai:annotationsPerItem": "1"} if facts.labels else {}),
        "rai:dataBiases": list(facts.biases),
        "rai:dataLimitations": list(facts.limitations),
        "rai:dataUseCases": list(facts.use_cases),
        "rai:personalSensitiveInformation": list(facts.personal),
        "rai:dataReleaseMaintenancePlan": "A release is not changed; further runs come as a release with another version or date.",
    }


def _file_set(table: ReleaseTable) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "description": f"The parquet files of the table {table.name}.",
        "encodingFormat": PARQUET,
        "includes": f"{table.name}/*.parquet",
    }


def _file(path: str, content: bytes, encoding: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{len(content)} B",
        "encodingFormat": encoding,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _format(path: str) -> str:
    return {".md": "text/markdown", ".json": "application/json"}.get(path[path.rfind(".") :] if "." in path else "", "text/plain")


def _record_set(table: ReleaseTable) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: ReleaseTable, column: ReleaseColumn) -> dict[str, Any]:
    reference = REFERENCES.get((table.name, column.name))
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": TYPES[column.type],
        "source": {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column.name}},
        **({"references": {"field": {"@id": reference}}} if reference else {}),
    }
