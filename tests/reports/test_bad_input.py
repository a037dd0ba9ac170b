"""What is broken, missing or mixed gives a correct report with a visible note, or one clear error."""

from __future__ import annotations

import json
import re

import pytest

from benchmark.errors import UserError
from benchmark.records.atomic_files import dump_checksummed
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.spec import setting_id
from benchmark.records.store import RecordStore
from reports.report import Options, report
from reports.results.blocks import read_results
from reports.tables.means_table import means_table

ARMS = {"ce": [0.60, 0.62, 0.61], "scl": [0.64, 0.66, 0.63]}


@pytest.fixture
def folder(tmp_path, filled):
    return filled(tmp_path / "results", {("sst2", "20", ""): ARMS})


def notes_of(folder):
    (block,) = read_results(folder).blocks
    return " ".join(means_table(block).footnotes)


def made(folder, tmp_path, **options):
    report(Options(folder, out=tmp_path / "out", figures=False, **options))
    return (tmp_path / "out" / "report.html").read_text(encoding="utf-8"), json.loads((tmp_path / "out" / "report.json").read_text())


def test_an_empty_folder_and_none_at_all(tmp_path):
    with pytest.raises(UserError, match="no results"):
        report(Options(tmp_path))
    with pytest.raises(UserError, match="no results folder"):
        report(Options(tmp_path / "nowhere"))


def test_a_truncated_record_counts_as_missing_and_is_named(folder, tmp_path):
    victim = sorted((folder / "records").glob("*/*.json"))[0]
    victim.write_bytes(victim.read_bytes()[:100])
    html, _ = made(folder, tmp_path)
    assert victim.name in html
    assert "1 of 6 planned runs are not there yet" in html


def test_an_edited_record_is_not_believed(folder):
    victim = sorted((folder / "records").glob("*/*.json"))[0]
    victim.write_text(victim.read_text().replace('"accuracy":0.6', '"accuracy":0.9'))
    (problem,) = read_results(folder).problems
    assert "edited" in problem[1]


def test_a_folder_of_broken_files_only_is_one_clear_error(tmp_path):
    (tmp_path / "records" / "ab").mkdir(parents=True)
    (tmp_path / "records" / "ab" / ("ab" * 32 + ".json")).write_text("{")
    with pytest.raises(UserError, match="can be read"):
        report(Options(tmp_path))


def test_records_of_several_versions_are_read_together(folder):
    store = RecordStore(folder)
    record = next(iter(store))
    old = {**record.model_dump(mode="json", exclude_defaults=True), "version": 1, "spec": record.spec.model_dump(mode="json")}
    (folder / "records" / record.key[:2] / f"{record.key}.json").write_bytes(dump_checksummed(old))
    (block,) = read_results(folder).blocks
    assert read_results(folder).problems == ()
    assert int((block.frame["status"] == "done").sum()) == 6


def test_mixed_environments_are_named_with_what_differs(folder):
    store = RecordStore(folder)
    record = next(iter(store))
    other = store.write_environment({"libraries": {"torch": "9.9.9"}, "processor": "made up"})
    store.write(record.model_copy(update={"env_id": other}))
    assert "MIXED ENVIRONMENTS: 2 env_ids; they differ in libraries.torch: 2.13.0, 9.9.9." in notes_of(folder)


def test_mixed_profiles_are_two_blocks_and_never_one_mean(folder, filled):
    filled(folder, {("sst2", "20", ""): {"ce": [0.60, 0.62, 0.61]}}, profile="laptop*")
    names = [block.profile for block in read_results(folder).blocks]
    assert names == ["laptop", "laptop*"]


def test_records_without_a_plan_are_shown_apart(folder):
    for manifest in (folder / "manifests").iterdir():
        manifest.unlink()
    assert "These records belong to no plan in this folder" in notes_of(folder)


def test_two_settings_under_one_name_are_shown_apart(folder, make_spec, make_record):
    store, rows = RecordStore(folder), []
    for seed, score in enumerate([0.7, 0.72, 0.71]):
        spec = make_spec("ce", seed)
        spec = spec.model_copy(update={"method": spec.method.model_copy(update={"code": "f" * 64})})
        store.write(make_record(store, spec, score))
        rows.append(ManifestRow.of(spec, arm="ce", task_source="mirror"))
    store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows)))
    (block,) = read_results(folder).blocks
    assert sorted(block.arms) == ["ce [code aaaaaaaa]", "ce [code ffffffff]", "scl"]
    assert "ce stands for 2 arms that differ in code; they are shown apart: code aaaaaaaa; code ffffffff." in notes_of(folder)


