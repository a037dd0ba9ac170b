"""An encoder with its tokenizer and pooling: from texts to representations."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmark.data.examples import Examples
from benchmark.models import bert
from benchmark.models.embedding_rows import EmbeddingRows
from benchmark.models.mlm_head import VocabularyHead
from benchmark.models.tokenizer import Tokenizer, Tokens
from benchmark.models.unpadding import Unpadding


class Backbone(nn.Module):
    """A transformers encoder with its tokenizer and pooling.

    Attributes:
        model: the encoder's modules, named as in transformers.
        hidden: H, the width of its representations.
        pooling: `mean` over the attended tokens, or `cls`: the first token without any tanh.
        vocabulary: the language-model head, for a method that declares `backbone = "masked-lm"`; else None.
        start: the model's tensors at the start of the run, by name, where they are known; never changed in place.
        rows: while a phase trains on them: the occurring rows that stand in for the word-embedding matrix.
    """

    vocabulary: VocabularyHead | None

    def __init__(self, model: nn.Module, tokenizer: Tokenizer, pooling: str, precision: str = "fp32") -> None:
        super().__init__()
        self.register_module("vocabulary", None)  # before the model, whose last parameters every term must reach
        self.model, self.tokenizer, self.pooling, self.precision = model, tokenizer, pooling, precision
        self.hidden: int = model.config.hidden_size  # type: ignore[union-attr,assignment]
        self.start: Mapping[str, Tensor] | None = None
        self.rows: EmbeddingRows | None = None

    @property
    def device(self) -> torch.device:
        """Where the parameters live."""
        return self.word_embeddings.device

    @property
    def word_embeddings(self) -> nn.Parameter:
        """The word-embedding matrix, float32 [V, H]; while a phase trains on occurring rows alone, those [R, H]."""
        return self.model.get_input_embeddings().weight  # type: ignore[operator,no-any-return]

    def autocast(self) -> AbstractContextManager[None]:
        """The run's mixed precision: bf16 autocast, or nothing in fp32."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16")

    def tokenize(self, examples: Examples) -> Tokens:
        """Token ids padded to the longest text, on the device."""
        tokens = self.tokenizer(examples.texts, examples.second_texts)
        if self.rows is not None:
            self.rows.ensure_rows(tokens.ids)
        return tokens.to(self.device)

    def forward(self, tokens: Tokens, embeddings: Tensor | None = None, offset: Tensor | None = None) -> Tensor:
        """Pooled representations of the last layer, float32 [B, H].

        Args:
            embeddings: stands in for `word_embeddings`.
            offset: float32 [B, T, H], added to the word vector of each token.
        """
        if bert.supports(self.model):
            with self.autocast():
                states, unpadding = bert.encode(self.model, tokens, self._words(embeddings, offset))
            return bert.pool(states.float(), unpadding, self.pooling)
        with self.autocast():
            hidden: Tensor = self._run(tokens, embeddings, offset).last_hidden_state
        return pool(hidden.float(), tokens.mask, self.pooling)

    def layers(self, tokens: Tokens, embeddings: Tensor | None = None, offset: Tensor | None = None) -> list[Tensor]:
        """Pooled representations float32 [B, H] of the embeddings and of each layer; the last is what `forward` gives."""
        if bert.supports(self.model):
            unpadding = Unpadding.of(tokens.mask, tokens.indices)
            with self.autocast():
                states = list(bert.layer_states(self.model, tokens, unpadding, self._words(embeddings, offset)))
            return [bert.pool(layer.float(), unpadding, self.pooling) for layer in states]
        with self.autocast():
            hidden = self._run(tokens, embeddings, offset, output_hidden_states=True).hidden_states
        return [pool(layer.float(), tokens.mask, self.pooling) for layer in hidden]

    def clone(self) -> Backbone:
        """A second encoder with copies of these tensors and the same tokenizer; without language-model head."""
        return Backbone(copy.deepcopy(self.model), self.tokenizer, self.pooling, self.precision)

    def mlm_logits(self, tokens: Tokens, where: Tensor, head: nn.Module | None = None) -> Tensor:
        """Scores over the vocabulary, float32 [M, V], at the M tokens of `where` (bool [B, T]), row by row; `head` in place of its own."""
        head = self.vocabulary if head is None else head
        assert head is not None, 'only a method with backbone = "masked-lm" has a language-model head'
        assert bert.supports(self.model)
        with self.autocast():
            states, unpadding = bert.encode(self.model, tokens)
            scores: Tensor = head(states[where.flatten()[unpadding.indices]], self.word_embeddings)
        return scores.float()

    def tensors(self) -> dict[str, Tensor]:
        """The tensors of model and head by name, not copied."""
        head = {} if self.vocabulary is None else self.vocabulary.state_dict(prefix="vocabulary.")
        return self.model.state_dict() | head

    def _words(self, embeddings: Tensor | None, offset: Tensor | None) -> bert.WordVectors:
        return bert.WordVectors(embeddings, None if self.rows is None else self.rows.row_of, offset)

    def _run(self, tokens: Tokens, embeddings: Tensor | None, offset: Tensor | None, **options: bool) -> Any:
        """The output of a model whose own forward pass is used."""
        inputs: dict[str, Any] = {"attention_mask": tokens.mask, **options}
        if tokens.types is not None:
            inputs["token_type_ids"] = tokens.types
        if offset is None:
            inputs["input_ids"] = tokens.ids
        else:
            inputs["inputs_embeds"] = F.embedding(tokens.ids, self.word_embeddings if embeddings is None else embeddings) + offset
        if embeddings is None:
            return self.model(**inputs)
        return torch.func.functional_call(self.model, {self._embedding_name(): embeddings}, kwargs=inputs)

    def _embedding_name(self) -> str:
        wanted = self.word_embeddings
        return next(name for name, parameter in self.model.named_parameters() if parameter is wanted)


def pool(hidden: Tensor, mask: Tensor, how: str) -> Tensor:
    """[B, T, H] and mask [B, T] -> [B, H]: mean over attended tokens, or the first token."""
    if how == "cls":
        return hidden[:, 0]
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
