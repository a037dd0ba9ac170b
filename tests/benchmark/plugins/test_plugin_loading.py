"""Loading a plug-in: a file or a module, edited or broken, and the modules beside it."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark import noise_kinds, report_tables
from benchmark.errors import UserError
from benchmark.plugins import discovery
from benchmark.plugins.code_hash import code_hash
from benchmark.plugins.plugin_loading import FILE_MODULE, load_plugin, plugin_source, unload
from benchmark.plugins.registry import build, methods

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


def test_a_plug_in_file_registers_and_its_text_is_hashed(write: Callable[..., Path]) -> None:
    path = write("acme_file.py", METHOD.format(name="acme-file"))
    load_plugin(str(path))
    load_plugin(str(path))
    assert methods.get("acme-file").__module__ == FILE_MODULE + "acme_file"
    assert plugin_source("acme-file") == (path.read_text(), hashlib.sha256(path.read_bytes()).hexdigest())
    assert plugin_source("ce") is None


def test_a_method_of_a_plug_in_file_travels_to_a_worker_process(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write("acme_travel.py", METHOD.format(name="acme-travel"))
    load_plugin(str(path))
    (tmp_path / "pickled").write_bytes(pickle.dumps(build("acme-travel", {"weight": "0.25"})))
    code = (
        "import pickle, sys; from benchmark.plugins.code_hash import code_hash; "
        "from benchmark.plugins.plugin_loading import load_plugin; load_plugin(sys.argv[1]); "
        "method = pickle.load(open(sys.argv[2], 'rb')); print(method.weight, code_hash(type(method)))"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "pickled")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=discovery.HOME)
    assert done.stdout.split() == ["0.25", code_hash(methods.get("acme-travel"))]


def test_a_plug_in_file_may_import_the_files_beside_it(tmp_path: Path, write: Callable[..., Path]) -> None:
    write("elsewhere/acme_loss.py", "SCALE = 2.0\n")
    path = write("elsewhere/acme_user.py", "from acme_loss import SCALE\n" + METHOD.format(name="acme-user"))
    load_plugin(str(path))
    assert "acme-user" in methods.names()


BESIDE = """
from acme_loss import SCALE
from benchmark import Method, methods
from dataclasses import dataclass

@methods.register("acme-user")
@dataclass(frozen=True)
class Sample(Method):
    weight: float = SCALE

    def phases(self, task):
        return []
