"""The dataset card of a release: README.md with the YAML header that dataset hubs read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reports.release.release_facts import ReleaseFacts, size_category
from reports.release.release_tables import ReleaseTable

TAGS = ("benchmark", "evaluation-results", "contrastive-learning", "few-shot", "text-classification")


def dataset_card(facts: ReleaseFacts, tables: Sequence[ReleaseTable]) -> str:
    """The card as markdown."""
    parts = [_header(facts, tables), f"# {facts.title}", facts.description, *_sections(facts, tables)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(facts: ReleaseFacts, tables: Sequence[ReleaseTable]) -> str:
    """YAML; every text is written as JSON, which is YAML too."""
    rows = sum(table.rows for table in tables)
    lines = [
        "---",
        f"pretty_name: {json.dumps(facts.title)}",
        "license: mit",
        "language:",
        "- en",
        "task_categories:",
        "- text-classification",
    ]
    lines += ["size_categories:", f"- {size_category(rows)}", "tags:", *(f"- {tag}" for tag in TAGS), "configs:"]
    for number, table in enumerate(tables):
        lines += [f"- config_name: {table.name}", *(["  default: true"] if number == 0 else [])]
        lines += ["  data_files:", "  - split: results", f"    path: {table.name}/*.parquet"]
    return "\n".join([*lines, "---"])


def _sections(facts: ReleaseFacts, tables: Sequence[ReleaseTable]) -> list[str]:
    labels = (
        "Gold labels are numbers of classes as the data sets give them. The terms of each data set hold for its labels; where a licence is "
        "not stated or forbids use, make the release without them (`--no-labels`)."
        if facts.labels
        else "Gold labels were left out (`--no-labels`), and with them whether a prediction is correct."
    )
    return [
        "## What is in it",
        _contents(tables),
        "Every table is one folder with a parquet file (zstd) per task; environments are one file. `SHA256SUMS` holds the checksum of "
        "every file: `sha256sum -c SHA256SUMS`. `croissant.json` describes the same for programs.",
        _load(tables),
        "## Fields",
        *(text for table in tables for text in (f"### {table.name}", f"{table.description} {table.rows} rows.", _fields(table))),
        "## How it was made",
        facts.collection,
        _listed("Commands that planned the runs", facts.commands),
        _listed("Commits of the code", facts.commits),
        f"The release was made from the records by `python -m benchmark publish`, version {facts.version}, on {facts.date}. The same "
        "records and the same day (or `SOURCE_DATE_EPOCH`) give the same bytes.",
        "## Data sets behind it",
        _data(facts),
        f"No text of them is here: an example is a position and a hash of its content. {labels}",
        "## Limits",
        _bullets((*facts.limitations, *facts.biases)),
        "## Uses",
        _bullets(facts.use_cases),
        "## Personal and sensitive information",
        _bullets(facts.personal),
        "## Licence",
        "Records, predictions and this card: MIT (`LICENSE`). Data sets: their own terms, above.",
        "## Citation",
        "Cite contrastive-benchmark with its version, the papers whose methods you compare, and the data sets above.",
    ]


def _load(tables: Sequence[ReleaseTable]) -> str:
    """How to read the records, and the predictions of one task where there are any."""
    one = next((name for table in tables if table.name == "predictions" for name in table.files), None)
    lines = ["from datasets import load_dataset", "", _loading("records", "records/*.parquet") + ".to_pandas()"]
    return "\n".join(f"    {line}".rstrip() for line in [*lines, *([_loading("predictions", one)] if one else [])])


def _loading(name: str, path: str) -> str:
    return f'{name} = load_dataset("parquet", data_files="{path}", split="train")'


def _contents(tables: Sequence[ReleaseTable]) -> str:
    rows = [f"| `{table.name}` | {table.description} | {table.rows} | {len(table.files)} | {_size(table)} |" for table in tables]
    return "\n".join(["| table | a row is | rows | files | bytes |", "|---|---|---:|---:|---:|", *rows])


def _size(table: ReleaseTable) -> int:
    return sum(len(content) for content in table.files.values())


def _fields(table: ReleaseTable) -> str:
    rows = [f"| `{column.name}` | {column.type} | {_cell(column.description)} |" for column in table.columns]
    return "\n".join(["| field | type | |", "|---|---|---|", *rows])


def _data(facts: ReleaseFacts) -> str:
    rows = [
        f"| {_cell(data.task)} | {_cell(data.title)} | {_cell(data.source)} | {_cell(data.licence)} | {_cell(data.citation)} | "
        f"{data.runs} |"
        for data in facts.data
    ]
    return "\n".join(["| task | | source | licence, as stated there | citation | finished runs |", "|---|---|---|---|---|---:|", *rows])


def _cell(text: str) -> str:
    """A text in one line that opens neither a column nor a tag: names in records are whatever a record says."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _listed(what: str, items: Sequence[str]) -> str:
    return f"{what}:\n\n" + "\n".join(f"- `{_cell(item).replace('`', '')}`" for item in items) if items else f"{what}: not recorded."


def _bullets(items: Sequence[str]) -> str:
    return "\n".join(f"- {_cell(item)}" for item in items)
