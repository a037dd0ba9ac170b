"""The identity of code: comments and docstrings leave it, code changes it, wherever in the method's own modules it stands."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.plugins.code_hash import code_hash, collect
from benchmark.plugins.registry import methods

BASE = '''"""A module."""
from acme_loss import scale
class Method:
    """What it is."""
    def run(self):
        return scale(2)
'''
LOSS = "def scale(x):\n    return x + 1\n"


@pytest.fixture
def trees(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The trees of a plug-in file `acme.py` with another file beside it."""

    def make(base: str = BASE, loss: str = LOSS) -> dict[str, str]:
        (tmp_path / "acme.py").write_text(base)
        (tmp_path / "acme_loss.py").write_text(loss)
        return collect("benchmark_plugin_acme", tmp_path / "acme.py")

    return make


def test_files_beside_a_plug_in_belong_to_its_code(trees: Callable[..., dict[str, str]]) -> None:
    assert sorted(trees()) == ["acme_loss", "benchmark_plugin_acme"]


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("A module.", "Another text."),
        BASE.replace('    """What it is."""\n', ""),
        BASE.replace("return scale(2)", "return scale( 2 )  # twice"),
        "# a comment\n\n" + BASE,
    ],
)
def test_comments_docstrings_and_layout_do_not_change_it(text: str, trees: Callable[..., dict[str, str]]) -> None:
    assert trees(text) == trees(BASE)


@pytest.mark.parametrize("text", [BASE.replace("scale(2)", "scale(3)"), BASE.replace("scale(2)", "scale('2')"), BASE + "X = 1\n"])
def test_code_changes_it(text: str, trees: Callable[..., dict[str, str]]) -> None:
    assert trees(text) != trees(BASE)


def test_code_of_an_imported_file_changes_it(trees: Callable[..., dict[str, str]]) -> None:
    assert trees(loss=LOSS.replace("+ 1", "- 1")) != trees()
    assert trees(loss="# changed\n" + LOSS) == trees()


def test_our_methods_bring_their_losses_and_never_the_engine() -> None:
    path = importlib.util.find_spec("methods.scl").origin  # type: ignore[union-attr]
    found = collect("methods.scl", Path(str(path)))
    assert {"methods.scl", "methods.losses.supcon"} <= set(found)
    assert not [name for name in found if name.startswith(("benchmark", "torch", "numpy"))]


def test_methods_have_different_hashes_and_the_same_one_twice() -> None:
    scl, ce = methods.get("scl"), methods.get("ce")
    assert code_hash(scl) == code_hash(scl) != code_hash(ce)
    assert len(code_hash(scl)) == 64


def test_relative_imports_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "acme_pack"
    (folder / "losses").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "one.py": "from .losses import two\n",
        "losses/__init__.py": "",
        "losses/two.py": "from ..three import x\n",
    }.items():
        (folder / name).write_text(text)
    (folder / "three.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_pack", raising=False)
    assert {"acme_pack.one", "acme_pack.losses.two", "acme_pack.three"} <= set(collect("acme_pack.one", folder / "one.py"))


def test_where_the_engine_keeps_a_name_is_no_part_of_the_code(trees: Callable[..., dict[str, str]]) -> None:
    """A module of the engine moves: `from benchmark.old import Phase` becomes `from benchmark.new.room import Phase`."""
    before, after = ("from benchmark.old import Phase\n" + BASE, "from benchmark.new.room import Phase\n" + BASE)
    assert trees(before) == trees(after) == trees("import benchmark\n" + BASE) == trees(BASE)
    assert trees("from acme_loss import other\n" + BASE) != trees(BASE)


@pytest.mark.parametrize(
    "form", ["from benchmark import {} as Loss\n", "from benchmark import Phase, {} as Loss\n", "import benchmark.{} as Loss\n"]
)
def test_which_object_of_the_engine_bears_a_name_of_the_file_is_part_of_the_code(trees: Callable[..., dict[str, str]], form: str) -> None:
    assert trees(form.format("CrossEntropy") + BASE) != trees(form.format("SoftLabels") + BASE)


@pytest.mark.slow
def test_moving_an_engine_module_changes_no_hash_and_editing_a_loss_does(tmp_path: Path) -> None:
    """On a copy of the distribution: `supcon` keeps its code while the engine's `fine_tune` moves; one edited line of the loss shows."""
    root = Path(__file__).resolve().parents[3]
    for name in ("benchmark", "methods", "baselines"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    before = _hash_in(tmp_path)
    (tmp_path / "benchmark" / "training" / "fine_tune.py").rename(tmp_path / "benchmark" / "moved.py")
    for file in (tmp_path / "benchmark").rglob("*.py"):
        text = file.read_text()
        moved = text.replace("benchmark.training.fine_tune", "benchmark.moved").replace('"training.fine_tune"', '"moved"')
        file.write_text(moved)
    assert _hash_in(tmp_path) == before
    loss = tmp_path / "methods" / "losses" / "supcon.py"
    loss.write_text(loss.read_text() + "\nEXTRA = 1\n")
    assert _hash_in(tmp_path) != before


def _hash_in(folder: Path) -> str:
    code = "from benchmark.plugins.code_hash import code_hash; from benchmark import methods; print(code_hash(methods.get('scl')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()