def test_a_plan_that_was_replaced_leaves_no_gaps(folder, make_spec):
    store, rows = RecordStore(folder), []
    for seed in range(3):
        spec = make_spec("ce", seed)
        spec = spec.model_copy(update={"method": spec.method.model_copy(update={"code": "f" * 64})})
        rows.append(ManifestRow.of(spec, arm="ce", task_source="mirror"))
    settings = {setting_id(spec.setting): spec.setting}
    store.write_manifest(Manifest(suite="glue-fewshot", profile="laptop", rows=tuple(rows), settings=settings))
    (block,) = read_results(folder).blocks
    assert (sorted(block.arms), len(block.frame)) == (["ce", "scl"], 6)
    assert "3 planned runs of ce on sst2 N = 20 have no record and are not shown: a plan with other code." in notes_of(folder)


def test_one_method_only_has_means_and_no_differences(tmp_path, filled):
    html, told = made(filled(tmp_path / "results", {("sst2", "20", ""): {"scl": [0.6, 0.7, 0.65]}}), tmp_path)
    assert "No baseline to compare with in these runs" in html
    names = [table["name"].split(".")[0] for table in told["blocks"][0]["tables"]]
    assert {"means", "paper", "cost"} <= set(names)
    assert not [name for name in names if name.startswith(("against", "statistics", "across", "slopes", "spread"))]


def test_the_baseline_alone_compares_with_nothing(tmp_path, filled):
    html, _ = made(filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6, 0.7, 0.65]}}), tmp_path)
    assert "No arm has enough pairs with the baseline for a test." in html


def test_one_seed_only_has_no_spread_and_no_test(tmp_path, filled):
    html, _ = made(filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6], "scl": [0.7]}}), tmp_path)
    assert "one pair: no spread" in html
    assert "nan" not in html.partition("<script>")[0].lower()


def test_one_is_singular(tmp_path, filled):
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6, None], "scl": [0.7, 0.71]}})
    made = report(Options(folder, out=tmp_path / "out", figures=False))
    alone = report(Options(filled(tmp_path / "alone", {("sst2", "20", ""): {"ce": [0.6]}}), out=tmp_path / "one", figures=False))
    texts = [made.text, alone.text, *(path.read_text() for path in (*made.files, *alone.files) if path.suffix in (".md", ".html"))]
    assert any("In 1 comparison a run" in text for text in texts)
    assert not [
        found for text in texts for found in re.findall(r"(?<![\d.,])1 (?:runs|pairs|arms|comparisons|cells|tasks|files|seeds)\b", text)
    ]


def test_identical_scores_make_a_report(tmp_path, filled):
    same = {"ce": [0.6] * 6, "scl": [0.6] * 6, "cat": [0.7] * 6}
    html, _ = made(filled(tmp_path / "results", {("sst2", "20", ""): same, ("sst2", "100", ""): same}), tmp_path)
    assert "identical scores" in html
    assert "the same difference in every pair" in html


def test_names_that_mean_something_to_html_and_latex(tmp_path, filled):
    nasty = "a_b&c<script>alert(1)</script>"
    html, _ = made(filled(tmp_path / "results", {("sst2", "20", ""): {**ARMS, nasty: [0.6, 0.7, 0.65]}}), tmp_path)
    assert "<script>alert" not in html
    assert "a_b&amp;c&lt;script&gt;" in html
    tex = (tmp_path / "out" / "means.tex").read_text(encoding="utf-8")
    assert r"a\_b\&c\textless{}script\textgreater{}" in tex


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"suite": "glue-fewshto"}, "Did you mean 'glue-fewshot'"),
        ({"formats": "pdf"}, "md"),
        ({"against": "cee"}, "Did you mean 'ce'"),
        ({"family": "world"}, "suite, task"),
        ({"table": "scl/few-shots"}, "Did you mean 'scl/few-shot'"),
        ({"table": "cat/intent"}, "filled by the suite intent"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(folder, tmp_path, options, said):
    with pytest.raises(UserError, match=re.escape(said)):
        made(folder, tmp_path, **options)


def test_an_aggregate_over_tasks_takes_only_arms_that_have_them_all(tmp_path, filled):
    cells = {("sst2", "20", ""): {**ARMS, "cat": [0.6, 0.61, 0.6]}, ("trec", "20", ""): ARMS}
    _, told = made(filled(tmp_path / "results", cells), tmp_path)
    (across,) = [table for table in told["blocks"][0]["tables"] if table["name"].startswith("across")]
    assert [row["cells"][1]["shown"] for row in across["rows"]] == ["ce", "scl"]
    assert across["footnotes"][0] == "N = 20: ranks, counts of tasks and inter-quartile means over sst2, trec; incomplete, left out: cat."
