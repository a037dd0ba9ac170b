"""Nothing that is loaded can run code: only safetensors, no pickles, no remote code, no stray plug-in."""

from __future__ import annotations

import ast
import hashlib
import io
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors import SafetensorError

from benchmark.data.noise.marian import load_leg
from benchmark.metrics.stored_scores import StoredScores
from benchmark.records.atomic_files import dump_checksummed
from benchmark.records.manifest import Manifest, ManifestRow
from benchmark.records.record import Predictions, RunRecord
from benchmark.records.spec import Compute, MethodSpec, RunSpec, SplitSpec, TaskSpec
from benchmark.records.store import RecordStore
from benchmark.running.phase_cache import PhaseCache
from reports.results.blocks import read_results
from reports.results.kept_vectors import kept_vectors

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("benchmark", "methods", "baselines", "reports")
Bench = Callable[..., tuple[int, str]]
SMOKE = ("run", "--suite", "glue-fewshot", "--profile", "smoke", "--tasks", "sst2", "--seeds", "1", "--methods", "ce")


def test_the_trap_works(trap: Any) -> None:
    """Else the tests below could not fail."""
    pickle.loads(trap.pickled)
    assert trap.sprung


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.ckpt"])
def test_an_encoder_folder_with_pickled_weights_is_refused(bench: Bench, encoder_folder: Any, trap: Any, name: str) -> None:
    folder = encoder_folder()
    (folder / name).write_bytes(trap.pickled)
    code, said = bench(*SMOKE, "--encoder", str(folder))
    assert (code, trap.sprung) == (2, False), said
    assert "safetensors" in said


def test_a_pickle_under_the_name_of_safetensors_is_not_run(bench: Bench, encoder_folder: Any, trap: Any) -> None:
    folder = encoder_folder()
    (folder / "model.safetensors").write_bytes(trap.pickled)
    code, _ = bench(*SMOKE, "--encoder", str(folder))
    assert code != 0
    assert not trap.sprung


def test_code_that_comes_with_an_encoder_is_not_run(bench: Bench, encoder_folder: Any, trap: Any) -> None:
    """`auto_map` is how a folder asks transformers to import its own files."""
    import torch
    from safetensors.torch import save_file

    maps = {"AutoConfig": "configuration_evil.EvilConfig", "AutoModel": "modeling_evil.EvilModel", "AutoTokenizer": "evil.EvilTokenizer"}
    folder = encoder_folder(auto_map=maps)
    for kind in ("bert", "evil"):
        config = (folder / "config.json").read_text()
        (folder / "config.json").write_text(config.replace('"bert"', f'"{kind}"'))
        for name in ("configuration_evil.py", "modeling_evil.py", "evil.py", "__init__.py"):
            (folder / name).write_text(trap.source)
        save_file({"weight": torch.zeros(1)}, folder / "model.safetensors")
        bench(*SMOKE, "--encoder", str(folder))
        assert not trap.sprung


def test_a_phase_cache_that_holds_a_pickle_holds_nothing(tmp_path: Path, trap: Any) -> None:
    """The pickle has its own hash in the entry, as somebody would write it who knows the format."""
    from safetensors.torch import save

    cache, key = PhaseCache(tmp_path, 10**6), "ab" * 32
    (tmp_path / key[:2]).mkdir()

    def put(content: bytes) -> None:
        entry = {"key": key, "sha256": hashlib.sha256(content).hexdigest(), "costs": []}
        (tmp_path / key[:2] / f"{key}.safetensors").write_bytes(content)
        (tmp_path / key[:2] / f"{key}.json").write_bytes(dump_checksummed(entry))

    put(save({}))
    assert cache.get(key) is not None
    put(trap.pickled)
    assert cache.get(key) is None
    assert not trap.sprung


def run_that_kept(root: Path, kind: str, array: NDArray[Any]) -> tuple[RecordStore, RunRecord]:
    """A results folder with one run that has an array in a side file, pickled where it holds objects."""
    spec = RunSpec(
        numerics=1,
        method=MethodSpec(name="ce", code="a" * 64),
        task=TaskSpec(name="sst2", data="b" * 64, n_classes=2, pair=False),
        split=SplitSpec(),
        compute=Compute(),
    )
    store, buffer = RecordStore(root), io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    told: dict[str, Any] = {
        "metrics": {"accuracy": 1.0},
        "predictions": Predictions.of([0, 1], 2),
        "n_test": 2,
        "testset": store.write_testset(range(2), [0, 1], ["a", "b"]),
        kind: store.write_side(spec.key, "npy", buffer.getvalue(), kind),  # type: ignore[arg-type]
    }
    record = RunRecord(key=spec.key, spec=spec, status="done", **told)
    store.write(record)
    store.write_manifest(Manifest(suite="s", profile="p", rows=(ManifestRow.of(spec, arm="ce", task_source="mirror"),)))
    return store, record


