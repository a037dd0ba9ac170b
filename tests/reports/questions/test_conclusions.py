"""The answers to a study's questions: each outcome from scores whose truth is known, by the registered rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.config.analysis_plan import AnalysisPlan, Question
from benchmark.config.toml_files import load_analysis
from benchmark.records.frame import COLUMNS
from benchmark.stats.intervals import Estimate
from benchmark.stats.multiplicity import holm
from benchmark.stats.pairing import ArmRuns, Run
from reports.questions.conclusions import Answer, Conclusion, _ps, answer, conclusions
from reports.questions.effects import AgainstArm, Evidence
from reports.results.study_scores import ArmPlace, study_scores

ENCODER = "all-minilm-l6-v2"
STUDY = load_analysis("study")
Gains = dict[str, float]


def runs(arm: str, values: np.ndarray, lost: tuple[int, ...] = ()) -> ArmRuns:
    scores = enumerate(values.tolist())
    return ArmRuns(arm, {(i, i): Run(value / 100, "failed" if i in lost else "done", False) for i, value in scores})


def scores(gains: Gains, *, sd: float = 2.0, n: int = 20, tasks: tuple[str, ...] = STUDY.tasks, seed: int = 1) -> dict[ArmPlace, ArmRuns]:
    """Scores in which each arm is so many points above `ce`, on every task at every number of shots."""
    rng, found = np.random.default_rng(seed), {}
    for task in tasks:
        for shots in STUDY.shots:
            split = 70 + 3 * rng.standard_normal(n)
            for arm, gain in gains.items():
                found[ArmPlace(ENCODER, task, shots, arm)] = runs(arm, split + gain + sd * rng.standard_normal(n))
    return found


def question(name: str) -> Question:
    return next(one for one in STUDY.questions if one.name == name)


def first(gains: Gains, **more: object) -> Conclusion:
    return answer(STUDY, question("Q1"), scores(gains, **more))[0]  # type: ignore[arg-type]


def test_above_every_comparison_is_credited() -> None:
    found = first({"ce": 0, "scl": 3, "scl-placebo": 0, "scl-simcse": 0})
    assert found.answer is Answer.CREDITED
    assert (found.treatment, found.shots, found.scope, found.complete) == ("scl", "20", "these tasks", True)
    assert found.baseline is not None
    assert found.baseline.fixed.value == pytest.approx(3, abs=1)
    assert found.baseline.evidence.pairs == 160
    assert len(found.baseline.evidence.tasks) == 8
    assert found.baseline.random is not None
    assert found.baseline.random.n == 7  # sst2 and sst5 are one cluster
    assert found.on_a_new_task


def test_above_the_baseline_and_not_above_its_placebo_is_not_credited() -> None:
    found = first({"ce": 0, "scl": 3, "scl-placebo": 3, "scl-simcse": 0})
    assert found.answer is Answer.NOT_CREDITED
    sure = first({"ce": 0, "scl": 3, "scl-placebo": 3, "scl-simcse": 0}, sd=1.0)
    assert sure.answer is Answer.NOT_CREDITED
    assert sure.baseline is not None
    assert sure.baseline.p < 0.001
    assert sure.p == max(one.p if one.fixed.value > 0 else 1.0 for one in sure.comparisons)


Known = tuple[float, float, float]  # value, standard error, degrees of freedom


def against(arm: str, known: Known) -> AgainstArm:
    """A comparison with this estimate on these tasks."""
    value, error, freedom = known
    p = 2 * stats.t.sf(abs(value) / error, freedom)
    return AgainstArm(arm, Evidence((), (), 0, (0, 0)), Estimate(value, error, freedom, "pair", 20, "given"), None, p, None)


@pytest.mark.parametrize(
    "known",
    [
        ((0.4, 0.3, 30.0), (0.3, 0.32, 12.0), (0.8, 0.5, 25.0)),  # the second is the least above zero
        ((1.5, 0.6, 9.0), (0.9, 0.4, 30.0), (0.2, 0.35, 40.0)),  # only the third may be shown to be below one point
        ((-0.2, 0.3, 30.0), (0.9, 0.4, 30.0), (0.5, 0.4, 20.0)),  # a loss against the first
    ],
)
def test_the_three_statements_are_one_sided_tests_of_every_comparison(known: tuple[Known, ...]) -> None:
    """Above all: the largest p. Below one point over some: Bonferroni. Within one point: both sides, against the first alone."""
    found = _ps(STUDY, question("Q1"), [against(arm, one) for arm, one in zip(("ce", "a", "b"), known, strict=True)], "these tasks")
    above = [1.0 if value < 0 else 2 * stats.t.sf(value / error, df) for value, error, df in known]
    below = [stats.t.cdf((value - 1) / error, df) for value, error, df in known]
    value, error, df = known[0]
    assert found.above == pytest.approx(max(above))
    assert found.below == pytest.approx(min(1.0, 3 * min(below)))
    assert found.equivalent == pytest.approx(max(stats.t.sf((value + 1) / error, df), stats.t.cdf((value - 1) / error, df)))


def test_within_one_point_of_the_baseline_is_equivalent_to_zero() -> None:
    found = first({"ce": 0, "scl": 0, "scl-placebo": 0, "scl-simcse": 0}, sd=1.0)
    assert found.answer is Answer.EQUIVALENT
    assert found.p_equivalence is not None
    assert found.p_equivalence <= 0.05


def test_noisy_scores_leave_it_undecided() -> None:
    assert first({"ce": 0, "scl": 1, "scl-placebo": 0, "scl-simcse": 0}, sd=8.0).answer is Answer.UNDECIDED


def test_a_loss_is_never_credited() -> None:
    found = first({"ce": 0, "scl": -3, "scl-placebo": 0, "scl-simcse": 0})
    assert found.answer is Answer.NOT_CREDITED
    assert found.p == 1.0


def test_holm_is_over_the_numbers_of_shots_of_the_question() -> None:
    given = scores({"ce": 0, "scl": 0.6, "scl-placebo": 0, "scl-simcse": 0}, sd=1.5)
    one, other = answer(STUDY, question("Q1"), given)
    expected = holm({"20": one.p, "100": other.p}).adjusted
    assert (one.p_holm, other.p_holm) == (expected["20"], expected["100"])


def test_a_number_of_shots_without_runs_keeps_its_place() -> None:
    given = {place: found for place, found in scores({"ce": 0, "scl": 1, "scl-placebo": 0, "scl-simcse": 0}).items() if place.shots == "20"}
    one, other = answer(STUDY, question("Q1"), given)
    assert one.p is not None
    assert one.p_holm == pytest.approx(min(1.0, 2 * one.p))
    assert (other.answer, other.p_holm, other.comparisons) == (Answer.NOT_RUN, None, ())


def test_a_comparison_that_is_missing_credits_nothing() -> None:
    found = first({"ce": 0, "scl": 5, "scl-placebo": 0})
    assert found.answer is Answer.UNDECIDED
    assert not found.complete


def test_lost_pairs_and_missing_tasks_are_counted() -> None:
    given = scores({"ce": 0, "scl": 3, "scl-placebo": 0, "scl-simcse": 0})
    place = ArmPlace(ENCODER, "trec", "20", "scl")
    given[place] = runs("scl", np.full(20, 75.0), lost=(0, 3))
    del given[ArmPlace(ENCODER, "snips", "20", "ce")]
    found = answer(STUDY, question("Q1"), given)[0]
    assert found.baseline is not None
    evidence = found.baseline.evidence
    assert (evidence.lost, evidence.absent, evidence.pairs) == (2, ("snips",), 7 * 20 - 2)
    assert not found.complete


def test_seeds_that_were_planned_for_the_baseline_alone_are_no_lost_pairs() -> None:
    """Cross-entropy has twenty seeds for all questions, some treatments ten."""
    given = scores({"ce": 0, "three-phase": 3, "ce-matched": 0})
    for place in [place for place in given if place.arm != "ce"]:
        given[place] = runs(place.arm, 100 * np.array([run.value for run in given[place].runs.values()])[:10])
    found = answer(STUDY, question("Q3"), given)[0]
    assert [(one.evidence.pairs, one.evidence.lost) for one in found.comparisons] == [(80, 0), (80, 0)]


def test_arms_beside_decide_nothing() -> None:
    gains = {"ce": 0.0, "three-phase": 3.0, "ce-matched": 0.0, "ft": 9.0}
    found = answer(STUDY, question("Q3"), scores(gains))[0]
    assert found.answer is Answer.CREDITED
    assert [one.arm for one in found.beside] == ["ft"]


def test_a_steadier_method_is_credited_and_a_shakier_one_is_not() -> None:
    given = scores({"ce": 0.0})
    rng = np.random.default_rng(1)
    for place, found in list(given.items()):
        ce = np.array([100 * run.value for run in found.runs.values()])
        centred = ce - ce.mean()
        for arm, factor in (("scl", 0.5), ("cat", 2.0), ("three-phase", 1.0)):
            given[place._replace(arm=arm)] = runs(arm, 70 + factor * (centred + 0.3 * rng.standard_normal(20)))
    found = {one.treatment: one for one in answer(STUDY, question("Q4"), given) if one.shots == "20"}
    assert found["scl"].answer is Answer.CREDITED
    assert found["cat"].answer is Answer.NOT_CREDITED
    assert found["three-phase"].answer is Answer.UNDECIDED
    assert found["scl"].baseline is not None
    assert np.exp(found["scl"].baseline.fixed.value) == pytest.approx(0.5, abs=0.1)
    assert [(found[arm].shown, found[arm].below) for arm in ("scl", "cat", "three-phase")] == [(("ce",), ()), ((), ("ce",)), ((), ())]


def test_a_method_below_an_arm_is_shown_to_be_below_it_at_the_same_correction() -> None:
    found = answer(STUDY, question("Q1"), scores({"ce": 3.0, "scl": 0.0, "scl-placebo": -3.0, "scl-simcse": 0.0}))[0]
    assert found.answer is Answer.NOT_CREDITED
    assert (found.shown, found.below) == (("scl-placebo",), ("ce",))


def test_a_small_loss_needs_the_corrected_level() -> None:
    """The other number of labels keeps its place with p = 1, so the correction is a factor of two."""
    seen = set()
    for loss in np.linspace(0.2, 1.6, 15):
        given = scores({"ce": loss, "scl": 0.0}, n=4)
        given |= {
            place._replace(arm=arm): one for place, one in given.items() if place.arm == "ce" for arm in ("scl-placebo", "scl-simcse")
        }
        (against, *_), below = (one := answer(STUDY, question("Q1"), given)[0]).comparisons, one.below
        assert ("ce" in below) == (against.fixed.value < 0 and 2 * against.p <= STUDY.alpha)
        seen.add((against.p <= STUDY.alpha, "ce" in below))
    assert seen == {(False, False), (True, False), (True, True)}


def with_layers(slope: float) -> dict[ArmPlace, ArmRuns]:
    rng, found = np.random.default_rng(2), {}
    ask = question("Q5")
    for encoder, layers in ask.layers.items():
        for task in STUDY.tasks_of(ask):
            split = 60 + 3 * rng.standard_normal(15)
            for arm, gain in (("ce", 0.0), ("scl", 2.0 + slope * layers)):
                found[ArmPlace(encoder, task, "20", arm)] = runs(arm, split + gain + rng.standard_normal(15))
    return found


def test_a_gain_that_changes_with_the_layers_has_a_slope() -> None:
    found = answer(STUDY, question("Q5"), with_layers(-0.8))
    assert [one.answer for one in found] == [Answer.CREDITED]
    against = found[0].baseline
    assert against is not None
    assert against.fixed.value == pytest.approx(-0.8, abs=0.15)
    task = against.evidence.tasks[0]
    gains = []
    for encoder in question("Q5").layers:
        scl, ce = (with_layers(-0.8)[ArmPlace(encoder, task.task, "20", arm)] for arm in ("scl", "ce"))
        gains.append(100 * np.mean([scl.runs[i, i].value - ce.runs[i, i].value for i in range(15)]))
    assert task.interval.value == pytest.approx(np.polyfit([0, 2, 4], gains, 1)[0])
    assert answer(STUDY, question("Q5"), with_layers(0.0))[0].answer is Answer.UNDECIDED


def test_a_run_that_is_lost_with_another_encoder_is_lost_for_the_slope() -> None:
    given = with_layers(-0.8)
    place = next(place for place in given if place.arm == "scl" and place.encoder.endswith("reinit4") and place.task == "sst2")
    kept = dict(given[place].runs)
    for seed in (2, 5, 9):
        kept[seed, seed] = kept[seed, seed]._replace(status="failed")
    (found,) = answer(STUDY, question("Q5"), given | {place: ArmRuns("scl", kept)})
    assert found.baseline is not None
    assert found.baseline.evidence.lost == 3
    assert next(one.n for one in found.baseline.evidence.tasks if one.task == "sst2") == 12


def test_the_other_inference_may_decide() -> None:
    random = AnalysisPlan.model_validate({**STUDY.model_dump(), "decided_by": "a new task"})
    given = scores({"ce": 0, "scl": 3, "scl-placebo": 0, "scl-simcse": 0})
    for i, task in enumerate(STUDY.tasks):  # the gain differs wildly between tasks: sure on these, unsure on a new one
        given[ArmPlace(ENCODER, task, "20", "scl")] = runs("scl", 73 + 12 * (i % 2) - 5 + np.random.default_rng(i).standard_normal(20))
    here, there = (answer(plan, question("Q1"), given)[0] for plan in (STUDY, random))
    assert here.answer is Answer.CREDITED
    assert not here.on_a_new_task
    assert there.answer is Answer.UNDECIDED


def test_every_question_has_an_answer_without_any_run() -> None:
    found = conclusions(STUDY, {})
    assert [one.question for one in found] == ["Q1", "Q1", "Q2", "Q2", "Q3", "Q3", *["Q4"] * 6, "Q5"]
    assert {one.answer for one in found} == {Answer.NOT_RUN}


def test_scores_are_read_from_a_results_table() -> None:
    base = {**dict.fromkeys(COLUMNS, ""), "role": "arm", "status": "done", "alarms": "[]", "n_train": 20, "n_test": 100, "init_seed": None}
    rows = [
        base | {"encoder": ENCODER, "task": "sst2", "shots": "20", "variant": arm, "split_seed": i, "seed": i, "value": 0.5 + i / 10}
        for arm in ("ce", "scl")
        for i in range(3)
    ]
    noisy = {**rows[0], "noise_kind": "label-flip"}
    trial = {**rows[0], "role": "trial"}
    apart = [rows[0] | {"profile": f"laptop{design}"} for design in ("+crossed", "+search8")]
    found = study_scores(pd.DataFrame([*rows, noisy, trial, *apart], columns=COLUMNS))
    assert set(found) == {ArmPlace(ENCODER, "sst2", "20", arm) for arm in ("ce", "scl")}
    assert found[ArmPlace(ENCODER, "sst2", "20", "scl")].runs[1, 1].value == 0.6
