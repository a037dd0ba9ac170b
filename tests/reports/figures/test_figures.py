"""Figures are pure functions: every run is a dot, and where there is nothing to show there is no figure."""

from __future__ import annotations

import io

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from benchmark.records.store import RecordStore
from reports.analysis.analysis import analyse
from reports.figures.answers_forest import answers_forest
from reports.figures.critical_difference import critical_difference
from reports.figures.curves import over_noise, over_shots
from reports.figures.forest import forest
from reports.figures.published_gains import ours_against_published
from reports.figures.reliability_diagram import reliability_diagram
from reports.figures.representation_maps import representation_maps
from reports.figures.selection_curve import best_of_k_curves
from reports.figures.style import BASELINE, COLOURS, MOST, MOST_LINES, Page, shown
from reports.figures.training_cost import cost_against_accuracy
from reports.published.filled_table import fillable_tables
from reports.render.image import png, svg
from reports.results.blocks import read_results
from reports.tables.geometry_table import geometry_table


def block_of(folder):
    (block,) = read_results(folder).blocks
    return block


def dots(figure) -> int:
    return sum(len(points.get_offsets()) for axes in figure.axes for points in axes.collections)


def test_accuracy_over_labels_shows_every_run_of_tasks_with_two_sizes(grid):
    figure = over_shots(block_of(grid))
    assert dots(figure) == 2 * 3 * 6  # sst2 alone has two sizes: three arms, six seeds each
    assert "Suite glue-fewshot, profile laptop" in figure.get_supxlabel()


def test_accuracy_over_noise_takes_the_clean_cell_as_level_zero(tmp_path, filled):
    arms = {"ce": [0.6, 0.62], "scl": [0.61, 0.65]}
    cells = {("sst2", "100", noise): arms for noise in ("", "label-flip:0.2", "label-flip:0.4")}
    figure = over_noise(block_of(filled(tmp_path, cells)))
    assert dots(figure) == 3 * 2 * 2
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["0", "0.2", "0.4"]


def test_the_forest_shows_every_pair_and_fills_what_holm_rejects(grid):
    block = block_of(grid)
    figure = forest(analyse(block))
    assert dots(figure) == 3 * 2 * (6 + 1)  # three cells, two arms: six pairs and a mean
    faces = {tuple(points.get_facecolor()[0][:3]) for axes in figure.axes for points in axes.collections if len(points.get_offsets()) == 1}
    assert len(faces) == 2  # the noise floor is open, the arm that Holm rejects is filled


def test_cost_shows_every_finished_run(grid):
    assert dots(cost_against_accuracy(block_of(grid))) == 3 * 3 * 6


def test_the_axis_of_seconds_has_numbers_however_narrow_it_is(grid):
    """Within one decade a logarithmic axis had no number at all."""
    figure = cost_against_accuracy(block_of(grid))
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_xlim()
    assert high < 10 * low
    assert [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high]


def test_ours_against_published_has_a_line_per_claim(grid):
    (filled,) = fillable_tables(block_of(grid))
    labels = [tick.get_text() for tick in ours_against_published(filled).axes[0].get_yticklabels()]
    assert [label.split(":")[0] for label in labels] == ["20 CE + SCL, SST-2", "100 CE + SCL, SST-2"]


def test_ranks_need_five_tasks_and_three_arms(tmp_path, filled):
    arms = {"ce": [0.6, 0.7], "scl": [0.62, 0.7], "cat": [0.65, 0.7]}
    tasks = ["sst2", "trec", "subj", "mnli", "qnli"]
    assert critical_difference(block_of(filled(tmp_path / "five", {(task, "20", ""): arms for task in tasks}))) is not None
    assert critical_difference(block_of(filled(tmp_path / "four", {(task, "20", ""): arms for task in tasks[:4]}))) is None


