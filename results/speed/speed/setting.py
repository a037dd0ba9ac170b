"""Under which conditions everything of one call is measured: both sides get the same."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Args:
        repeats: how often each whole program is started; the median counts.
        steps: optimizer steps of 16 rows.
        test_rows, many_rows: most test sentences of the short and of the long scoring.
        seeds: runs in both precisions.
        runs: runs of the throughput measurement, an even number.
        grid_tasks, grid_seeds: of the default grid; None: all.
    """

    repeats: int = 3
    steps: int = 60
    test_rows: int = 872
    many_rows: int = 2000
    seeds: int = 5
    runs: int = 12
    grid_tasks: tuple[str, ...] | None = None
    grid_seeds: int | None = None


QUICK = Sizes(repeats=1, steps=20, test_rows=200, many_rows=400, seeds=2, runs=4, grid_tasks=("sst2",), grid_seeds=1)


@dataclass(frozen=True)
class Setting:
    """The conditions of one call.

    Args:
        scratch: an empty folder for results, caches and job files.
        data_root: the mirror of real data, or None: the embedded sentences.
        threads: of a single run on either side.
        encoder: name or folder, as the suite takes it.
        precision: of our runs and of the tuned peers.
    """

    scratch: Path
    sizes: Sizes = Sizes()
    data_root: Path | None = DATA if DATA.is_dir() else None
    threads: int = 2
    device: str = "cpu"
    encoder: str = "all-minilm-l6-v2"
    precision: str = "bf16"

    @property
    def data(self) -> str:
        """What is classified, for people."""
        return "real data (sst2, qnli)" if self.data_root else "embedded sentences (real data absent)"

    def folder(self, name: str) -> Path:
        """A fresh folder in the scratch folder."""
        number = len(list(self.scratch.glob(f"{name}-*")))
        made = self.scratch / f"{name}-{number}"
        made.mkdir()
        return made

    def profile(self, steps: int, test_rows: int, unlabelled: int = 0) -> Path:
        """A profile file that both sides' sizes come from."""
        file = self.folder("profile") / "speed.toml"
        table = ", ".join(f'"{shots}" = {steps}' for shots in (20, 100))
        lines = [
            'title = "the speed comparison"',
            f'encoder = "{self.encoder}"',
            f'data = "{"real" if self.data_root else "embedded"}"',
            'shots = ["20", "100"]',
            "seeds = 1",
            f"test_cap = {test_rows}",
            f"unlabelled = {unlabelled}",
            f'device = "{self.device}"',
            f'precision = "{self.precision}"',
            f"threads = {self.threads}",
            f"steps = {{ {table}, all = {steps} }}",
            f"stand_in = {str(self.data_root is None).lower()}",
        ]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file


def environment(threads: int) -> dict[str, str]:
    """The environment of every program that is measured, ours or a peer's: no network, and its threads."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    own = {
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(FOLDER))),
        "TRANSFORMERS_VERBOSITY": "error",
        "TQDM_DISABLE": "1",
    }
    return {name: value for name, value in os.environ.items() if name != "BENCHMARK_DATA_ROOT"} | offline | own
