"""Every recipe of docs/recipes runs: methods through the conformance suite, the others in the place that they are written for."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark import UserError, check, load_results, noise_kinds, plan, report, report_tables, run
from benchmark.metrics.metric import measure
from benchmark.plugins import plugin_loading
from benchmark.plugins.plugin_loading import extensions, load_plugin

FOLDER = Path(__file__).parents[2] / "docs" / "recipes"
METHODS = {
    "rdrop.py": "recipe-rdrop",
    "fgm.py": "recipe-fgm",
    "short_texts_first.py": "recipe-short-first",
    "memory_bank.py": "recipe-memory-bank",
}
OTHERS = {"capital_letters.py", "geometric_mean.py", "drift_table.py"}
SMOKE = {"suite": "glue-fewshot", "profile": "smoke", "tasks": "sst2", "seeds": "1", "workers": 1}


@pytest.fixture(autouse=True)
def unregistered() -> Iterator[None]:
    """Takes what a test registers out again: other tests count what there is."""
    files = dict(plugin_loading._loaded)
    yield
    for module in set(plugin_loading._loaded) - set(files):
        plugin_loading.unload(module)
    for point in (noise_kinds, report_tables):
        for name in point.plugin_names():
            point.remove(name)


def test_every_recipe_is_tested_here_and_shown_in_the_cookbook() -> None:
    recipes = {path.name for path in FOLDER.glob("*.py")}
    assert recipes == {*METHODS, *OTHERS}
    assert recipes == set(re.findall(r"^docs/recipes/(\w+\.py)$", (FOLDER.parent / "cookbook.md").read_text(), re.M))


@pytest.mark.parametrize("file", METHODS)
def test_a_method_passes_the_conformance_suite(file: str) -> None:
    assert [f"{result.name}: {result.detail}" for result in check(METHODS[file], [str(FOLDER / file)]) if not result.passed] == []


def test_a_noise_kind_is_listed_with_its_levels_and_used(tmp_path: Path) -> None:
    file = str(FOLDER / "capital_letters.py")
    options = SMOKE | {"methods": "tfidf", "plugin": [file], "results": str(tmp_path / "results"), "cache": str(tmp_path / "cache")}
    run(**options, noise="capital-letters:0.5,none")
    load_plugin(file)
    listed = next(found for found in extensions("noise_kinds") if found.name == "capital-letters")
    assert (listed.facts["lowest"], listed.facts["highest"]) == (0.001, 1.0)
    records = [json.loads(path.read_text()) for path in (tmp_path / "results" / "records").rglob("*.json")]
    noised = next(record for record in records if record["spec"]["noise"])
    assert re.fullmatch(r"[0-9a-f]{64}", noised["spec"]["noise"]["code"])
    assert set(load_results(tmp_path / "results")["status"]) == {"done"}


def test_the_code_of_a_noise_kind_is_in_the_key(tmp_path: Path) -> None:
    def key(name: str, text: str) -> str:
        file = tmp_path / f"{name}.py"
        file.write_text(text.replace("capital-letters", name))
        return plan(**SMOKE, methods="tfidf", plugin=[str(file)], noise=f"{name}:0.5").runs[0].spec.noise.code  # type: ignore[union-attr]

    text = (FOLDER / "capital_letters.py").read_text()
    assert key("capitals-a", text) != key("capitals-b", text.replace("number < level", "number <= level"))


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(UserError, match="registered twice"):
        noise_kinds.register("char", description="", unit="letters", lowest=0, highest=1)(lambda text, level, draw: None)


def test_a_table_is_part_of_the_report_and_one_that_raises_is_reported(tmp_path: Path) -> None:
    results = tmp_path / "results"
    run(**SMOKE, methods="ce,scl", results=str(results), cache=str(tmp_path / "cache"))
    load_plugin(str(FOLDER / "drift_table.py"))
    broken = tmp_path / "broken_table.py"
    broken.write_text(
        'from benchmark import report_tables\n\n@report_tables.register("broken")\ndef broken(frame):\n    """Broken."""\n    1 / 0\n'
    )
    load_plugin(str(broken))
    made = report(results, tmp_path / "report", figures=False)
    tables = {path.name: path for path in made.files if path.suffix == ".csv"}
    drift = next(path for name, path in tables.items() if name.startswith("plugin-drift."))
    rows = list(csv.DictReader(io.StringIO(drift.read_text())))
    assert [row["row"] for row in rows if row["column"] == "drift"] == ["ce", "scl"]
    assert all(float(row["value"]) > 0 for row in rows if row["column"] == "drift")
    assert "division by zero" in next(path for name, path in tables.items() if name.startswith("plugin-broken.")).read_text()


def test_a_metric_script_scores() -> None:
    import numpy as np

    scores = np.eye(2, dtype=np.float32)[[0, 0, 1, 0]]
    values = measure(np.array([0, 0, 1, 1]), scores, [f"evaluate:{FOLDER / 'geometric_mean.py'}"])
    assert values["geometric_mean"] == pytest.approx(math.sqrt(1.0 * 0.5))