def test_sanity_arms_stand_on_axes_of_their_own_and_the_noise_floor_is_a_band(tmp_path, filled):
    arms = {"ce": [0.6, 0.62, 0.61], "ce-null": [0.61, 0.6, 0.62], "scl": [0.64, 0.66, 0.63], "tfidf": [0.3, 0.31, 0.32]}
    analysis = analyse(block_of(filled(tmp_path, {("sst2", "20", ""): arms})))
    assert [label.get_text() for label in forest(analysis).axes[0].get_yticklabels()] == ["ce-null", "scl"]
    assert [label.get_text() for label in forest(analysis, sanity=True).axes[0].get_yticklabels()] == ["tfidf"]
    assert all(axes.patches for axes in forest(analysis).axes)
    figure = answers_forest(analysis)
    assert [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes] == [["scl, N = 20"], ["tfidf, N = 20"]]
    assert figure.axes[0].get_xlim() != figure.axes[1].get_xlim()
    assert [len(axes.patches) for axes in figure.axes] == [1, 1]


def test_best_of_k_starts_at_the_mean_and_ends_at_the_best(grid):
    line = best_of_k_curves(block_of(grid)).axes[0].get_lines()[0].get_ydata()
    assert (line[0], line[-1]) == (pytest.approx(60.6667, abs=1e-3), pytest.approx(64.0))


def test_nothing_to_show_is_no_figure(tmp_path, filled):
    block = block_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [None, None], "scl": [None, None]}}))
    pictures = [over_shots(block), over_noise(block), forest(analyse(block)), cost_against_accuracy(block), best_of_k_curves(block)]
    pictures += [answers_forest(analyse(block)), forest(analyse(block), sanity=True)]
    assert [*pictures, reliability_diagram(block), critical_difference(block)] == [None] * 9


def test_reliability_appears_where_probabilities_were_kept(grid):
    block, store = block_of(grid), RecordStore(grid)
    assert reliability_diagram(block) is None
    record = store.get(next(iter(block.runs["ce", block.cells[0]].keys.values())))
    right = np.array(record.predictions.ids())
    table = np.full((len(right), 2), 0.3, dtype=np.float16)
    table[np.arange(len(right)), right] = 0.7
    buffer = io.BytesIO()
    np.save(buffer, table)
    store.write(record.model_copy(update={"probabilities": store.write_side(record.key, "npy", buffer.getvalue())}))
    figure = reliability_diagram(block_of(grid))
    assert figure.axes[0].get_title() == "sst2 N = 20"


def test_maps_and_their_table_appear_where_representations_were_kept(grid):
    block, store = block_of(grid), RecordStore(grid)
    assert representation_maps(block) is geometry_table(block) is None
    wanted = []
    for number, arm in enumerate(("ce", "scl")):
        record = store.get(next(iter(block.runs[arm, block.cells[0]].keys.values())))
        classes = np.arange(record.n_test) % 2  # the gold labels of a folder made here
        vectors = (np.random.default_rng(1).normal(size=(record.n_test, 8)) + number * classes[:, None]).astype(np.float16)
        unit = vectors.astype(float) / np.linalg.norm(vectors.astype(float), axis=1, keepdims=True)
        wanted.append(silhouette_score(unit, classes))
        buffer = io.BytesIO()
        np.save(buffer, vectors)
        side = store.write_side(record.key, "npy", buffer.getvalue(), "representations")
        store.write(record.model_copy(update={"representations": side}))
    figure = representation_maps(block_of(grid))
    assert [axes.get_title().split("\n")[0] for axes in figure.axes[:2]] == ["ce", "scl"]
    table = geometry_table(block_of(grid))
    assert [row.cells[1].shown for row in table.rows] == ["ce", "scl"]
    assert table.columns[2].name == "silhouette"
    assert [row.cells[2].value for row in table.rows] == pytest.approx(wanted)
    assert wanted[1] > 0.1 > wanted[0]


def test_names_that_mean_something_to_matplotlib_are_shown_as_they_are(tmp_path, filled):
    figure = cost_against_accuracy(block_of(filled(tmp_path, {("sst2", "20", ""): {"ce": [0.6, 0.7], "$a_b$": [0.6, 0.7]}})))
    assert svg(figure).startswith(b"<?xml")


def test_a_figure_gives_the_same_bytes_twice(grid):
    first, second = (cost_against_accuracy(block_of(grid)) for _ in range(2))
    assert svg(first) == svg(second)
    assert png(first)[:8] == b"\x89PNG\r\n\x1a\n"


