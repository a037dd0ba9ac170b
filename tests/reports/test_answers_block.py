"""README's answers are the ones that `report` makes of the committed archive, byte for byte."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.errors import UserError
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import GitState
from benchmark.records.registration.registration import RegisteredRuns, Registration, write_registration
from benchmark.records.spec import SPEC_VERSION
from benchmark.records.store import RecordStore
from benchmark.version import NUMERICS
from reports.answers_block import BEGIN, END
from reports.figures.answers_forest import questions_forest
from reports.render.image import svg
from reports.report import Options, answers_block

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "results" / "study"


def test_readme_holds_the_answers_of_the_committed_archive() -> None:
    block, study = answers_block(ROOT / "README.md", Options(STUDY, registration=STUDY / "registration.json"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert block.markdown() in text, f"run: {block.command}"
    figure = questions_forest(study)
    drawn = set(re.findall(r">([^<>]+)</text>", svg(figure).decode())) if figure else set()
    there = set(re.findall(r">([^<>]+)</text>", (ROOT / block.figure).read_text(encoding="utf-8"))) if block.figure else set()
    assert there == drawn


TASKS = ("sst2", "sst5", "subj", "trec", "ag_news", "snips", "sentences", "amazon")
GAINS = {"ce": 0, "ce-null": 0.001, "scl": 0.05, "scl-placebo": 0.01, "scl-simcse": 0.02}


@pytest.fixture(scope="module")
def first_stage(tmp_path_factory: pytest.TempPathFactory, filled: Any) -> Path:
    """Stage 1 in small: three seeds on every task, and its registration."""
    folder = tmp_path_factory.mktemp("study")
    scores = {arm: [0.6 + gain, 0.65 + gain, 0.63 + 1.1 * gain] for arm, gain in GAINS.items()}
    filled(folder / "results", {(task, "20", ""): scores for task in TASKS}, suite="study")
    (manifest,) = RecordStore(folder / "results").manifests()
    assert isinstance(manifest, Manifest)
    runs = RegisteredRuns.of(manifest.model_copy(update={"design": {"stage": "1"}}), "first")
    later = RegisteredRuns(stage="3", profile="laptop", runs=1, digest="0" * 64, keys={"sst2 N=100 ce": "0" * 12})
    about: dict[str, Any] = {"numerics": NUMERICS, "spec_version": SPEC_VERSION, "environment": {}}
    registration = Registration(suite="study", code=GitState(commit="a" * 40), runs=(runs, later), **about)
    write_registration(folder / "registration.json", registration)
    return folder


def write_answers(folder: Path, readme: Path, **more: Any) -> Any:
    return benchmark.report(folder / "results", folder / "out", registration=folder / "registration.json", readme=readme, **more)


def test_the_block_takes_the_place_between_the_marks_and_no_other(first_stage: Path) -> None:
    readme = first_stage / "README.md"
    readme.write_text(f"# Before\n\n{BEGIN} -->\nformer text\n{END}\n\nafter\n")
    made = write_answers(first_stage, readme)
    text = readme.read_text()
    assert text.startswith(
        f"# Before\n\n{BEGIN} (`python -m benchmark report --results results --registration registration.json --readme README.md`) -->\n"
    )
    assert text.endswith(f"\n{END}\n\nafter\n")
    assert "former text" not in text
    assert "- **Q1, claim: SCL improves fine-tuning with few labels.** N = 20: credited: scl is above ce (+5.2 points" in text
    assert "8 tasks, 24 pairs of runs, also shown for a new task (" in text
    assert "no answer yet: N = 100 waits for" in text
    assert "](results/answers.svg)" in text
    assert {path.name for path in made.files} == {"README.md", "answers.svg"}
    assert not (first_stage / "out").exists()
    again = text
    write_answers(first_stage, readme)
    assert readme.read_text() == again


def test_one_run_less_takes_the_answer_and_its_figure_away(first_stage: Path) -> None:
    readme = first_stage / "README.md"
    readme.write_text(f"{BEGIN} -->\n{END}\n")
    records = sorted((first_stage / "results" / "records").glob("*/*.json"))
    content = records[0].read_bytes()
    records[0].unlink()
    try:
        write_answers(first_stage, readme, figures=False)
    finally:
        records[0].write_bytes(content)
    text = readme.read_text()
    assert "stage 1 (119 of 120 runs)" in text
    assert "**Q1, claim: SCL improves fine-tuning with few labels.** No answer yet: N = 20 waits for stage 1" in text
    assert "points" not in text.split("Credited:")[0]
    assert "answers.svg" not in text


def test_deviations_from_the_registration_are_named(first_stage: Path) -> None:
    given = Options(first_stage / "results", registration=first_stage / "registration.json")
    block, _ = answers_block(first_stage / "R.md", given)
    said = "Registered at commit aaaaaaaaaaaa before the first run; deviations other than runs not made yet: "
    assert block.registration.startswith(said)
    assert "environment" in block.registration


def test_a_run_that_stands_in_two_stages_is_counted_once(first_stage: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(first_stage, tmp_path / "copy"))
    (manifest,) = RecordStore(folder / "results").manifests()
    assert isinstance(manifest, Manifest)
    runs = RegisteredRuns.of(manifest.model_copy(update={"design": {"stage": "1"}}), "first")
    again = RegisteredRuns.of(manifest.model_copy(update={"design": {"stage": "6"}, "rows": manifest.rows[:5]}), "again")
    about: dict[str, Any] = {"numerics": NUMERICS, "spec_version": SPEC_VERSION, "environment": {}}
    (folder / "registration.json").unlink()
    registration = Registration(suite="study", code=GitState(commit="a" * 40), runs=(runs, again), **about)
    write_registration(folder / "registration.json", registration)
    given = Options(folder / "results", registration=folder / "registration.json")
    said = answers_block(folder / "R.md", given)[1].progress
    assert said.startswith(
        "Of 120 planned runs (5 of them in two stages) 120 are finished; complete: stages 1 (120 of 120 runs), 6 (5 of 5 runs)"
    )


def answered(folder: Path, *, registered: bool) -> list[str]:
    """What is answered of each question, without what waits for later stages."""
    registration = folder / "registration.json" if registered else None
    text = answers_block(folder / "R.md", Options(folder / "results", registration=registration))[0].markdown()
    return [line.split("; no answer yet")[0] for line in text.splitlines() if line.startswith("- **Q") and "N = 20: " in line]


@pytest.mark.parametrize("profile", ["laptop", "laptop*", "embedded"])
def test_runs_that_are_not_registered_are_part_of_no_answer(
    first_stage: Path, tmp_path: Path, make_spec: Any, make_record: Any, profile: str
) -> None:
    """More seeds under the same profile, or another profile with the same encoder: they were pooled, or stopped the report."""
    folder = Path(shutil.copytree(first_stage, tmp_path / "copy"))
    before = answered(folder, registered=True)
    seeds = range(3, 6) if profile == "laptop" else range(6)
    budget = make_spec("ce", 0).budget.model_copy(update={"steps": 60 if profile == "laptop" else 61})
    store, rows = RecordStore(folder / "results"), []
    for arm, score in (("ce", 0.95), ("scl", 0.2)):
        for seed in seeds:
            spec = make_spec(arm, seed, budget=budget)
            source = "embedded" if profile == "embedded" else "mirror"
            rows.append(ManifestRow.of(spec, arm=arm, task_source=source, n_train=20, n_dev=20, n_test=200))
            store.write(make_record(store, spec, score))
    store.write_manifest(Manifest(suite="study", profile=profile, rows=tuple(rows)))
    assert len(before) == 2  # Q1 and Q4
    assert answered(folder, registered=True) == before
    if profile != "laptop":  # without a registration more seeds of the same profile are a longer plan
        assert answered(folder, registered=False) == before


@pytest.mark.parametrize("text", ["no marks", f"{BEGIN} -->\n", f"{END}\n"])
def test_a_document_without_both_marks_is_left_alone(first_stage: Path, text: str) -> None:
    readme = first_stage / "OTHER.md"
    readme.write_text(text)
    with pytest.raises(UserError, match="no place for the answers"):
        write_answers(first_stage, readme)
    assert readme.read_text() == text


def test_results_without_a_study_have_no_answers(tmp_path: Path, filled: Any) -> None:
    folder = filled(tmp_path / "results", {("sst2", "20", ""): {"ce": [0.6, 0.62], "scl": [0.64, 0.66]}})
    with pytest.raises(UserError, match="no suite with a registered analysis"):
        benchmark.report(folder, tmp_path / "out", readme=tmp_path / "README.md")
