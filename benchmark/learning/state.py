"""The state that phases hand on: backbone, modules, and in the end a predictor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from benchmark.data.examples import Examples
from benchmark.learning import flat
from benchmark.learning.contract import Predictor
from benchmark.learning.tokens import Tokenizer, Tokens
from benchmark.learning.trimming import WordRows
from benchmark.learning.vocabulary import VocabularyHead
from benchmark.streams import Streams

__all__ = ["Backbone", "State", "Tokens"]


class Backbone(nn.Module):
    """A transformers encoder with its tokenizer and pooling.

    Attributes:
        model: the encoder's modules, named as in transformers.
        hidden: H, the width of its representations.
        pooling: `mean` over the attended tokens, or `cls`: the first token without any tanh.
        vocabulary: the language-model head, for a method that declares `backbone = "masked-lm"`; else None.
        rows: while a phase trains on them: the occurring rows that stand in for the word-embedding matrix.
    """

    vocabulary: VocabularyHead | None

    def __init__(self, model: nn.Module, tokenizer: Tokenizer, pooling: str, precision: str = "fp32") -> None:
        super().__init__()
        self.register_module("vocabulary", None)  # before the model, whose last parameters every term must reach
        self.model, self.tokenizer, self.pooling, self.precision = model, tokenizer, pooling, precision
        self.hidden: int = model.config.hidden_size  # type: ignore[union-attr,assignment]
        self.rows: WordRows | None = None

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
        tokens = self.tokenizer(examples.texts, examples.seconds)
        if self.rows is not None:
            self.rows.cover(tokens.ids)
        return tokens.to(self.device)

    def forward(self, tokens: Tokens, embeddings: Tensor | None = None) -> Tensor:
        """Pooled representations float32 [B, H]; `embeddings` stands in for `word_embeddings` where given."""
        if flat.supports(self.model):
            with self.autocast():
                states, layout = flat.encode(self.model, tokens, embeddings, None if self.rows is None else self.rows.place)
            return flat.pool(states.float(), layout, self.pooling)
        with self.autocast():
            hidden = self._run(tokens, embeddings)
        return pool(hidden.float(), tokens.mask, self.pooling)

    def words_at(self, tokens: Tokens, where: Tensor) -> Tensor:
        """Scores over the vocabulary, float32 [M, V], at the M places of `where` (bool [B, T]), row by row."""
        assert self.vocabulary is not None, 'only a method with backbone = "masked-lm" has a language-model head'
        with self.autocast():
            states, layout = flat.encode(self.model, tokens)
            scores: Tensor = self.vocabulary(states[where.flatten()[layout.places]], self.word_embeddings)
        return scores.float()

    def tensors(self) -> dict[str, Tensor]:
        """The tensors of model and head by name, not copied."""
        head = {} if self.vocabulary is None else self.vocabulary.state_dict(prefix="vocabulary.")
        return self.model.state_dict() | head

    def _run(self, tokens: Tokens, embeddings: Tensor | None) -> Tensor:
        inputs = {"input_ids": tokens.ids, "attention_mask": tokens.mask}
        if tokens.types is not None:
            inputs["token_type_ids"] = tokens.types
        if embeddings is None:
            return self.model(**inputs).last_hidden_state  # type: ignore[no-any-return]
        return torch.func.functional_call(  # type: ignore[no-any-return]
            self.model, {self._embedding_name(): embeddings}, kwargs=inputs
        ).last_hidden_state

    def _embedding_name(self) -> str:
        wanted = self.word_embeddings
        return next(name for name, parameter in self.model.named_parameters() if parameter is wanted)


def pool(hidden: Tensor, mask: Tensor, how: str) -> Tensor:
    """[B, T, H] and mask [B, T] -> [B, H]: mean over attended tokens, or the first token."""
    if how == "cls":
        return hidden[:, 0]
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)


@dataclass
class State:
    """What one phase leaves for the next.

    Args:
        backbone: the encoder with its pooling. A method that declares `needs_encoder = False` must not touch it.
        modules: head, projection, decoder: whatever phases built, by name.
        predictor: texts -> scores; set by the last phase.
        owners: module name -> the phase that built it, and trains it.
    """

    backbone: Backbone
    modules: nn.ModuleDict = field(default_factory=nn.ModuleDict)
    predictor: Predictor | None = None
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, factory: Callable[[], nn.Module], streams: Streams) -> None:
        """Build a module under its own init stream and keep it under `name`, replacing what stood there."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(streams.seed_of("init", name))
            self.modules[name] = factory().to(self.backbone.device)
        self.owners[name] = streams.phase

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state by name (`backbone.…`, `modules.…`), not copied."""
        named = {f"backbone.{name}": tensor for name, tensor in self.backbone.tensors().items()}
        return named | {f"modules.{name}": tensor for name, tensor in self.modules.state_dict().items()}

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Copy tensors into the state's own, by name. Names that are not given stay as they are; a name it lacks is an error."""
        own = self.tensors()
        for name, tensor in tensors.items():
            own[name].copy_(tensor)
