"""What is committed: nothing of the machine it was written on, no credentials, no data."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "cloud access key": r"\bAKIA[0-9A-Z]{16}\b",
    "code-hosting token": r"\b(?:ghp|gho|ghs|glpat|github_pat)[_-][A-Za-z0-9_]{20,}",
    "model-hub token": r"\bhf_[A-Za-z0-9]{30,}",
    "package-index token": r"\bpypi-[A-Za-z0-9_-]{40,}",
    "credentials in an address": r"://[^/\s:@\"']+:[^/\s@\"']+@",
}
LARGEST = 1_000_000  # bytes; a record of 10,000 test examples has 16 kB
LARGEST_REPORT = 10_000_000  # a page with all its figures in it, or every table of a study as data
REPORTS = ("report.html", "report.json")


@pytest.fixture(scope="module")
def committed(root: Path) -> list[Path]:
    """Every file that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [root / name for name in done.stdout.split("\0") if name and (root / name).is_file()]


def _with(committed: list[Path], pattern: str) -> list[str]:
    regex = re.compile(pattern)
    return [path.name for path in committed if regex.search(_text(path.read_bytes()))]


def _text(content: bytes) -> str:
    """A text as it stands; of other bytes the printable stretches, a line each: the rest of a figure would match by chance."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(stretch.decode("ascii") for stretch in re.findall(rb"[\x20-\x7e]{4,}", content))


def _places(root: Path) -> list[str]:
    """Folders of this machine that a file could only name by accident."""
    folders = {root, root.parent, Path.home(), Path(sys.prefix)}
    return sorted(f"{folder}/" for folder in folders if len(folder.parts) > 1)


def test_no_file_names_a_folder_of_this_machine(root: Path, committed: list[Path]) -> None:
    found = {place: _with(committed, r"(?<![\w.])" + re.escape(place)) for place in _places(root)}
    assert {place: files for place, files in found.items() if files} == {}


def test_no_file_names_this_machine(committed: list[Path]) -> None:
    host = socket.gethostname()
    if len(host) < 8 or host.startswith("localhost"):
        pytest.skip("the host name is too plain to look for")
    assert _with(committed, rf"\b{re.escape(host)}\b") == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"https://me:pa#^ss@example.org/x", True),
        ("https://mé:geheim€@example.org".encode(), True),
        (b"\x89PNG\xff\x00Source\x00https://me:secret@example.org\xfe", True),
        (b"https://example.org:80/@me", False),
        (b"\x89PNG\xff://h\x03\xfe:\xc3\x00@\xf0", False),
    ],
)
def test_credentials_are_found_in_texts_and_in_the_texts_of_other_files(tmp_path: Path, content: bytes, found: bool) -> None:
    (tmp_path / "file").write_bytes(content)
    assert (_with([tmp_path / "file"], SECRETS["credentials in an address"]) == ["file"]) == found


@pytest.mark.parametrize("kind", SECRETS)
def test_no_credentials(committed: list[Path], kind: str) -> None:
    assert _with([path for path in committed if path.name != Path(__file__).name], SECRETS[kind]) == []


def test_no_data_and_no_weights(committed: list[Path]) -> None:
    kinds = (".parquet", ".arrow", ".safetensors", ".bin", ".pt", ".pkl", ".h5")
    assert [path.name for path in committed if path.suffix in kinds and "results" not in {place.name for place in path.parents}] == []
    assert [path.name for path in committed if path.stat().st_size > (LARGEST_REPORT if path.name in REPORTS else LARGEST)] == []


def test_archives_of_results_hold_what_our_runs_write_and_nothing_else(committed: list[Path]) -> None:
    """Records, predictions, ids and labels are ours; a text of a data set is not."""
    import pyarrow.parquet as pq

    ours = {"records", "manifests", "splits", "testsets", "environments"}
    for path in (path for path in committed if path.suffix == ".parquet"):
        files = pq.read_table(path).column("file").to_pylist()
        assert {file.split("/")[0] for file in files} <= ours, path.name


def test_constraints_hold_no_place_to_install_from(root: Path) -> None:
    pins = [line for line in (root / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin) for pin in pins), "a pin is a name and a public version, nothing else"
    assert "torch==2.13.0" in pins
    assert not [pin for pin in pins if pin.startswith(("nvidia-", "triton", "cuda-"))], "they belong to one build of torch"
