"""The registered analysis of the study, and the mistakes that its file may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.config.analysis_plan import AnalysisPlan
from benchmark.config.toml_files import load_analysis
from benchmark.errors import UserError

GOOD = """
encoder = "all-minilm-l6-v2"
tasks = ["sst2", "trec"]
shots = ["20"]
[[questions]]
name = "Q1"
claim = "a method helps"
treatments = ["scl"]
comparisons = ["ce"]
stages = ["1"]
"""


def test_the_analysis_of_the_study() -> None:
    study = load_analysis("study")
    assert [question.name for question in study.questions] == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert (study.alpha, study.smallest_effect, study.correction, study.decided_by) == (0.05, 1.0, "holm", "these tasks")
    first, slope = study.questions[0], study.questions[4]
    assert first.comparisons == ("ce", "scl-placebo", "scl-simcse")
    assert (len(study.tasks_of(first)), study.shots_of(first)) == (8, ("20", "100"))
    assert (len(study.tasks_of(slope)), study.shots_of(slope)) == (5, ("20",))
    assert sorted(slope.layers.values()) == [0, 2, 4]
    assert study.cluster_of("sst2") == study.cluster_of("sst5") != study.cluster_of("trec") == "trec"


def test_an_analysis_survives_its_json() -> None:
    study = load_analysis("study")
    assert AnalysisPlan.model_validate_json(study.model_dump_json()) == study


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('comparisons = ["ce"]', 'comparisons = ["scl"]', "both a treatment"),
        ('comparisons = ["ce"]', 'comparisons = ["ce"]\nlayers = { a = 0, b = 2 }', "estimand `slope`"),
        ('comparisons = ["ce"]', 'comparisons = ["ce"]\nestimand = "slope"\nlayers = { a = 2, b = 2 }', "two different numbers"),
        ('shots = ["20"]', 'shots = ["20"]\nclusters = [["sst2", "mnli"]]', "tasks of the analysis"),
        ('comparisons = ["ce"]', 'comparisons = ["ce"]\ntasks = ["mnli"]', "lacks: mnli"),
        ('shots = ["20"]', 'shots = ["20"]\nalfa = 0.1', "Did you mean 'alpha'"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_analysis(path).questions[0].claim
    path = tmp_path / "wrong.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        load_analysis(path)


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(UserError, match="study"):
        load_analysis("studdy")
