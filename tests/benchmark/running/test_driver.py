"""Running a plan: nothing is lost, nothing is silent, and what is there is not done again (docs/protocol.md, rule 5)."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.errors import UserError
from benchmark.planning.dependencies import dependencies, group_by_shared_phase
from benchmark.planning.plan import make_plan
from benchmark.records.atomic_files import dump_checksummed, load_checksummed
from benchmark.records.frame import load_results
from benchmark.records.manifest import Manifest
from benchmark.records.record import RunRecord
from benchmark.records.store import RecordStore
from benchmark.running.driver import Interrupted, Summary, _together, run_plan, run_request
from benchmark.running.machine.provenance import git_state

Run = Callable[..., tuple[Any, dict[str, RunRecord]]]
Request = Callable[..., RunRequest]

BROKEN = '''
from dataclasses import dataclass
from benchmark import Method, Phase, Cost
from benchmark import methods

@dataclass(frozen=True)
class Fails(Phase):
    name = "fails"
    {body}
    def cost(self, task, budget):
        return Cost()

@methods.register("{name}")
@dataclass(frozen=True)
class Broken(Method):
    """A method that does not end well."""
    needs_encoder = False
    streams = frozenset()
    def phases(self, task):
        return [Fails()]
'''


def plugin(folder: Path, name: str, fit: str) -> str:
    body = f"def fit(self, state, data, context):\n        {fit}"
    file = folder / f"{name.replace('-', '_')}.py"
    file.write_text(BROKEN.format(name=name, body=body))
    return str(file)


def test_what_is_there_is_not_done_again(run_of: Run) -> None:
    first, records = run_of(methods="ce,tfidf")
    again, same = run_of(methods="ce,tfidf")
    assert (first.cached, again.cached) == (0, 2)
    assert records == same


def test_several_plans_count_each_run_once_and_as_it_ended_last() -> None:
    """Two trials of one arm fail at the first look; one of them is done at the second."""
    failure = ("sst2 N=8 ce", "RuntimeError: no luck")
    plan: Any = SimpleNamespace(runs=[SimpleNamespace(key=key, done=False) for key in "abc"])
    first = Summary(planned=3, done=1, failed=2, errors={"a": None, "b": failure, "c": failure})
    second = Summary(planned=3, done=2, cached=1, failed=1, errors={"a": None, "b": None, "c": failure})
    for looks, done, failures in (([first], 1, [failure, failure]), ([first, second], 2, [failure])):
        whole = _together([(plan, summary) for summary in looks])
        assert (whole.planned, whole.done, whole.failed, whole.cached) == (3, done, len(failures), 0)
        assert whole.failures == failures


def test_a_command_asks_for_the_commit_before_its_first_run(request_of: Request) -> None:
    """A commit that is checked out while the command goes on is not that of its code."""
    git_state.cache_clear()
    asked: list[int] = []

    def watching(plan: Any) -> Any:
        asked.append(git_state.cache_info().currsize)
        return _Quiet()

    run_request(request_of(methods="majority"), watching)
    assert asked == [1]


def test_a_session_reads_what_was_edited_between_two_commands(run_of: Run, tmp_path: Path) -> None:
    """A method's file and a data file, as in a notebook: neither plan nor run is of the earlier content."""
    rows = [f"{('good', 'bad')[n % 2]} film {n},{n % 2},{'test' if n > 40 else 'train'}" for n in range(60)]
    data = tmp_path / "mine.csv"
    given = {"tasks": "mine", "task_file": [f"mine={data}"], "methods": "constant-x", "seeds": "1"}
    scores = "state.predictor = lambda x: __import__('numpy').eye(2, dtype='float32')[[{}] * len(x)]"
    found = []
    for label, more in ((0, 0), (1, 0), (1, 3)):
        data.write_text("\n".join(["text,label,split", *rows, *rows[:more]]) + "\n")
        file = plugin(tmp_path, "constant-x", scores.format(label))
        summary, records = run_of(**given, plugin=[file])
        assert summary.failed == 0, summary.failures
        record = records["constant-x"]
        assert record.predictions is not None
        found.append((record.plugin, record.spec.task.data, set(record.predictions.ids())))
    assert [ids for _, _, ids in found] == [{0}, {1}, {1}]
    assert found[0][0] != found[1][0] == found[2][0]
    assert found[0][1] == found[1][1] != found[2][1]


