"""Numbers that the authors' published formulas give on fixed inputs (`authors_numbers.json` names repository, file and commit).

Where our definition differs on purpose, the test says by what, and docs/methods.md why.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from baselines.rivals.losses.dropout_consistency import symmetric_divergence
from baselines.rivals.losses.early_learning import EDGE, disagreement, running_mean
from baselines.rivals.losses.embedding_attack import per_text, within
from baselines.rivals.losses.mixed_weights import mixout
from baselines.rivals.losses.small_loss_exchange import n_kept, smallest
from baselines.rivals.losses.symmetric_cross_entropy import reverse_cross_entropy
from baselines.rivals.sampled_pairs import SampledPairs
from benchmark.data.examples import Examples, content_ids
from benchmark.streams import Streams

THEIRS = json.loads((Path(__file__).parent / "authors_numbers.json").read_text())


def tensor(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_r_drop_sums_over_the_batch_what_is_averaged_here() -> None:
    given = THEIRS["rdrop"]
    ours = symmetric_divergence(tensor(given["first"]), tensor(given["second"]))
    assert ours.item() * len(given["first"]) == pytest.approx(given["sum_over_batch"], abs=1e-12)


def test_reverse_cross_entropy() -> None:
    given = THEIRS["sce"]
    ours = reverse_cross_entropy(tensor(given["logits"]), torch.tensor(given["labels"]))
    assert ours.item() == pytest.approx(given["rce"], abs=1e-12)


def test_early_learning_over_three_steps_with_examples_that_come_back() -> None:
    given = THEIRS["elr"]
    means = torch.zeros(given["examples"], 3, dtype=torch.float64)
    for step in given["steps"]:
        logits, rows = tensor(step["logits"]), step["rows"]
        predicted = torch.softmax(logits, 1).clamp(EDGE, 1 - EDGE)
        means[rows] = running_mean(means[rows], predicted, given["beta"])
        loss = F.cross_entropy(logits, torch.tensor(step["labels"])) + given["lambda"] * disagreement(means[rows], predicted)
        assert loss.item() == pytest.approx(step["loss"], abs=1e-12)


def test_co_teaching_divides_once_more_by_what_it_chose() -> None:
    given = THEIRS["co_teaching"]
    labels = torch.tensor(given["labels"])
    losses = [F.cross_entropy(tensor(given[name]), labels, reduction="none") for name in ("first", "second")]
    kept = n_kept(len(labels), given["forget_rate"], ramp=0.0, epochs=0.0)
    assert kept == given["chosen"]
    assert losses[0][smallest(losses[1], kept)].mean().item() / kept == pytest.approx(given["loss_1"], abs=1e-12)
    assert losses[1][smallest(losses[0], kept)].mean().item() / kept == pytest.approx(given["loss_2"], abs=1e-12)


def test_mixout() -> None:
    given = THEIRS["mixout"]
    ours = mixout(tensor(given["input"]), tensor(given["target"]), tensor([given["noise_row"]]), given["p"])
    torch.testing.assert_close(ours, tensor(given["output"]))


def test_an_ascent_of_freelb() -> None:
    given = THEIRS["freelb"]
    ours = within(tensor(given["delta"]) + per_text(tensor(given["gradient"]), given["adv_lr"]), given["max_norm"])
    torch.testing.assert_close(ours, tensor(given["next_delta"]), rtol=1e-6, atol=1e-9)  # their norm is taken in float32


def test_how_often_setfit_uses_each_pair() -> None:
    given = THEIRS["setfit"]
    lines = tuple(f"text {i}" for i in range(len(given["labels"])))
    train = Examples(content_ids(lines), lines, labels=np.array(given["labels"], dtype=np.int64))
    left, right, same = SampledPairs(given["num_iterations"]).listed(train, Streams(0, 0).at("pairs"))
    assert len(same) == given["length"]
    for target, named in ((True, "positive"), (False, "negative")):
        uses = Counter(zip(left[same == target].tolist(), right[same == target].tolist(), strict=True))
        assert len(uses) == given[f"distinct_{named}s"]
        assert sorted(set(uses.values())) == sorted(set(given[f"uses_of_a_{named}"]))
