"""What a table says of the encoder: what it was trained on, what it has seen, and how much of that is drawn again."""

from __future__ import annotations

import pytest

from benchmark.config.toml_files import load_encoder
from reports.analysis.context import _encoder, seen_and_redrawn
from reports.release.release_facts import _encoder as in_a_release


@pytest.mark.parametrize("line", [_encoder, in_a_release])
def test_an_encoder_with_layers_drawn_again_does_not_pass_for_a_pre_trained_one(line) -> None:
    assert "drawn again" not in line("all-minilm-l6-v2")
    assert line("all-minilm-l6-v2-reinit4").endswith("; its top 4 layers are drawn again at random before every run.")


def test_one_layer_is_named_as_one_and_comes_after_the_tasks_seen() -> None:
    config = load_encoder("all-minilm-l6-v2")
    assert seen_and_redrawn(config) == "; it has seen data of mnli, qnli"
    one = config.model_copy(update={"reinit": 1})
    assert seen_and_redrawn(one) == "; it has seen data of mnli, qnli; its top layer is drawn again at random before every run"
    assert seen_and_redrawn(one.model_copy(update={"seen_tasks": ()})).startswith("; its top layer")
