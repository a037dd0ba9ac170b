"""report.html is one file that asks for nothing from outside, readable without its script, by keyboard and in print."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from benchmark.records.store import RecordStore
from reports.analysis.analysis import analyse
from reports.render.page import page
from reports.report import Options, report
from reports.results.blocks import read_results
from reports.tables.task_tables import choices


@pytest.fixture(scope="module")
def out(tmp_path_factory, filled_grid):
    folder = tmp_path_factory.mktemp("page")
    report(Options(filled_grid(folder / "results"), out=folder / "out"))
    return folder / "out"


class Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.links += [(tag, name, value or "") for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        self.ids += [told["id"]] if told.get("id") else []
        self.images += [told] if tag == "img" else []


def test_it_asks_for_nothing_from_outside(out):
    text = (out / "report.html").read_text(encoding="utf-8")
    assert {value.split(":")[0][:1] if value.startswith("#") else value.split(":")[0] for _, _, value in Seen(text).links} <= {"#", "data"}
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\s*\(", text)


def test_every_link_leads_somewhere_and_every_picture_has_words(out):
    seen = Seen((out / "report.html").read_text(encoding="utf-8"))
    inner = {value[1:] for _, _, value in seen.links if value.startswith("#")}
    assert inner <= set(seen.ids)
    assert len(set(seen.ids)) == len(seen.ids)
    assert seen.images
    assert all(image.get("alt") for image in seen.images)


def test_it_has_styles_for_print_and_for_dark(out):
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text
    assert ":focus-visible" in text


def test_the_report_is_complete(out):
    formats = {path.suffix for path in (out / "tables").iterdir()}
    assert formats == {".md", ".tex", ".html", ".csv", ".json"}
    assert {path.suffix for path in (out / "figures").iterdir()} == {".svg", ".png"}
    names = {path.name.split(".")[0] for path in (out / "tables").iterdir()}
    against = {"against-ce", "across-ce", "slopes-ce", "spread-ce", "matching-ce", "statistics-ce"}
    assert names == {"means", "paper", "claims", "cost", *against, "selection-inflation", "selection", "ensembles"}


def test_report_json_has_every_score_and_every_statistic(out):
    told = json.loads((out / "report.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    tables = {table["name"].split(".")[0]: table for table in told["blocks"][0]["tables"]}
    assert len(tables["means"]["data"]["scores"]) == 9
    assert len(tables["means"]["data"]["scores"][0]["runs"]) == 6
    found = tables["statistics-ce"]["data"]["scl | sst2 N = 20"]
    assert {"p", "interval", "hedges_g", "reach", "detectable"} <= set(found)


def test_the_same_results_give_the_same_files(grid, tmp_path):
    for name in ("one", "two"):
        report(Options(grid, out=tmp_path / name, figures=False))  # figures have a test of their own
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file() and path.suffix != ".png":
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path.name


def test_one_table_alone(grid, tmp_path):
    made = report(Options(grid, out=tmp_path / "out", table="scl/few-shot", formats="md,csv"))
    assert [path.name for path in made.files] == ["paper.scl.few-shot.md", "paper.scl.few-shot.csv"]
    assert "no verdict" in made.text  # 200 of 872 test examples


def test_it_begins_with_the_answers_and_folds_everything_else(out):
    text = (out / "report.html").read_text(encoding="utf-8")
    main = text[text.index("<main") :]
    first = main[: min(main.index("<img"), main.index("<table"), main.index("<details"))]
    assert "<strong>scl against ce</strong>" in first
    assert "points on sst2, trec, 12 pairs of runs; a gain was shown" in first
    assert "ce-null against" not in first  # the noise floor is no answer
    assert main.index("Task by task") < main.index("<details")
    for table in json.loads((out / "report.json").read_text(encoding="utf-8"))["blocks"][0]["tables"]:
        at = main.index(f'<figure class="table" id="{table["name"]}"')
        assert main.count("<details>", 0, at) == main.count("</details>", 0, at) + 1


def test_no_condition_stands_on_it_twice(out):
    text = unescape((out / "report.html").read_text(encoding="utf-8"))
    for table in json.loads((out / "report.json").read_text(encoding="utf-8"))["blocks"][0]["tables"]:
        for line in table["header"]:
            assert text.count(f"<li>{line}</li>") == 1


def test_the_text_and_the_data_begin_with_the_same_answers(out):
    told = json.loads((out / "report.json").read_text(encoding="utf-8"))["blocks"][0]["answers"]
    lines = (out / "report.md").read_text(encoding="utf-8").splitlines()
    assert lines[2].startswith("- **scl against ce**: ")
    words = lines[2].replace("\\", "")
    assert [one["arm"] for one in told if one["said"] in words] == ["scl", "scl"]


def test_a_reader_chooses_among_tables_that_all_stand_there_without_a_script(tmp_path, filled):
    """One table per metric, number of labels and baseline; the script only hides those that are not chosen."""
    arms = {"ce": [0.6, 0.62, 0.61], "ce-null": [0.61, 0.6, 0.62], "probe": [0.5, 0.52, 0.51], "scl": [0.64, 0.66, 0.63]}
    folder = filled(tmp_path / "results", {("sst2", n, ""): arms for n in ("20", "100")})
    report(Options(folder, out=tmp_path / "out", figures=False))
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    place = text[text.index("<div data-choices>") : text.index("<script>")]
    found = re.findall(r'data-metric="([^"]+)" data-labels="([^"]+)" data-baseline="([^"]+)"', place)
    assert found == [("accuracy", f"N = {n}", against) for against in ("ce", "probe") for n in (20, 100)]  # the noise floor is no baseline
    assert "hidden" not in place[: place.index("</details>")]
    assert place.count('<th scope="row">scl</th>') >= 4
    assert "+3.3 [" in place  # scl against ce, three pairs: 0.04, 0.04, 0.02
    script = text[text.index("<script>") :]
    assert all(part in script for part in ('createElement("label")', 'createElement("select")', '"role", "status"'))


def test_many_lines_about_files_or_deviations_are_folded_behind_the_first():
    text = page("Report", [], ["LEFT OUT: 4 files", *(f"file {i}" for i in range(4))], ["Registered: 2 deviations.", "- one", "- two"])
    head = text[: text.index("<main")]
    assert "<summary>LEFT OUT: 4 files</summary>" in head
    assert head.index("<details") < head.index("file 0") < head.index("file 3") < head.index("</details>")
    assert "<summary>Registered: 2 deviations.</summary>" in head
    assert "<li>two</li>" in head


def test_the_tables_of_an_unfinished_study_are_folded(tmp_path, filled):
    """Numbers of single runs that stand open beside a registered question would pass for its answer."""
    cells = {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.7, None]}}
    report(Options(filled(tmp_path / "results", cells, suite="study"), out=tmp_path / "out", figures=False))
    main = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").partition("<main")[2]
    assert "Interim: 3 of 4 runs of this part are finished." in main
    assert main.index("<details>") < main.index("<table")


def test_long_tables_of_tasks_are_folded_and_a_part_of_a_study_with_its_answers_elsewhere_too(tmp_path, filled):
    arms = {"ce": [0.6, 0.62], **{arm: [0.61, 0.65] for arm in ("scl", "scl-placebo", "scl-simcse", "cat", "ce-null", "probe")}}
    cells = {(task, "20", ""): arms for task in ("sst2", "trec", "subj", "snips", "ag_news", "sst5", "amazon")}
    folder = filled(tmp_path / "results", cells, suite="study")
    filled(folder, {("sst2", "20", ""): {"ce": [0.7, 0.72], "scl": [0.7, 0.73]}}, suite="study", profile="laptop+crossed")
    report(Options(folder, out=tmp_path / "out", figures=False))
    main = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").partition("<main")[2]
    first, second = main.split("<section")[1:]
    assert (
        first.index("Q5, claim") < first.index("Task by task") < first.index("<div data-choices>") < first.index("<summary>sst2</summary>")
    )
    assert second.index('<details class="part">') < second.index("<summary>Suite study, profile laptop+crossed") < second.index("<table")
    assert "<h2>" not in second


def test_other_metrics_are_read_from_the_records(tmp_path, filled):
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.64, 0.66]}})
    store = RecordStore(folder)
    for record in list(store):
        store.write(record.model_copy(update={"metrics": {**record.metrics, "ece": 0.1 if record.spec.method.name == "ce" else 0.05}}))
    (block,) = read_results(folder).blocks
    found = {choice.metric: choice.table for choice in choices(analyse(block))}
    assert list(found) == ["accuracy", "ece"]
    assert found["ece"].rows[0].cells[1].value == pytest.approx(-0.05)
    assert "less is better" in found["ece"].caption
    assert "less is better" not in found["accuracy"].caption


def test_controls_can_be_the_baseline_and_other_metrics_belong_to_the_own_one(tmp_path, filled):
    arms = {arm: [0.6, 0.62] for arm in ("ce", "ce-null", "tfidf", "scl", "scl-placebo", "ce-matched")}
    folder = filled(tmp_path / "results", {("sst2", "20", ""): arms})
    store = RecordStore(folder)
    for record in list(store):
        store.write(record.model_copy(update={"metrics": {**record.metrics, "nll": 0.5}}))
    (block,) = read_results(folder).blocks
    found = [(choice.against, choice.metric) for choice in choices(analyse(block))]
    others = [(arm, "accuracy") for arm in ("ce-matched", "scl-placebo", "tfidf")]
    assert found == [("ce", "accuracy"), ("ce", "nll"), *others]


def test_print_and_links_unfold(out):
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "details::details-content" in text[text.index("@media print") :]
    assert {"beforeprint", "hashchange"} <= set(re.findall(r'addEventListener\("(\w+)"', text))
