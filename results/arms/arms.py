"""What every arm costs beside cross-entropy, from the records of this folder: example passes and seconds.

    python -m benchmark run --suite results/arms/arms.toml --profile laptop --data-root DIR --results results/runs-arms --workers 2
    python -m benchmark archive --results results/runs-arms --out results/arms
    python results/arms/arms.py

Writes arms.md beside this file. Two seeds a task show that an arm runs and what it costs; they compare no scores.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from benchmark import load_results
from benchmark.plugins.registry import FAMILIES, methods

HERE = Path(__file__).parent
BASELINE = "ce"
CELL = ["task", "split_seed"]
UNITS = ["forward_examples", "backward_examples", "seconds"]
COLUMNS = (  # title, column of `costs`, format
    ("forward", "forward_examples", ".0f"),
    ("backward", "backward_examples", ".0f"),
    ("forward / ce", "forward_examples_ratio", ".2f"),
    ("backward / ce", "backward_examples_ratio", ".2f"),
    ("seconds", "seconds", ".1f"),
    ("seconds / ce", "seconds_ratio", ".2f"),
)


def costs(frame: pd.DataFrame) -> pd.DataFrame:
    """Per arm: runs, finished runs, runs with an alarm, mean passes and seconds of the finished ones, and their ratios to cross-entropy.

    A ratio is the mean over cells of arm / baseline in the same task and split, so that a long text weighs as much as a short one.
    """
    done = frame[frame["status"] == "done"].set_index(["variant", *CELL])[UNITS].astype(float)
    baseline = done.xs(BASELINE, level="variant")
    rows = {}
    for arm, runs in frame.groupby("variant", sort=False):
        finished = done.xs(arm, level="variant") if arm in done.index.get_level_values("variant") else done.iloc[:0]
        ratios = finished.div(baseline.reindex(finished.index)).mean() if len(finished) else pd.Series(index=UNITS, dtype=float)
        alarms = sum(bool(json.loads(text)) for text in runs["alarms"])
        rows[arm] = [len(runs), len(finished), alarms, *finished.mean()[UNITS], *ratios[UNITS]]
    names = ["runs", "finished", "alarms", *UNITS, *(f"{unit}_ratio" for unit in UNITS)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def table(found: pd.DataFrame, families: dict[str, str]) -> str:
    """The costs in Markdown, family by family.

    Args:
        found: `costs`.
        families: arm -> declared family.
    """
    lines = [
        "# What every arm costs beside cross-entropy",
        "",
        "sst2 and trec, 20 labels, two seeds, profile laptop (all-MiniLM-L6-v2, bf16, one thread), texts cut at 64 tokens,",
        "500 unlabelled texts: the settings of the study. Passes are texts through the encoder in training. Seconds are of training alone,",
        "with two workers beside each other. A ratio is the mean over cells of arm / `ce` in the same task and split. Two seeds compare no",
        "scores: none are shown. Other work of lower priority shared the two cores: seconds are upper bounds, ratios are what to read.",
        "Made by `arms.py` from the records of this folder.",
        "",
        "| family | arm | finished | with an alarm | " + " | ".join(title for title, _, _ in COLUMNS) + " |",
        "|:--|:--|--:|--:|" + "--:|" * len(COLUMNS),
    ]
    for family in FAMILIES:
        for arm in (name for name in found.index if families[name] == family):
            row = found.loc[arm]
            cells = [
                f"{row['finished']:.0f} of {row['runs']:.0f}",
                f"{row['alarms']:.0f}",
                *(f"{row[name]:{form}}" for _, name, form in COLUMNS),
            ]
            lines.append(f"| {family} | {arm} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the archive and write the table."""
    found = costs(load_results(HERE))
    families = {str(arm): methods.entry(str(arm)).family for arm in found.index}
    (HERE / "arms.md").write_text(table(found, families), encoding="utf-8")


if __name__ == "__main__":
    main()
