"""Two results folders, run by run: are predictions, metrics and stored probabilities equal bit for bit, whatever the keys are?

    python results/speed/same_predictions.py BEFORE AFTER

For a change that moves keys (another spec version or code hash) and is to move no number. Runs are matched by task, shots, method and
seeds. Ends with 1 if any differs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

Run = tuple[str, str, str, int, int | None]


def results_of(folder: Path) -> dict[Run, tuple[str, ...]]:
    """(task, shots, method, split seed, seed) -> predictions, metrics, development metrics, SHA-256 of the stored probabilities."""
    found = {}
    for file in folder.glob("records/*/*.json"):
        record = json.loads(file.read_bytes())
        spec, kept = record["spec"], record.get("probabilities")
        run = (spec["task"]["name"], spec["split"]["shots"], spec["method"]["name"], spec["split"]["split_seed"], spec["seed"])
        probabilities = hashlib.sha256((folder / kept["file"]).read_bytes()).hexdigest() if kept else ""
        values = (json.dumps(record.get(name), sort_keys=True) for name in ("predictions", "metrics", "dev_metrics"))
        found[run] = (*values, probabilities)
    return found


def main(before: str, after: str) -> int:
    """Print one line per run, and say how many are equal."""
    first, second = results_of(Path(before)), results_of(Path(after))
    shared = sorted(first.keys() & second.keys(), key=str)
    for run in shared:
        print("equal  " if first[run] == second[run] else "DIFFERS", *run)
    equal = sum(first[run] == second[run] for run in shared)
    print(f"{equal} of {len(shared)} runs are equal bit for bit; {len(first.keys() ^ second.keys())} stand in one folder alone")
    return int(equal < len(shared) or not shared)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
