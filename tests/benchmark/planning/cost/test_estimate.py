"""The price of a plan: from measured runs of the same kind, shared phases once, and never a number without a measurement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.config.request import RunRequest
from benchmark.planning.cost.estimate import makespan
from benchmark.planning.plan import Plan, make_plan
from benchmark.planning.planned_run import PlannedRun
from benchmark.records.record import PhaseCost, RunRecord
from benchmark.records.store import RecordStore
from benchmark.stats.power import upper_spread
from reports.results.arm_role import installed_role

Request = Callable[..., RunRequest]
MAJORITY = {"methods": "majority", "seeds": "4"}


def keep(request: RunRequest, run: PlannedRun, seconds: float, value: float = 0.5, **more: Any) -> None:
    """A record of this run, every phase of which took so long."""
    phases = tuple(
        PhaseCost(name=part.name, key=key, seconds=seconds, forward=part.cost.forward, backward=part.cost.backward, **more)
        for part, key in zip(run.parts, run.phases, strict=True)
    )
    record = RunRecord(key=run.key, spec=run.spec, status="done", metrics={"accuracy": value}, phases=phases)
    RecordStore(request.results).write(record)


def test_without_a_record_there_is_no_price(request_of: Request) -> None:
    price = make_plan(request_of(**MAJORITY)).price
    assert (price.todo, price.unknown, price.seconds, price.peak_bytes) == (4, 4, None, None)


def test_a_run_costs_what_runs_of_its_arm_in_its_cell_have_cost(request_of: Request) -> None:
    request = request_of(**MAJORITY)
    for run, seconds in zip(make_plan(request).runs, (10.0, 30.0), strict=False):
        keep(request, run, seconds, peak_bytes=7)
    price = make_plan(request).price
    assert (price.todo, price.seconds, price.peak_bytes) == (2, 40.0, 7)
    assert price.evidence == ["2 runs from 2 measured runs of the same arm in the same cell"]


def test_a_run_that_was_paused_does_not_make_the_others_dear(request_of: Request) -> None:
    request = request_of(**{**MAJORITY, "seeds": "5"})
    for run, seconds in zip(make_plan(request).runs, (10.0, 12.0, 3600.0), strict=False):
        keep(request, run, seconds)
    assert make_plan(request).price.seconds == 24.0


def test_a_larger_cell_costs_more_by_its_passes(request_of: Request) -> None:
    small, large = request_of(), request_of(shots="100")
    run = make_plan(small).runs[0]
    keep(small, run, 10.0)
    dearer = make_plan(large)
    passes = [sum(r.cost.forward + r.cost.backward for r in runs) for runs in ([run], dearer.runs)]
    assert dearer.price.seconds == pytest.approx(10.0 * passes[1] / passes[0])
    assert "same method on the same task" in dearer.price.evidence[0]


def test_a_shared_phase_is_paid_once_and_what_that_saves_is_told(request_of: Request) -> None:
    request = request_of(methods="three-phase,dae-ft")
    for run in make_plan(request).runs:
        keep(request, run, 10.0)
    plan = make_plan(request_of(methods="three-phase,dae-ft", seeds="5-5"))
    phases = sum(len(run.phases) for run in plan.runs)
    assert plan.workspace.shared
    assert plan.price.seconds == pytest.approx(10.0 * (phases - len(plan.workspace.shared)))
    assert plan.price.saved == pytest.approx(10.0 * len(plan.workspace.shared))


def test_planning_writes_nothing(request_of: Request) -> None:
    request = request_of(**MAJORITY)
    assert make_plan(request).price.todo == 4
    assert not request.results.exists()


def test_two_workers_take_half_as_long_unless_one_waits_for_the_other() -> None:
    runs: Any = [SimpleNamespace(key=key) for key in "abcd"]
    seconds = dict.fromkeys("abcd", 10.0)
    assert makespan(runs, seconds, {}, 1) == 40
    assert makespan(runs, seconds, {}, 2) == 20
    assert makespan(runs, seconds, {"b": frozenset("a"), "c": frozenset("b"), "d": frozenset("c")}, 2) == 40


def two_arms(plan: Plan) -> list[tuple[PlannedRun, PlannedRun]]:
    by_arm = [[run for run in plan.runs if run.arm.name == name] for name in ("ce", "scl")]
    return list(zip(*by_arm, strict=True))


def test_the_smallest_difference_comes_from_measured_paired_differences(request_of: Request) -> None:
    request = request_of(methods="ce,scl", seeds="5")
    unknown = make_plan(request).detectable
    for number, (ce, scl) in enumerate(two_arms(make_plan(request))):
        keep(request, ce, 1.0, 0.5)
        keep(request, scl, 1.0, 0.5 + 0.01 * number)
    found = make_plan(request_of(methods="ce,scl", seeds="10")).detectable
    assert unknown is not None
    assert (unknown.pairs, unknown.comparisons, unknown.points) == ((5, 5), 1, None)
    assert found is not None
    sd = 0.01 * (2.5**0.5)
    assert found.points == pytest.approx((upper_spread(sd, 5) * 0.996,) * 2, rel=1e-3)
    assert found.measured == 5


def test_crossed_seeds_count_as_their_splits(request_of: Request) -> None:
    found = make_plan(request_of(methods="ce,scl", seeds="4", splits=3)).detectable
    assert found is not None
    assert found.pairs == (3, 3)


def test_alpha_is_spent_within_each_family_as_a_report_spends_it(request_of: Request) -> None:
    plan = make_plan(request_of(methods="ce,ce-null,ce-matched,scl,cat,rdrop,fgm,mixout", seeds="4"))
    found = plan.detectable_by(lambda method: installed_role(method).group)
    planned = {(run.arm.name, run.cell) for run in plan.runs}
    roles = {arm: installed_role(arm) for arm, _ in planned if arm not in ("ce", "ce-null")}
    sizes = Counter(roles[arm].group for arm, _ in planned if arm in roles)
    assert {name: effect.comparisons for name, effect in found.items()} == dict(sizes)
    assert len(found) == 4  # two papers, rivals, sanity arms
    assert all(effect.level == pytest.approx(0.05 / sizes[name]) for name, effect in found.items())


def test_a_plan_of_the_baseline_alone_compares_nothing(request_of: Request) -> None:
    assert make_plan(request_of()).detectable is None
