"""Measured figures in the documents are those that a command wrote: each is looked up in the file of that command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmark.planning.adaptive.stopping_rule import StoppingRule

ROOT = Path(__file__).resolve().parents[2]
SPEED, CAT_VIEWS = "results/speed/results.md", "results/cat_views/cat_views.md"
RATES, STUDY = "results/simulations/error_rates.md", "results/simulations/study_procedure.md"

# Document, what it says, the file that a program wrote (its first lines name the program), and what stands there.
FIGURES = [
    ("README.md", "The 162 runs took 5 min 47 s", SPEED, r"profile embedded, 162 runs, whole command 347 s"),
    ("README.md", "at commit 2ac3220", SPEED, r"\| code \| 2ac3220"),
    ("docs/scaling.md", "a whole cross-entropy run takes a ninth of the time", SPEED, r"default Trainer script \|.*\| 9\.\d\d \|"),
    (
        "docs/scaling.md",
        "less than half of that of the same script tuned",
        SPEED,
        r"CE run: ours / tuned Trainer script.*\| 2\.\d\d \|",
    ),
    ("docs/scaling.md", "the default grid takes a quarter", SPEED, r"the grid of 162 runs.*\| 4\.\d\d \|"),
    ("docs/methods.md", "1 - cosine is 0.109 through the dropout redraw alone", CAT_VIEWS, r"\| dropout redrawn \| 0\.108[5-9]"),
    ("docs/methods.md", "0.046 through the attack", CAT_VIEWS, r"\| attack, sign 0\.005 \| 0\.046"),
    ("docs/methods.md", "0.002 through a random step", CAT_VIEWS, r"\| random direction, sign 0\.005 \| 0\.0017"),
    ("docs/methods.md", "0.005 raises CE by a fifth of a nat", CAT_VIEWS, r"\| attack, sign 0\.005 \|.*\| \+0\.20"),
    (
        "docs/statistics.md",
        "about twice as often as promised",
        RATES,
        r"pairs taken as independent \(not what we do\) \| \d+ \| 9\.\d%",
    ),
    ("docs/search.md", "about three times as often as they say", RATES, r"four looks at 5 % each \(not what we do\) \| \d+ \| 15\.\d%"),
    ("docs/search.md", "(15 % with four looks at 5 % each)", RATES, r"four looks at 5 % each \(not what we do\) \| \d+ \| 15\.\d%"),
    ("docs/search.md", "| 1 | 34.1 | 79 %, 36.2 seeds |", RATES, r"1 comparison, the planned effect \| \d+ \| 79\.\d%.*seeds 36\.2"),
    ("docs/search.md", "| 10 | 25.6 | 76 %, 40.9 seeds |", RATES, r"10 comparisons, the planned effect \| \d+ \| 75\.[5-9]%.*seeds 40\.9"),
    ("docs/search.md", "| 40 | 21.5 | 74 %, 42.2 seeds |", RATES, r"40 comparisons, the planned effect \| \d+ \| 74\.\d%.*seeds 42\.2"),
    ("docs/statistics.md", "it errs about one time in three", RATES, r"collapse at 10 %, Pitman-Morgan \(no guarantee\) \| \d+ \| 33\.\d%"),
    (
        "docs/statistics.md",
        "a gain of one point over all three was credited in 58 %",
        STUDY,
        r"160 pairs\), 1 points.*\| 58\.\d%",
    ),
    ("docs/statistics.md", "1.4 points in 96 %", STUDY, r"160 pairs\), 1\.4 points.*\| 96\.\d%"),
    ("docs/statistics.md", "with 80 pairs 1.4 points in 63 %", STUDY, r"N = 100 \(80 pairs\), 1\.4 points.*\| 63\.\d%"),
    ("docs/statistics.md", "(48 % where both numbers of labels have few pairs)", STUDY, r"N = 20 \(80 pairs\), 1\.4 points.*\| 48\.\d%"),
    ("docs/statistics.md", "2 points in 95 %", STUDY, r"N = 100 \(80 pairs\), 2 points.*\| 95\.\d%"),
    ("docs/statistics.md", "with 40 pairs 2 points in 53 %", STUDY, r"40 pairs\), 2 points.*\| 52\.[5-9]%"),
]


def flat(document: str) -> str:
    """A document's text in single blanks."""
    return re.sub(r"\s+", " ", (ROOT / document).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("document", "said", "written", "there"), FIGURES, ids=[f"{document}: {said}" for document, said, _, _ in FIGURES])
def test_a_figure_is_the_one_that_a_command_wrote(document: str, said: str, written: str, there: str) -> None:
    assert said in flat(document), "the sentence changed: change it here too"
    found = re.search(there, (ROOT / written).read_text(encoding="utf-8"))
    assert found, f"{written} says something else now: correct the document"


@pytest.mark.parametrize("written", sorted({written for _, _, written, _ in FIGURES}))
def test_a_file_of_figures_names_the_program_that_wrote_it(written: str) -> None:
    head = (ROOT / written).read_text(encoding="utf-8")[:600]
    program = re.search(r"(?:by|from) `(?:python )?(?:-m )?([\w./]+)", head)
    assert program
    name = program[1].removesuffix(".py").replace(".", "/").split("/")[-1]
    assert (ROOT / written).with_name(f"{name}.py").is_file()


UNITS = re.compile(r"(?<![\w.,-])\d[\d.,]* (?:s|min|minutes|seconds|nats?|MiB|milliseconds)\b")
NOT_MEASURED = {
    "docs/scaling.md": ["3.6 s", "4.3 s"],  # the sentence has the command and both commits
    "docs/statistics.md": ["2 nats"],  # ln 2, by arithmetic
}


@pytest.mark.parametrize("document", ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_a_time_or_a_size_in_a_document_has_a_command(document: str) -> None:
    """A figure with a unit of time, of memory or of a loss stands in the list above, or in one of sentences that name their command."""
    prose = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.S)
    prose = re.sub(r"<!-- (\w+): begin.*?<!-- \1: end -->", "", prose, flags=re.S)  # a program writes these blocks
    known = [said for where, said, _, _ in FIGURES if where == document]
    loose = [found for found in UNITS.findall(prose) if not any(found in said for said in known)]
    assert [found for found in loose if found not in NOT_MEASURED.get(document, [])] == []


def test_the_levels_of_looks_are_those_of_the_rule() -> None:
    rule, text = StoppingRule(), flat("docs/search.md")
    for seeds, level, futile in zip(rule.looks[:-1], rule.levels(1), rule.futile_from(1), strict=False):
        assert f"| {seeds} | {level:.4f} | {futile:.2f} |".replace(" 0.", " .") in text
    assert f"| {rule.looks[-1]} | {rule.levels(1)[-1]:.4f} | last look |".replace(" 0.", " .") in text
    assert f"{rule.effect(1):.2f} standard deviations of the paired differences for one comparison, {rule.effect(10):.2f} for ten" in text


def test_the_number_of_registered_runs_is_that_of_the_registration() -> None:
    """Every key once, though two stages may hold it; the alternatives among which a search chooses are no runs yet."""
    registered = json.loads((ROOT / "results" / "study" / "registration.json").read_text())
    parts = [part["keys"] for part in registered["runs"] if not part["choice"]]
    runs = {key for part in parts for keys in part.values() for key in keys.split()}
    tasks = {label.split()[0] for part in parts for label in part}
    assert (len(tasks), len(registered["analysis"]["tasks"])) == (10, 8), "the sentence in README.md says: ten tasks, eight of them"
    assert f"{len(runs):,} runs over ten tasks. The questions are asked on eight of them" in flat("README.md")
