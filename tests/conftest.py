"""What every test gets: no network, one thread, an own cache, and the real data where it is at hand.

Nothing here imports torch: a test that needs none stays fast.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
CACHE = "BENCHMARK_TEST_CACHE"  # set by the first process; xdist workers and subprocesses inherit it

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
SINGLE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
UNSET = ("BENCHMARK_DATA_ROOT", "PYTEST_ADDOPTS")  # a developer's own settings must not change what a test or its subprocess sees

# Before any test module is imported: torch and the hub libraries read these once.
os.environ.update(OFFLINE | SINGLE_THREAD)
for name in UNSET:
    os.environ.pop(name, None)

hypothesis.settings.register_profile("benchmark", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("benchmark")


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole test run a cache folder of its own, so that it neither reads nor fills the user's."""
    if CACHE not in os.environ:
        os.environ[CACHE] = tempfile.mkdtemp(prefix="benchmark-tests-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(CACHE), ignore_errors=True))
    os.environ["XDG_CACHE_HOME"] = os.environ[CACHE]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests leave torch at one thread, whatever the code under test set; torch is not imported for it."""
    yield
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The local mirror of real datasets; the test is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data: ../shared/data is absent")
    return folder


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """An empty results folder of this test alone."""
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty phase cache of this test alone."""
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder
