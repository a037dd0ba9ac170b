"""The dataset card: a header that hubs and the datasets library read, and every section with what belongs in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from reports.release.release import Release, write_release

SECTIONS = (
    *("What is in it", "Fields", "How it was made", "Data sets behind it", "Limits", "Uses", "Personal and sensitive information"),
    *("Licence", "Citation"),
)


@pytest.fixture
def card(release: Release) -> str:
    return release.files["README.md"].decode()


def test_the_header_names_licence_size_and_the_files_of_each_table(card: str, release: Release) -> None:
    header = yaml.safe_load(card.split("---\n")[1])
    assert header["license"] == "mit"
    assert header["size_categories"] == ["1K<n<10K"]  # 4 x 200 predictions, 2 x 200 examples of test sets, 6 runs, 1 environment
    assert [one["config_name"] for one in header["configs"]] == ["records", "predictions", "testsets", "environments"]
    for one in header["configs"]:
        (part,) = one["data_files"]
        assert [path for path in release.files if Path(path).match(part["path"])]


def test_the_sections_are_there_and_say_what_the_release_is(card: str) -> None:
    assert [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")] == list(SECTIONS)
    for said in ("nyu-mll/glue", "Socher et al. 2013", "1 missing", "all-minilm-l6-v2", "No text of them is here", "`labels_used`"):
        assert said in card


def test_names_in_records_cannot_write_the_card(few: Path) -> None:
    """What a record says of its commit stays in its line and is no markup."""
    from datetime import UTC, datetime

    from benchmark.records.record import GitState, RunRecord
    from benchmark.records.store import RecordStore
    from reports.release.release import ReleaseOptions, make_release

    store = RecordStore(few)
    record = next(record for record in store if isinstance(record, RunRecord))
    store.write(record.model_copy(update={"git": GitState(commit="`\n## Licence\n<script>0</script>")}))
    card = make_release(few, ReleaseOptions(datetime.now(UTC))).files["README.md"].decode()
    assert "<script>" not in card
    assert card.count("\n## Licence") == 1


def test_every_field_of_every_table_stands_in_it(card: str, release: Release) -> None:
    import io

    import pyarrow.parquet as pq

    for path, content in release.files.items():
        if path.endswith(".parquet"):
            schema = pq.read_schema(io.BytesIO(content))
            assert [name for name in schema.names if f"| `{name}` |" not in card] == []
            assert [field.name for field in schema if len((field.metadata or {}).get(b"description", b"")) < 8] == []


def test_the_datasets_library_loads_each_table_by_its_name(release: Release, tmp_path: Path) -> None:
    from datasets import load_dataset

    write_release(release, tmp_path / "release")
    loaded = load_dataset(str(tmp_path / "release"), "predictions", cache_dir=str(tmp_path / "cache"))
    assert {name: len(part) for name, part in loaded.items()} == {"results": 800}
