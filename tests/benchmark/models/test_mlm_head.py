"""Methods with `backbone = "masked-lm"`: the encoder comes with its language-model head, and only they see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import pytest
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertForMaskedLM, BertModel, RobertaConfig, RobertaForMaskedLM

from benchmark.checks.tiny_run import small_split, tiny_run
from benchmark.config.encoder import EncoderConfig
from benchmark.config.toml_files import encoder_names, load_encoder
from benchmark.contract.method import Method
from benchmark.contract.objective import Objective, Term
from benchmark.contract.phase import Phase
from benchmark.contract.step import Step
from benchmark.contract.task_info import TaskInfo
from benchmark.errors import UserError
from benchmark.models.loading import LoadedEncoder
from benchmark.models.mlm_head import WITH_HEAD
from benchmark.training.fine_tune import FineTune
from benchmark.training.gradient_phase import LossPart, Pretrain
from benchmark.training.losses.cross_entropy import CrossEntropy

SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 8}
WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "good", "bad", "film"]


@dataclass(frozen=True)
class HiddenWords(Objective):
    """Say which words were hidden: the objective that masked language models were trained with."""

    whole_vocabulary: ClassVar[bool] = True
    rate: float = 0.3

    def terms(self, step: Step) -> dict[str, Term]:
        tokens = step.tokens()
        where = (step.uniforms() < self.rate) & tokens.mask.bool()
        where[:, 1] = True  # at least one each
        return {"hidden words": Term(F.cross_entropy(step.vocabulary_logits(where), tokens.ids[where]), count=int(where.sum()))}


@dataclass(frozen=True)
class AdaptThenFineTune(Method):
    """Masked-LM adaptation to the task's texts, then fine-tuning."""

    backbone: ClassVar[Literal["encoder", "masked-lm"]] = "masked-lm"

    def phases(self, task: TaskInfo) -> Sequence[Phase]:
        return [Pretrain("adapt", (LossPart(HiddenWords()),)), FineTune(CrossEntropy())]


def saved(folder: Path, model: torch.nn.Module) -> EncoderConfig:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    tokenizer.save(str(folder / "tokenizer.json"))
    model.save_pretrained(folder)  # type: ignore[operator]
    constants = {"lr_encoder": 1e-4, "lr_head": 1e-3, "steps": {"all": 10}}
    return EncoderConfig.model_validate({"name": "mine", "folder": folder, "constants": constants})


@pytest.mark.parametrize(
    "model",
    [BertForMaskedLM(BertConfig(pad_token_id=0, **SIZES)), RobertaForMaskedLM(RobertaConfig(pad_token_id=0, type_vocab_size=1, **SIZES))],
    ids=["bert", "roberta"],
)
def test_the_head_gives_what_the_library_gives(tmp_path: Path, model: torch.nn.Module) -> None:
    torch.nn.init.normal_(model.get_output_embeddings().bias)  # type: ignore[operator]
    backbone = LoadedEncoder(saved(tmp_path, model), tmp_path, "cpu", "fp32").fresh("masked-lm").eval()
    tokens = backbone.tokenizer(["good film", "bad"])
    where = torch.tensor([[False, True, True, False], [False, True, False, False]])
    expected = model.eval()(input_ids=tokens.ids, attention_mask=tokens.mask).logits[where]
    assert torch.allclose(backbone.mlm_logits(tokens, where), expected, atol=1e-5)


def test_weights_without_a_head_are_refused_and_the_message_names_encoders_that_have_one(tmp_path: Path) -> None:
    config = saved(tmp_path, BertModel(BertConfig(pad_token_id=0, **SIZES), add_pooling_layer=False))
    with pytest.raises(UserError, match=r"'mine', which was saved without a language-model head(.|\n)*roberta-base"):
        LoadedEncoder(config, tmp_path, "cpu", "fp32").fresh("masked-lm")
    assert set(WITH_HEAD) <= set(encoder_names())


def test_the_head_is_there_on_request_alone_and_pristine_each_time() -> None:
    encoder = LoadedEncoder(load_encoder("random-tiny"), None, "cpu", "fp32")
    assert encoder.fresh().vocabulary is None
    head = encoder.fresh("masked-lm").vocabulary
    assert head is not None
    before = head.bias.detach().clone()
    with torch.no_grad():
        head.bias.add_(1.0)
    assert encoder.fresh().vocabulary is None
    assert not any(name.startswith("vocabulary") for name in encoder.backbone.tensors())
    again = encoder.fresh("masked-lm").vocabulary
    assert again is not None
    assert torch.equal(again.bias, before)


def test_adaptation_then_fine_tuning_runs_moves_what_it_should_and_repeats_itself() -> None:
    first, again = tiny_run(AdaptThenFineTune(), small_split()), tiny_run(AdaptThenFineTune(), small_split())
    assert first.same(again)
    assert first.unmoved == []
    assert first.declared == first.counted
    assert [phase.name for phase in first.phases] == ["adapt", "fine-tune"]


def test_no_other_method_is_touched_by_one_that_has_the_head() -> None:
    @dataclass(frozen=True)
    class Plain(Method):
        """Fine-tuning."""

        def phases(self, task: TaskInfo) -> Sequence[Phase]:
            return [FineTune(CrossEntropy())]

    before = tiny_run(Plain(), small_split())
    tiny_run(AdaptThenFineTune(), small_split())
    assert before.same(tiny_run(Plain(), small_split()))
