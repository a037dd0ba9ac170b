"""One training step as an objective sees it. All passes go through it: it memoises, seeds dropout and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.contract.phase import Passes
from benchmark.contract.state import State
from benchmark.data.examples import Examples
from benchmark.models.tokenizer import Tokens
from benchmark.streams import Streams


class Step:
    """The batch of one step, and the passes over it.

    Attributes:
        index: number of the step in its phase, from 0.
        labels: int64 [B] on the device, or None.
        targets: float32 [B] on the device, or None.
        n_classes: K.
        class_counts: float32 [K], examples of each class in the phase's training data.

    Dropout of each pass is drawn from (seed, phase, step, what is passed, how often it was passed), so that extra passes of one
    arm leave the masks of the others as they are. With `fixed_masks` the count is left out: equal inputs meet equal masks.
    """

    def __init__(
        self,
        index: int,
        state: State,
        views: Mapping[str, Examples],
        streams: Streams,
        *,
        labels: Tensor | None = None,
        targets: Tensor | None = None,
        n_classes: int = 0,
        train_labels: NDArray[np.int64] | None = None,
        passes: Passes | None = None,
        fixed_masks: bool = False,
    ) -> None:
        self.index, self.labels, self.targets, self.n_classes = index, labels, targets, n_classes
        self._state, self._views, self._streams, self._passes, self._fixed = state, views, streams, passes, fixed_masks
        self._train_labels = train_labels
        self._memo: dict[tuple[str, str], Tensor] = {}
        self._tokens: dict[str, Tokens] = {}
        self._calls: dict[str, int] = {}

    @property
    def class_counts(self) -> Tensor:
        """Examples of each class in the phase's training data, float32 [K]."""
        assert self._train_labels is not None, "this feed has no labels"
        counts = np.bincount(self._train_labels, minlength=self.n_classes)
        return torch.as_tensor(counts, dtype=torch.float32, device=self._state.backbone.device)

    def tokens(self, view: str = "text") -> Tokens:
        """Token ids and attention mask, int64 [B, T] each, of a view, padded to its longest text."""
        if view not in self._tokens:
            self._tokens[view] = self._state.backbone.tokenize(self._views[view])
        return self._tokens[view]

    def word_rows(self) -> torch.nn.Parameter:
        """The word embeddings that this phase trains, float32 [R, H]: the rows of the tokens that occur, or the whole matrix. What
        `encode` takes as `embeddings` has the same shape."""
        return self._state.backbone.word_embeddings

    def word_embeddings(self) -> torch.nn.Parameter:
        """The whole word-embedding matrix of the backbone, float32 [V, H], for objectives that declare `whole_vocabulary`."""
        self._need_whole_vocabulary("word_embeddings")
        return self._state.backbone.word_embeddings

    def live_encoder(self) -> Any:
        """The encoder's model under training, its modules named as in transformers, for a module that uses its live layers (a tied
        decoder), for objectives that declare `whole_vocabulary`. Hold no copy of it."""
        self._need_whole_vocabulary("live_encoder")
        return self._state.backbone.model

    def _need_whole_vocabulary(self, asked: str) -> None:
        if self._state.backbone.rows is not None:
            raise RuntimeError(
                f"step.{asked}() was called in a phase that trains the embedding rows of occurring tokens alone; "
                "an objective that needs the others declares `whole_vocabulary: ClassVar[bool] = True`"
            )

    def encode(self, view: str = "text", *, embeddings: Tensor | None = None, fresh: bool = False) -> Tensor:
        """Pooled representations of a view, float32 [B, H], before the head's dropout.

        Args:
            embeddings: a matrix like `word_rows` to use in its place (CAT); gradients flow into it.
            fresh: draw new dropout masks instead of returning the representation that this step already has (R-Drop, SimCSE).
        """
        memo = (view, "" if embeddings is None else str(id(embeddings)))
        if memo not in self._memo or fresh:
            self._seed(f"encode:{view}")
            self._count(len(self._views[view]))
            pooled: Tensor = self._state.backbone(self.tokens(view), embeddings)
            if fresh:
                return pooled
            self._memo[memo] = pooled
            if embeddings is not None:
                self._memo[(view, f"kept:{memo[1]}")] = embeddings  # keeps the matrix alive, so that its id stays its own
        return self._memo[memo]

    def vocabulary_logits(self, where: Tensor, view: str = "text") -> Tensor:
        """Scores over the vocabulary, float32 [M, V], at the places of a view that are hidden from the encoder, row by row.

        For methods with `backbone = "masked-lm"`, by objectives that declare `whole_vocabulary`. What was there: `tokens(view).ids[where]`.

        Args:
            where: bool [B, T], True where the encoder is to see the mask token and to say what stood there. None of them padding.
        """
        self._need_whole_vocabulary("vocabulary_logits")
        tokens, mask = self.tokens(view), self._state.backbone.tokenizer.vocabulary.mask
        assert mask is not None, "this encoder's tokenizer has no mask token"
        self._seed(f"vocabulary:{view}")
        self._count(len(self._views[view]))
        hidden = replace(tokens, ids=tokens.ids.masked_fill(where, mask))
        return self._state.backbone.mlm_logits(hidden, where)

    def uniforms(self, view: str = "text") -> Tensor:
        """A number in [0, 1) for each token place of a view, float32 [B, T], from this step's dropout stream: which tokens to hide."""
        self._seed(f"uniforms:{view}")
        return torch.rand(self.tokens(view).ids.shape).to(self._state.backbone.device)

    def logits(self, representation: Tensor, head: str = "head") -> Tensor:
        """Class scores float32 [B, K] of representations [B, H], through the head and its dropout."""
        scores: Tensor = self.apply(head, representation)
        return scores

    def module(self, name: str) -> torch.nn.Module:
        """A module that an objective declared. Pass through it with `apply`, which seeds its dropout."""
        return self._state.modules[name]

    def apply(self, name: str, *inputs: Any, counted: int = 0) -> Any:
        """Pass inputs through a declared module under this step's dropout stream and the run's precision.

        Args:
            counted: examples to count as a pass, for a module of a backbone's size (a decoder); 0 for a small one.
        """
        self._seed(f"module:{name}")
        if counted:
            self._count(counted)
        return self._state.modules[name](*inputs)

    def autocast(self) -> Any:
        """The run's mixed-precision context, for passes of a large module's own (a decoder)."""
        return self._state.backbone.autocast()

    def grad(self, value: Tensor, wrt: Tensor) -> Tensor:
        """Gradient of a scalar with respect to a tensor: no graph through it, `.grad` fields untouched, the value's graph kept.
        Counted as a backward pass of each example of the batch."""
        self._count_backward(max(len(view) for view in self._views.values()))
        (gradient,) = torch.autograd.grad(value, wrt, retain_graph=True)
        return gradient.detach()

    def _count(self, examples: int) -> None:
        if self._passes is not None:
            self._passes.forward += examples
        if torch.is_grad_enabled() and self._state.backbone.word_embeddings.requires_grad:
            self._count_backward(examples)

    def _count_backward(self, examples: int) -> None:
        if self._passes is not None:
            self._passes.backward += examples

    def _seed(self, what: str) -> None:
        call = 0 if self._fixed else self._calls.get(what, 0)
        self._calls[what] = call + 1
        torch.manual_seed(self._streams.seed_of("dropout", self.index, what, call))
