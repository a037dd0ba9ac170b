"""The upload, through the hub's own client, to a stand-in on this machine; a connection to any other place ends the process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UserError
from reports.release.hub_upload import hub_repository

ROOT = Path(__file__).resolve().parents[3]
LOOPBACK_ONLY = """
import os, sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in ("127.0.0.1", "::1"):
        os._exit(99)
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", b"127.0.0.1"):
        os._exit(98)
sys.addaudithook(watch)
from benchmark.cli.app import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def publish(hub: Any, few: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`publish --to hf://datasets/org/name` in a process of its own, with the stand-in for a hub."""

    def call(*words: str, token: str | None = "hf_stand_in") -> subprocess.CompletedProcess[str]:
        offline = dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "0")
        settings = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name != "HF_TOKEN"}
        environment = {**kept, **offline, **settings, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1780315200"}
        if token is not None:
            environment["HF_TOKEN"] = token
        line = [sys.executable, "-c", LOOPBACK_ONLY, "publish", "--results", str(few), "--to", "hf://datasets/org/name", *words]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=environment)

    return call


def test_a_release_goes_up_whole_and_a_later_one_replaces_it(publish: Any, hub: Any, few: Path, tmp_path: Path) -> None:
    done = publish()
    assert done.returncode == 0, done.stderr
    assert f"{hub.url}/datasets/org/name/commit/" in done.stdout
    assert hub.tokens == {"Bearer hf_stand_in"}
    assert [(one["name"], one["organization"], one["type"], one.get("visibility", one.get("private"))) for one in hub.made] == [
        ("name", "org", "dataset", "private")
    ]
    assert b"records/*.parquet" in hub.files["README.md"]
    assert {"records/sst2.parquet", "predictions/trec.parquet", "SHA256SUMS", "croissant.json"} <= set(hub.files)
    assert f'"url": "{hub.url}/datasets/org/name"'.encode() in hub.files["croissant.json"]
    assert set(hub.large.values()) == {content for path, content in hub.files.items() if path.endswith(".parquet")}

    hub.files["records/gone.parquet"] = b"of an earlier release"
    assert publish("--no-labels").returncode == 0
    assert "records/gone.parquet" not in hub.files


@pytest.mark.slow
def test_without_a_token_nothing_is_asked_and_the_user_reads_what_to_do(publish: Any, hub: Any) -> None:
    done = publish(token=None)
    assert done.returncode == 2
    assert "There is no token" in done.stderr
    assert "HF_TOKEN" in done.stderr
    assert hub.asked == []


@pytest.mark.slow
def test_files_of_somebody_else_are_left_alone(publish: Any, hub: Any) -> None:
    hub.files |= {"train.csv": b"text", ".gitattributes": b""}
    done = publish()
    assert done.returncode == 2
    assert "train.csv" in done.stderr
    assert set(hub.files) == {"train.csv", ".gitattributes"}


@pytest.mark.slow
def test_a_refusal_of_the_server_is_an_error_of_the_user(publish: Any, hub: Any) -> None:
    hub.refuse = "/commit/"
    done = publish()
    assert done.returncode == 2
    assert "The hub did not take the release" in done.stderr
    assert "Traceback" not in done.stderr


def test_addresses() -> None:
    assert hub_repository("hf://datasets/org/name") == "org/name"
    assert hub_repository("some/folder") is None
    for wrong in ("hf://models/org/name", "hf://datasets/name", "https://example.org/x", "hf://datasets/org/name/extra"):
        with pytest.raises(UserError, match="address of a dataset"):
            hub_repository(wrong)