"""


def test_a_plug_in_file_is_executed_again_when_a_file_beside_it_was_edited(write: Callable[..., Path]) -> None:
    beside = write("elsewhere/acme_loss.py", "SCALE = 2.0\n")
    path = write("elsewhere/acme_user.py", BESIDE)
    load_plugin(str(path))
    first, code = methods.get("acme-user"), code_hash(methods.get("acme-user"))
    load_plugin(str(path))
    assert methods.get("acme-user") is first
    beside.write_text("SCALE = 3.00  # of another length: bytecode of the same second is not taken for it\n")
    load_plugin(str(path), edited=False)
    assert methods.get("acme-user") is first, "a worker keeps what was planned"
    load_plugin(str(path))
    assert build("acme-user").params() == {"weight": 3.0}
    assert code_hash(methods.get("acme-user")) != code
    beside.write_text("SCALE = (\n")
    with pytest.raises(UserError, match="SyntaxError"):
        load_plugin(str(path))
    assert "acme-user" not in methods.names()


def test_plug_ins_that_share_a_file_beside_them_share_one_version_of_it(write: Callable[..., Path]) -> None:
    beside = write("elsewhere/acme_loss.py", "SCALE = 2.0\nclass Part: ...\n")
    first = write("elsewhere/acme_first.py", BESIDE.replace("acme-user", "acme-first").replace("import SCALE", "import SCALE, Part"))
    second = write("elsewhere/acme_second.py", BESIDE.replace("acme-user", "acme-second").replace("import SCALE", "import SCALE, Part"))
    load_plugin(str(first))
    beside.write_text("SCALE = 3.00\nclass Part: ...  # edited before the second one is loaded\n")
    load_plugin(str(second))
    assert build("acme-second").params() == {"weight": 3.0}
    load_plugin(str(first))
    parts = [sys.modules[methods.get(name).__module__].Part for name in ("acme-first", "acme-second")]
    assert parts[0] is parts[1] is sys.modules["acme_loss"].Part, "what pickles by name must be found by it"
    assert build("acme-first").params() == {"weight": 3.0}


def test_a_module_of_the_name_from_elsewhere_stays(write: Callable[..., Path]) -> None:
    """`acme_loss` was imported from another folder before: the plug-in got that one, and editing the file beside it unloads nothing."""
    write("acme_loss.py", "SCALE = 2.0\n")
    beside = write("elsewhere/acme_loss.py", "SCALE = 5.0\n")
    path = write("elsewhere/acme_user.py", BESIDE)
    load_plugin(str(path))
    loaded = sys.modules["acme_loss"]
    beside.write_text("SCALE = 6.0\n")
    load_plugin(str(path))
    assert sys.modules["acme_loss"] is loaded


@pytest.mark.parametrize("text", ["import no_such_library", "def broken(:", "raise RuntimeError('at import')", "raise SystemExit(4)"])
def test_a_plug_in_file_that_does_not_import_is_a_user_error(text: str, write: Callable[..., Path]) -> None:
    path = write("acme_broken.py", METHOD.format(name="acme-broken") + text + "\n")
    with pytest.raises(UserError, match=r"acme_broken\.py.*does not import"):
        load_plugin(str(path))
    assert "acme-broken" not in methods.names()


def test_a_plug_in_file_that_was_edited_is_executed_again(write: Callable[..., Path]) -> None:
    text = METHOD.format(name="acme-edited")
    path = write("acme_edited.py", text)
    load_plugin(str(path))
    first, code = methods.get("acme-edited"), code_hash(methods.get("acme-edited"))
    load_plugin(str(path))
    assert methods.get("acme-edited") is first
    later = text.replace("0.5", "0.7") + "print('loaded')\n"
    path.write_text(later)
    assert plugin_source("acme-edited") == (text, hashlib.sha256(text.encode()).hexdigest()), "what was executed, not what is there now"
    load_plugin(str(path), edited=False)
    assert methods.get("acme-edited") is first, "a worker keeps what was planned"
    load_plugin(str(path))
    assert build("acme-edited").params() == {"weight": 0.7}
    assert code_hash(methods.get("acme-edited")) != code
    assert plugin_source("acme-edited") == (later, hashlib.sha256(later.encode()).hexdigest())
    path.write_text(later + "1 / 0\n")
    with pytest.raises(UserError, match="ZeroDivisionError"):
        load_plugin(str(path))
    assert "acme-edited" not in methods.names()


def test_what_a_plug_in_prints_when_it_is_imported_is_no_output(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    load_plugin(str(write("acme_prints.py", "print('from a file')\n" + METHOD.format(name="acme-prints"))))
    write("acme/__init__.py", "print('from a package')\n")
    write("acme/one.py", "print('from a module')\n" + METHOD.format(name="acme-one"))
    load_plugin("acme")
    methods.get("acme-one")
    assert capsys.readouterr() == ("", "from a file\nfrom a package\nfrom a module\n")


EXTENDS = """
from benchmark import noise_kinds, report_tables

@noise_kinds.register("acme-noise", description="", unit="letters", lowest=0.1, highest=0.9)
def edit(text, level, draw):
    pass

@report_tables.register("acme-table")
def table(frame):
    pass

"""


def test_of_a_plug_in_file_that_fails_half_way_nothing_stays(write: Callable[..., Path]) -> None:
    path = write("acme_half.py", EXTENDS + "1 / 0\n")
    with pytest.raises(UserError, match="ZeroDivisionError"):
        load_plugin(str(path))
    assert "acme-noise" not in noise_kinds
    assert "acme-table" not in report_tables
    path.write_text(EXTENDS)
    load_plugin(str(path))
    assert ("acme-noise" in noise_kinds, "acme-table" in report_tables) == (True, True)
    unload(FILE_MODULE + "acme_half")
    assert ("acme-noise" in noise_kinds, "acme-table" in report_tables) == (False, False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no/such/file.py", "no/such"),
        ("no_such_module_at_all", "no_such"),
        ("acme_without_ending", r"its name ends in \.py"),
        ("sys", "a part of Python itself"),
    ],
)
def test_what_is_no_plug_in_is_a_user_error(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, given: str, said: str) -> None:
    monkeypatch.chdir(write("acme_without_ending", "").parent)
    with pytest.raises(UserError, match=said):
        load_plugin(given)


def test_two_plug_in_files_of_one_name_are_refused(write: Callable[..., Path]) -> None:
    first = write("a/acme_same.py", METHOD.format(name="acme-a"))
    second = write("b/acme_same.py", METHOD.format(name="acme-b"))
    load_plugin(str(first))
    with pytest.raises(UserError, match="share the name"):
        load_plugin(str(second))
