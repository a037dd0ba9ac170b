"""What selection does to a mean."""

from itertools import combinations, pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UserError
from benchmark.stats.selection import best_of_k, best_of_k_by_dev, selected_gains, selected_means, top_of_m

TEST, DEV = np.array([3.0, 1.0, 2.0, 5.0, 4.0]), np.array([0.9, 0.2, 0.5, 0.4, 0.8])


@pytest.mark.parametrize("k", range(1, 6))
def test_best_of_k_is_the_mean_over_all_subsets(k):
    assert best_of_k(TEST).expected[k - 1] == pytest.approx(np.mean([max(s) for s in combinations(TEST, k)]))


@pytest.mark.parametrize("k", range(1, 6))
def test_best_of_k_by_development_score(k):
    expected = np.mean([TEST[max(s, key=lambda i: DEV[i])] for s in combinations(range(5), k)])
    assert best_of_k_by_dev(TEST, DEV).expected[k - 1] == pytest.approx(expected)


def test_ties_in_development_scores_share():
    assert best_of_k_by_dev(TEST, np.ones(5)).expected == pytest.approx([3.0] * 5)


@given(
    runs=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=6),
    sizes=st.tuples(st.integers(1, 6), st.integers(1, 6)),
)
def test_top_of_m_is_the_mean_over_all_subsets_and_all_orders_of_ties(runs, sizes):
    """Oracle: every subset of `of` runs, every order in which equal guides can be broken."""
    of = min(max(sizes), len(runs))
    top, (test, guide) = min(*sizes, of), zip(*runs, strict=True)
    means = []
    for subset in combinations(range(len(runs)), of):
        orders = [order for order in permutations(subset) if all(guide[i] >= guide[j] for i, j in pairwise(order))]
        means.append(np.mean([np.mean([test[i] for i in order[:top]]) for order in orders]))
    assert top_of_m(test, guide, top=top, of=of) == pytest.approx(np.mean(means))


def test_top_of_m_at_its_ends():
    assert [top_of_m(TEST, DEV, top=1, of=k) for k in range(1, 6)] == pytest.approx(list(best_of_k_by_dev(TEST, DEV).expected))
    assert top_of_m(TEST, DEV, top=4, of=4) == pytest.approx(3.0)
    for top, of in ((1, 6), (3, 2), (0, 2)):
        with pytest.raises(UserError, match="asked for"):
            top_of_m(TEST, DEV, top=top, of=of)


def test_selecting_all_is_the_plain_mean_with_its_plain_error():
    drawn = selected_means(TEST, DEV, top=5, of=5, resamples=20_000)
    assert drawn.mean() == pytest.approx(3.0, abs=0.03)
    assert drawn.std() == pytest.approx(TEST.std() / np.sqrt(5), rel=0.03)


def test_selected_means_by_enumeration():
    every = [[i, j] for i in range(5) for j in range(5)]
    expected = np.mean([TEST[max(pair, key=lambda i: DEV[i])] for pair in every])
    assert selected_means(TEST, DEV, top=1, of=2, resamples=40_000).mean() == pytest.approx(expected, abs=0.03)


def test_selection_by_an_equally_good_guide_inflates_no_gain():
    rng = np.random.default_rng(0)
    a, b = rng.normal(70, 2, (2, 400))
    gains = selected_gains((a, a), (b, b), top=3, of=10)
    assert gains.mean() == pytest.approx(0, abs=0.5)
    better_guide = selected_gains((a, a), (b, rng.normal(size=400)), top=3, of=10)
    assert better_guide.mean() > 1.5  # only the first arm's guide sees the test score


def test_the_same_draws_serve_both_arms_and_repeat():
    gains = selected_gains((TEST, DEV), (TEST, DEV), top=2, of=4)
    assert not gains.any()
    one, two = (selected_means(TEST, DEV, top=1, of=3, seed=seed) for seed in (0, 1))
    assert not np.array_equal(one, two)
    assert np.array_equal(one, selected_means(TEST, DEV, top=1, of=3, seed=0))


def test_mistakes_are_told():
    with pytest.raises(UserError, match="Top 4 of 3"):
        selected_means(TEST, DEV, top=4, of=3)
    with pytest.raises(UserError, match="shapes"):
        best_of_k_by_dev(TEST, DEV[:2])
    with pytest.raises(UserError, match="5 runs stand against 2"):
        selected_gains((TEST, DEV), (TEST[:2], DEV[:2]), top=1, of=2)
