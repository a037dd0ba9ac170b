"""Registration and discovery: what is found, what is told of a broken file, and that listing imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.plugins import discovery, registry
from benchmark.plugins.discovery import PluginPackage
from benchmark.plugins.entry import Entry, scan
from benchmark.plugins.plugin_loading import extensions, load_plugin
from benchmark.plugins.registry import Registry, methods

METHOD = '''
from dataclasses import dataclass
from benchmark import Method
from benchmark import methods

@methods.register("{name}")
@dataclass(frozen=True)
class Sample(Method):
    """A sample method.

    More about it.
    """
    weight: float = 0.5

    def phases(self, task):
        return []
'''


def entries(folder: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in scan(PluginPackage(folder.name, folder))}


def test_our_methods_and_baselines_are_found_without_importing_torch_or_numpy() -> None:
    code = (
        "import sys; from benchmark import methods; names = methods.names(); "
        "print(*names); print([m for m in ('torch', 'numpy', 'pandas', 'sklearn', 'pydantic') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=discovery.HOME).stdout.splitlines()
    assert {"scl", "cat", "ce", "tfidf", "majority"} <= set(out[0].split())
    assert out[1] == "[]"


def test_an_entry_tells_summary_and_origin(write: Callable[..., Path]) -> None:
    path = write("acme/one.py", METHOD.format(name="acme-one"))
    entry = entries(path.parent)["acme-one"]
    assert (entry.summary, entry.origin, entry.module, entry.error) == ("A sample method.", "acme/one.py:8", "acme.one", "")


def test_only_registrations_of_methods_count(write: Callable[..., Path]) -> None:
    path = write("acme/one.py", '@tasks.register("no")\nclass A: ...\n@registry.methods.register("yes")\nclass B: ...\n')
    assert list(entries(path.parent)) == ["yes"]


def test_a_file_that_does_not_parse_is_listed_with_its_error_and_harms_no_other(write: Callable[..., Path]) -> None:
    write("acme/good.py", METHOD.format(name="acme-good"))
    path = write("acme/bad.py", '@methods.register("acme-bad")\nclass Bad(:\n')
    found = entries(path.parent)
    assert found["acme-good"].error == ""
    assert found["acme-bad"].error.startswith("SyntaxError")
    assert found["acme-bad"].origin == "acme/bad.py:2"


def test_a_method_of_a_package_is_imported_when_used(write: Callable[..., Path]) -> None:
    write("acme/__init__.py", "")
    write("acme/one.py", METHOD.format(name="acme-one"))
    load_plugin("acme")
    assert "acme.one" not in sys.modules
    assert methods.get("acme-one").__name__ == "Sample"
    assert "acme.one" in sys.modules


def test_a_module_that_does_not_import_is_a_user_error_and_listed_with_it(write: Callable[..., Path]) -> None:
    write("acme/__init__.py", "")
    write("acme/one.py", "import no_such_library\n" + METHOD.format(name="acme-one"))
    load_plugin("acme")
    with pytest.raises(UserError, match=r"acme-one.*acme/one.py:9.*no_such_library"):
        methods.get("acme-one")
    assert "no_such_library" in methods.entry("acme-one").error
    assert methods.entry("ce").error == ""


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'scl'"):
        methods.get("sccl")


def test_a_name_registered_in_two_files_names_both_origins(write: Callable[..., Path]) -> None:
    write("acme/__init__.py", "")
    write("acme/one.py", METHOD.format(name="ce"))
    load_plugin("acme")
    with pytest.raises(UserError, match=r"'ce' is registered twice.*baselines/ce.py:\d+.*acme/one.py:8"):
        methods.names()


def test_a_name_registered_twice_in_a_process_is_refused() -> None:
    own = Registry()
    own.register("x")(type("A", (), {"__doc__": "First."}))
    with pytest.raises(UserError, match="'x' is registered twice"):
        own.register("x")(type("B", (), {}))


def test_a_module_loaded_anew_may_register_again() -> None:
    own = Registry()
    own.register("x")(type("A", (), {}))
    own.register("x")(type("A", (), {}))


def test_what_is_no_python_file_harms_no_other(write: Callable[..., Path], tmp_path: Path) -> None:
    """An editor's lock (a link that leads nowhere), a folder with the name of a file, a class that is its own base."""
    write("acme/__init__.py", "")
    write("acme/one.py", METHOD.format(name="acme-one"))
    write("acme/loop.py", "@methods.register('acme-loop')\nclass Loop(Loop):\n    pass\n")
    (tmp_path / "acme" / ".#one.py").symlink_to("somebody@somewhere.1234:5678")
    (tmp_path / "acme" / "folder.py").mkdir()
    load_plugin("acme")
    assert extensions("noise_kinds") is not None
    assert methods.get("acme-one").__name__ == "Sample"
    assert methods.entry("acme-loop").error.startswith("RecursionError")
    assert set(entries(tmp_path / "acme")) == {"acme-one", "acme-loop"}


