"""One command line in this process from an empty folder, and what a trap leaves when it is sprung."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest


class Trap:
    """Content that runs code when it is loaded carelessly: it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.mark,)  # type: ignore[return-value]

    @property
    def pickled(self) -> bytes:
        """As a pickle."""
        return pickle.dumps(self)

    @property
    def source(self) -> str:
        """As Python source."""
        return f"import pathlib\npathlib.Path({str(self.mark)!r}).touch()\n"

    @property
    def sprung(self) -> bool:
        """Whether it ran."""
        return self.mark.exists()


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path / "sprung")


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Exit code, and both streams."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    def call(*words: str) -> tuple[int, str]:
        from benchmark.cli.app import main

        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


@pytest.fixture
def encoder_folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder that looks like an encoder, with further entries in its config and without weights."""

    def make(**more: object) -> Path:
        folder = tmp_path / "encoder"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 8, **more}))
        (folder / "tokenizer.json").write_text("{}")
        return folder

    return make