def test_rerun_does_it_again(run_of: Run) -> None:
    run_of(methods="tfidf")
    again, _ = run_of(methods="tfidf", rerun=True)
    assert again.cached == 0


def test_a_run_that_fails_leaves_a_record_and_the_others_go_on(run_of: Run, tmp_path: Path) -> None:
    file = plugin(tmp_path, "raises-x", "raise RuntimeError('no luck')")
    summary, records = run_of(methods="raises-x,tfidf", plugin=[file])
    assert (summary.done, summary.failed, summary.exit_code) == (1, 1, 1)
    error = records["raises-x"].error
    assert error is not None
    assert (error.type, error.message) == ("RuntimeError", "no luck")
    assert str(tmp_path) not in error.traceback


def test_what_failed_is_run_again(run_of: Run, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    once = f"import pathlib; p = pathlib.Path({str(flag)!r}); there = p.exists(); p.touch(); assert there; "
    scores = "state.predictor = lambda x: __import__('numpy').ones((len(x), 2), dtype='float32')"
    file = plugin(tmp_path, "fails-once", once + scores)
    first, _ = run_of(methods="fails-once", plugin=[file])
    second, records = run_of(methods="fails-once", plugin=[file])
    assert (first.failed, second.failed) == (1, 0)
    assert records["fails-once"].status == "done"
    assert records["fails-once"].plugin is not None


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_run_alone(run_of: Run, tmp_path: Path) -> None:
    file = plugin(tmp_path, "kills-itself", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    summary, records = run_of(methods="kills-itself,tfidf,majority", plugin=[file], executor="local", workers=2)
    assert (summary.done, summary.failed) == (2, 1)
    assert records["kills-itself"].status == "killed"
    assert "died 2 times" in (records["kills-itself"].error.message if records["kills-itself"].error else "")


def test_scores_of_the_wrong_shape_are_an_error_of_the_run(run_of: Run, tmp_path: Path) -> None:
    file = plugin(tmp_path, "wrong-shape", "state.predictor = lambda x: __import__('numpy').ones((3, 2), dtype='float32')")
    _, records = run_of(methods="wrong-shape", plugin=[file])
    assert records["wrong-shape"].status == "failed"
    assert "a predictor returns float32 [60, 2]" in (records["wrong-shape"].error.message if records["wrong-shape"].error else "")


def test_scores_that_are_not_finite_raise_the_alarm(run_of: Run, tmp_path: Path) -> None:
    file = plugin(
        tmp_path, "not-finite", "state.predictor = lambda x: __import__('numpy').full((len(x), 2), float('nan'), dtype='float32')"
    )
    _, records = run_of(methods="not-finite", plugin=[file])
    assert records["not-finite"].alarms == ("non-finite loss",)


def test_constant_predictions_raise_two_alarms(run_of: Run) -> None:
    _, records = run_of(methods="majority")
    assert set(records["majority"].alarms) == {"constant predictions", "at or below majority"}


def test_the_manifest_is_there_before_the_first_run(request_of: Request, tmp_path: Path) -> None:
    file = plugin(
        tmp_path, "looks-around", f"import pathlib; assert list(pathlib.Path({str(tmp_path)!r}).glob('results/manifests/*.json'))"
    )
    request = request_of(methods="looks-around", plugin=[file])
    plan = make_plan(request)
    run_plan(plan, request, _Quiet())
    record = RecordStore(request.results).get(plan.runs[0].key)
    assert record is not None
    assert "left no predictor" in (record.error.message if record.error else "")


def test_planned_runs_that_never_ran_are_missing_in_the_frame(request_of: Request, run_of: Run) -> None:
    request = request_of(methods="ce,scl,tfidf")
    RecordStore(request.results).write_manifest(make_plan(request).manifest)
    run_of(methods="tfidf")
    frame = load_results(request.results)
    assert frame.set_index("variant")["status"].to_dict() == {"ce": "missing", "scl": "missing", "tfidf": "done"}


def test_planning_twice_writes_one_manifest(run_of: Run, request_of: Request) -> None:
    run_of(methods="tfidf")
    run_of(methods="tfidf")
    manifests = [m for m in RecordStore(request_of().results).manifests() if isinstance(m, Manifest)]
    assert len(manifests) == 1


def test_a_shared_phase_is_trained_once_and_its_readers_wait_for_it(request_of: Request) -> None:
    plan = make_plan(request_of(methods="three-phase,dae-ft,cl-ft,ce"))
    runs = {run.arm.name: run for run in plan.runs}
    waits = dependencies(plan.runs, plan.workspace.shared)
    assert waits[runs["dae-ft"].key] == {runs["three-phase"].key}
    assert not waits[runs["three-phase"].key]
    assert not waits[runs["ce"].key]
    assert [run.arm.name for run in group_by_shared_phase(plan.runs, plan.workspace.shared)] == ["three-phase", "dae-ft", "cl-ft", "ce"]


def test_two_arms_that_are_the_same_run_are_refused(request_of: Request, tmp_path: Path) -> None:
    suite = tmp_path / "twins.toml"
    suite.write_text('tasks = ["sst2"]\nshots = ["8"]\narms = ["ce", { name = "ce-again", method = "ce" }]\n')
    with pytest.raises(UserError, match="'ce' and 'ce-again' are the same run"):
        make_plan(request_of(suite=str(suite), methods=None))


def test_an_interrupt_finishes_the_running_one_and_keeps_what_is_done(request_of: Request) -> None:
    request = request_of(methods="ce,scl,cat,three-phase", seeds="2")
    plan = make_plan(request)
    with pytest.raises(Interrupted):
        run_plan(plan, request, _Interrupting())
    done = sum(run.key in RecordStore(request.results) for run in plan.runs)
    assert 1 <= done < len(plan.runs)


def test_nothing_of_a_newer_format_is_replaced(run_of: Run, request_of: Request) -> None:
    run_of(methods="tfidf")
    store = RecordStore(request_of().results)
    (record,) = (store.root / "records").glob("*/*.json")
    (manifest,) = (store.root / "manifests").glob("*.json")
    for path in (record, manifest):
        before = path.read_bytes()
        path.write_bytes(dump_checksummed({**load_checksummed(path), "version": 99}))
        newer = path.read_bytes()
        with pytest.raises(UserError, match="newer"):
            run_of(methods="tfidf", rerun=path == record)
        assert path.read_bytes() == newer
        path.write_bytes(before)


def test_an_error_is_told_in_one_line_with_its_type_its_first_line_and_its_cause(run_of: Run, tmp_path: Path) -> None:
    file = plugin(tmp_path, "raises-long", "raise RuntimeError('first part\\n  second part\\x1b[31m') from KeyError('the cause')")
    summary, records = run_of(methods="raises-long", plugin=[file])
    assert summary.failures[0][1] == "RuntimeError: first part; second part\\x1b[31m (caused by KeyError: 'the cause')"
    error = records["raises-long"].error
    assert error is not None
    assert error.cause == "KeyError: 'the cause'"


def test_a_grid_that_cannot_be_meant_is_refused(request_of: Request) -> None:
    with pytest.raises(UserError, match=r"900,000 runs.*--allow-huge"):
        make_plan(request_of(methods="ce,tfidf,majority", seeds="300000"))


def test_an_unwritable_results_folder_is_a_user_error(request_of: Request, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file, not a folder")
    request = request_of(methods="tfidf", results=tmp_path / "blocked")
    with pytest.raises(UserError):
        run_plan(make_plan(request), request, _Quiet())


class _Quiet:
    def planned(self, plan: Any) -> None: ...
    def started(self, run: Any) -> None: ...
    def phase(self, run: Any, name: str, done: int, planned: int) -> None: ...
    def finished(self, *told: Any) -> None: ...
    def closed(self) -> None: ...


class _Interrupting(_Quiet):
    """Presses Ctrl-C while the first run is going on."""

    def started(self, run: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