def test_probabilities_that_hold_objects_are_not_loaded(tmp_path: Path, trap: Any) -> None:
    for name, array, refused in [("plain", np.eye(2, dtype=np.float16), 0), ("objects", np.array([trap, trap], dtype=object), 1)]:
        store, record = run_that_kept(tmp_path / name, "probabilities", array)
        scores = StoredScores(store)
        assert scores(record) == ""
        assert [problem.file for problem in scores.problems] == [f"probabilities/{record.key}.npy"] * refused
    assert not trap.sprung


def test_representations_that_hold_objects_are_not_loaded(tmp_path: Path, trap: Any) -> None:
    for name, array, read in [("plain", np.eye(2, dtype=np.float16), 1), ("objects", np.array([trap, trap], dtype=object), 0)]:
        store, _ = run_that_kept(tmp_path / name, "representations", array)
        (block,) = read_results(store.root).blocks
        assert len(list(kept_vectors(block, "ce", block.cells[0]))) == read
    assert not trap.sprung


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """(place, name as written, call) of every call in our code."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), node


UNPICKLING = {f"{module}.{name}" for module in ("pickle", "cloudpickle", "dill", "joblib", "marshal") for name in ("load", "loads")}
RUNNING = {
    "torch.load",
    "yaml.load",
    "yaml.unsafe_load",
    "shelve.open",
    "pd.read_pickle",
    "pandas.read_pickle",
    "eval",
    "exec",
    "os.system",
}
ALLOWED = {
    "benchmark/checks/conformance.py": {"pickle.loads"},  # what this very process has just pickled
    "benchmark/contract/parameters.py": {"eval"},  # the annotation of a class that is imported already
}


def test_no_code_of_ours_unpickles_or_evaluates_what_it_reads() -> None:
    found = [
        f"{place}: {name}"
        for place, name, _ in calls()
        if name in UNPICKLING | RUNNING and name not in ALLOWED.get(place.split(":")[0], ())
    ]
    assert found == []


def test_every_array_is_loaded_and_saved_without_pickles() -> None:
    for place, name, call in calls():
        if name in ("np.load", "numpy.load", "np.save", "numpy.save"):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert given.get("allow_pickle") == "False", place


PICKLED = {"benchmark/data/noise/marian.py"}  # the hub's translation models have no safetensors; the next test holds what guards them


def test_remote_code_is_trusted_nowhere_and_every_encoder_comes_from_safetensors() -> None:
    loads = 0
    for place, name, call in calls():
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("trust_remote_code", "False") == "False", place
        if name.endswith("Model.from_pretrained") and place.split(":")[0] not in PICKLED:
            loads += 1
            assert given.get("use_safetensors") == "True", place
    assert loads


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_a_translation_model_with_a_pickle_that_runs_code_is_refused(
    tmp_path: Path, trap: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Tensors alone may come out of the file."""
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    monkeypatch.setattr(MarianTokenizer, "from_pretrained", lambda *_, **__: None)
    sizes = {"d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    config = MarianConfig(vocab_size=16, encoder_ffn_dim=8, decoder_ffn_dim=8, pad_token_id=0, decoder_start_token_id=0, **sizes)
    model = MarianMTModel(config)
    model.save_pretrained(tmp_path)
    assert load_leg(tmp_path).model.num_parameters() == model.num_parameters()
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / name).write_bytes(trap.pickled)
    with pytest.raises((pickle.UnpicklingError, SafetensorError)):
        load_leg(tmp_path)
    assert not trap.sprung


@pytest.mark.parametrize("name", ["stray_plugin.py", "methods.py", "baselines.py", "reports.py", "conftest.py", "sitecustomize.py"])
def test_a_file_that_lies_about_is_not_imported(bench: Bench, trap: Any, name: str) -> None:
    text = f'from benchmark import methods\n{trap.source}\n@methods.register("stray")\nclass Stray: ...\n'
    for place in (Path(), Path("results")):
        place.mkdir(exist_ok=True)
        (place / name).write_text(text)
    for words in (
        ("list", "methods"),
        (*SMOKE[:-1], "majority", "--results", "results", "--cache", "cache"),
        ("export", "--results", "results"),
    ):
        _, said = bench(*words)
        assert "stray" not in said.replace(str(Path.cwd()), "")
    assert not trap.sprung
    assert not any(getattr(module, "__file__", None) == str(Path(name).resolve()) for module in list(sys.modules.values()))