@pytest.mark.parametrize("declared", ["None", "3", "{[]: 1}"])
def test_a_class_whose_controls_are_no_names_has_none(write: Callable[..., Path], declared: str) -> None:
    text = METHOD.format(name="acme-none").replace("    weight", f"    controls = {declared}\n    weight")
    assert entries(write("acme/one.py", text).parent)["acme-none"].controls == ()


def test_a_loaded_class_whose_controls_are_no_names_has_none(write: Callable[..., Path]) -> None:
    load_plugin(str(write("acme_none.py", METHOD.format(name="acme-none").replace("    weight", "    controls = None\n    weight"))))
    assert "acme-none" not in methods.selection("controls-of:scl")


FAMILY = '''
from dataclasses import dataclass
from typing import ClassVar
from benchmark import Family, Method, methods

@dataclass(frozen=True)
class Base(Method):
    """A base."""
    family: ClassVar[Family] = "control"
    def phases(self, task):
        return []

@methods.register("first-control")
@dataclass(frozen=True)
class First(Base):
    """A control by its base class."""
    controls = ("scl", "cat")

@methods.register("second-rival")
@dataclass(frozen=True)
class Second(Base):
    """A rival."""
    family = "rival"

@methods.register("third-paper")
@dataclass(frozen=True)
class Third(Method):
    """Undeclared."""
    def phases(self, task):
        return []
'''


def test_family_and_controls_are_read_without_importing_the_file(write: Callable[..., Path]) -> None:
    found = entries(write("acme_family/__init__.py", FAMILY).parent)
    read = {name: (entry.family, entry.controls) for name, entry in found.items()}
    expected = {"first-control": ("control", ("scl", "cat")), "second-rival": ("rival", ()), "third-paper": ("paper", ())}
    assert read == expected
    assert "acme_family" not in sys.modules


def test_what_is_read_of_shipped_methods_is_what_their_classes_say() -> None:
    for entry in methods.listing():
        if entry.package in ("methods", "baselines"):
            cls = methods.get(entry.name)
            assert (entry.family, entry.controls) == (cls.family, tuple(cls.controls)), entry.name
            assert entry.family in registry.FAMILIES
            assert set(entry.controls) <= set(methods.names()), entry.name


def test_a_family_or_the_controls_of_a_method_stand_for_their_names(write: Callable[..., Path]) -> None:
    load_plugin(str(write("family_selection.py", FAMILY)))
    assert "second-rival" in methods.selection("rival")
    assert "first-control" in methods.selection("control")
    assert "first-control" in methods.selection("controls-of:scl")
    assert "second-rival" not in methods.selection("controls-of:scl")
    assert methods.selection("scl") == ["scl"]
    with pytest.raises(UserError, match="third-paper"):
        methods.selection("controls-of:third-paper")
    with pytest.raises(UserError, match="Did you mean"):
        methods.selection("controls-of:sc1")
    with pytest.raises(UserError, match="Did you mean"):
        methods.selection("sc1")