def test_too_many_panels_are_cut_into_pages_and_said():
    pages = [shown(list(range(MOST + 1)), Page(number)) for number in range(3)]
    assert [len(kept) for kept, _ in pages] == [MOST, 1, 0]
    assert pages[0][1] == f"Panels 1 to {MOST} of {MOST + 1}. "
    assert pages[1][1] == f"Panels {MOST + 1} to {MOST + 1} of {MOST + 1}. "
    assert shown([1])[1] == ""
    many = list(range(MOST * Page().most + 1))
    assert shown(many)[1] == f"Panels 1 to {MOST} of {len(many)}, of which the first {MOST * Page().most} are drawn. "
    assert shown(many, Page(Page().most))[0] == []
    assert len(set(COLOURS)) == len(COLOURS)


MANY = ["scl", "scl-only", "cat", "three-phase", "dae-cl-joint", "ce-null", "ce-matched", "scl-placebo", "cat-clean", "tfidf", "probe"]


@pytest.fixture
def many(tmp_path, filled):
    """A block with eleven arms beside the baseline, on seven tasks at two sizes."""
    arms = {"ce": [0.6, 0.62], **{arm: [0.6 + i / 100, 0.63 + i / 100] for i, arm in enumerate(MANY)}}
    tasks = ("sst2", "trec", "subj", "snips", "ag_news", "sst5", "amazon")
    return block_of(filled(tmp_path, {(task, n, ""): arms for task in tasks for n in ("20", "100")}))


def test_many_arms_are_small_multiples_over_the_grey_baseline(many):
    """No panel holds more than `MOST_LINES` arms beside the baseline, and the pages together hold each arm on each task once."""
    seen = []
    for page in range(Page().most):
        figure = over_shots(many, Page(page))
        for axes in figure.axes if figure else []:
            lines = {line.get_label(): line.get_color() for line in axes.get_lines() if not line.get_label().startswith("_")}
            if lines:
                assert lines.pop("ce") == BASELINE
                assert len(lines) <= MOST_LINES
                seen += [(axes.get_title().split(":")[0], arm) for arm in lines]
    assert len(seen) == len(set(seen))
    assert {arm for _, arm in seen} == set(MANY)
    tasks = {task for task, _ in seen}
    assert {(task, arm) for task in tasks for arm in MANY} == set(seen)


@pytest.mark.parametrize("draw", [best_of_k_curves, cost_against_accuracy])
def test_other_figures_of_arms_have_their_pages_too(many, draw):
    first, beyond = draw(many), draw(many, Page(99))
    assert "Panels 1 to 12 of" in first.get_supxlabel()
    assert beyond is None
    assert all(len(axes.get_legend_handles_labels()[0]) <= MOST_LINES + 1 for axes in first.axes)


def test_the_forest_has_a_page_per_twelve_cells(many):
    analysis = analyse(many)
    pages = [forest(analysis, Page(page)) for page in range(3)]
    assert [len([axes for axes in page.axes if axes.get_visible()]) for page in pages[:2]] == [12, 2]
    assert pages[2] is None
    assert pages[0].axes[0].get_xlim() == pages[1].axes[0].get_xlim()


def test_no_line_is_missing_beside_the_answers(tmp_path, filled):
    """Forty lines were shown and the others left out without a word."""
    arms = {"ce": [0.6, 0.62, 0.61], **{arm: [0.6 + i / 100, 0.63, 0.62] for i, arm in enumerate(MANY)}}
    cells = {("sst2", str(n), ""): arms for n in (20, 40, 60, 80, 100, 120, 140, 160)}
    figure = answers_forest(analyse(block_of(filled(tmp_path, cells))))
    names = [label.get_text() for axes in figure.axes if axes.get_visible() for label in axes.get_yticklabels()]
    assert len(names) == len(set(names)) == 8 * (len(MANY) - 1)  # the noise floor is the band
    assert max(len(axes.get_yticklabels()) for axes in figure.axes if axes.get_visible()) <= 20
