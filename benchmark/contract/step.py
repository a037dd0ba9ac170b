"""One training step as an objective sees it. All passes go through it: it remembers representations, seeds dropout and counts passes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmark.contract.encoder_variant import EncoderVariant
from benchmark.contract.feed import Batch
from benchmark.contract.phase import Passes
from benchmark.contract.state import State
from benchmark.data.examples import Examples
from benchmark.models.tokenizer import Tokens
from benchmark.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmark.models.backbone import Backbone

T = TypeVar("T")
PLAIN = EncoderVariant()


@dataclass(frozen=True)
class PhaseScope:
    """What all steps of one phase have in common.

    Args:
        streams: the phase's own.
        n_classes: K.
        train: the phase's training data, after augmentation.
        passes: the counter of example passes.
        hidden_layers: whether passes keep the representations of inner layers.
        memory: what objectives keep from step to step, by name.
    """

    streams: Streams
    n_classes: int = 0
    train: Examples | None = None
    passes: Passes | None = None
    hidden_layers: bool = False
    memory: dict[str, Any] = field(default_factory=dict)


class Step:
    """The batch of one step, and the passes over it.

    Attributes:
        index: number of the step in its phase, from 0.
        labels: int64 [B] on the device, or None.
        targets: float32 [B] on the device, or None.
        weights: float32 [B] on the device, the weight of each example in the loss, or None: all 1.
        n_classes: K.

    Dropout of each pass is drawn from (seed, phase, step, what is passed, how often it was passed), so that extra passes of one
    arm leave the masks of the others as they are. With `fixed_masks`, in a diagnosis, the count is left out: equal inputs meet equal masks,
    nothing is counted, and `memory` gives copies.
    """

    def __init__(self, index: int, state: State, batch: Batch, scope: PhaseScope, *, fixed_masks: bool = False) -> None:
        self.index, self.n_classes = index, scope.n_classes
        self._state, self._batch, self._scope, self._fixed = state, batch, scope, fixed_masks
        self.labels, self.targets, self.weights = (self._on_device(array) for array in (batch.labels, batch.targets, batch.weights))
        self._memo: dict[tuple[object, ...], list[Tensor]] = {}
        self._alive: list[object] = []  # matrices and variants whose ids stand in `_memo`
        self._tokens: dict[str, Tokens] = {}
        self._calls: dict[str, int] = {}
        self._generators: dict[str, torch.Generator] = {}

    @property
    def device(self) -> torch.device:
        """Where the encoder and the batch are."""
        return self._state.backbone.device

    @property
    def ids(self) -> NDArray[np.uint64]:
        """The content ids of the batch's examples, uint64 [B]; of several views, those of the first."""
        return next(iter(self._batch.views.values())).ids

    @property
    def rows(self) -> Tensor:
        """The row of each example in the phase's training data, int64 [B] on the device: an index into a memory of `n_rows` rows."""
        if self._batch.rows is None:
            raise RuntimeError("step.rows was asked for, and this feed's batches name no rows (Batch.rows); the feed `Labelled` does")
        return torch.from_numpy(self._batch.rows).to(self.device)

    @property
    def n_rows(self) -> int:
        """How many rows the phase's training data has."""
        assert self._scope.train is not None
        return len(self._scope.train)

    @property
    def class_counts(self) -> Tensor:
        """Examples of each class in the phase's training data, float32 [K]."""
        train = self._scope.train
        assert train is not None
        assert train.labels is not None, "this feed has no labels"
        return torch.as_tensor(np.bincount(train.labels, minlength=self.n_classes), dtype=torch.float32, device=self.device)

    @property
    def train_labels(self) -> Tensor:
        """The labels of the phase's training data, int64 [n_rows] on the device; the batch's are those of `rows`."""
        train = self._scope.train
        assert train is not None
        assert train.labels is not None, "this phase's training data have no labels"
        return torch.from_numpy(train.labels).to(self.device)

    def generator(self, name: str = "") -> torch.Generator:
        """A CPU generator of the objective's own, seeded by (seed, phase, step, name) from the stream `augment`, which the method then
        declares. Asked for twice in a step, the same generator goes on; two objectives of one phase give two names."""
        if name not in self._generators:
            self._generators[name] = self._scope.streams.torch("augment", "objective", name, self.index)
        return self._generators[name]

    def numpy_generator(self, name: str = "") -> np.random.Generator:
        """A NumPy generator of the objective's own, from the stream `augment`; seeded by (seed, phase, step, name) at each call."""
        return self._scope.streams.numpy("augment", "objective", name, self.index)

    def memory(self, name: str, factory: Callable[[], T]) -> T:
        """What an objective keeps from step to step of this phase (a memory bank, running targets): made by `factory` at the first call
        and the same object afterwards. Change it in place, and hold no graph in it: detach what you store."""
        if name not in self._scope.memory:
            self._scope.memory[name] = factory()
        stored: T = self._scope.memory[name]
        return copy.deepcopy(stored) if self._fixed else stored

    def tokens(self, view: str = "text") -> Tokens:
        """Token ids and attention mask, int64 [B, T] each, of a view, padded to its longest text."""
        if view not in self._tokens:
            self._tokens[view] = self._state.backbone.tokenize(self._batch.views[view])
        return self._tokens[view]

    def word_rows(self) -> nn.Parameter:
        """The word embeddings that this phase trains, float32 [R, H]: the rows of the tokens that occur, or the whole matrix. What
        `encode` takes as `embeddings` has the same shape."""
        return self._state.backbone.word_embeddings

    def parameters(self) -> dict[str, nn.Parameter]:
        """The encoder's parameters under training, by name (what `EncoderVariant.parameters` takes), without the word embeddings."""
        words = self._state.backbone.word_embeddings
        return {name: value for name, value in self._state.backbone.model.named_parameters() if value is not words}

    def word_embeddings(self) -> nn.Parameter:
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

    def encode(
        self,
        view: str = "text",
        *,
        embeddings: Tensor | None = None,
        fresh: bool = False,
        same_masks: bool = False,
        layer: int | None = None,
        variant: EncoderVariant | None = None,
    ) -> Tensor:
        """Pooled representations of a view, float32 [B, H], before the head's dropout. Asked for twice, passed once.

        Args:
            embeddings: a matrix like `word_rows` to use in its place (CAT); gradients flow into it.
            fresh: draw new dropout masks instead of returning the representation that this step already has (R-Drop, SimCSE).
            same_masks: use the dropout masks of the view's first pass (so that only `embeddings` or `variant` makes a difference).
            layer: pooled states of an inner layer: 0 the embeddings, k layer k, -1 the last. Declare `hidden_layers`.
            variant: other changes of this pass.
        """
        if fresh and same_masks:
            raise ValueError("fresh=True draws new dropout masks and same_masks=True repeats the first ones: give one of them")
        how = PLAIN if variant is None else variant
        memo = (view, id(embeddings), id(how), same_masks)
        if memo in self._memo and not fresh:
            return _layer(self._memo[memo], layer)
        if how.dropout:
            self._seed(f"encode:{view}" + (f":{how.network}" if how.network else ""), same_masks)
        self._count(len(self._batch.views[view]))
        pooled = self._pass(view, embeddings, how)
        if not fresh:
            self._memo[memo] = pooled
            self._alive += [embeddings, how]
        return _layer(pooled, layer)

    def _pass(self, view: str, embeddings: Tensor | None, variant: EncoderVariant) -> list[Tensor]:
        """Pooled representations of the last layer, or of all layers in order where inner ones are declared."""
        backbone: Any = self._state.modules[variant.network] if variant.network else self._state.backbone
        inputs = (self.tokens(view), embeddings, variant.offset)
        with _dropout(backbone, variant.dropout):
            if self._scope.hidden_layers:
                layers: list[Tensor] = _call(backbone, backbone.layers, variant.parameters, inputs)
                return layers
            return [_call(backbone, backbone.forward, variant.parameters, inputs)]

    def vocabulary_logits(self, where: Tensor, view: str = "text", *, shown: Tensor | None = None, head: str = "") -> Tensor:
        """Scores over the vocabulary, float32 [M, V], at M tokens of a view that the encoder does not see as they are, row by row.

        For objectives that declare `whole_vocabulary`. What stood there: `tokens(view).ids[where]`.

        Args:
            where: bool [B, T], True where the encoder is to say what stood there. None of them padding.
            shown: int64 [M], the tokens that the encoder sees there; None: the mask token at each.
            head: a declared module (`VocabularyHead`); "" is the encoder's own head, for methods with `backbone = "masked-lm"`.
        """
        self._need_whole_vocabulary("vocabulary_logits")
        tokens = self.tokens(view)
        self._seed(f"vocabulary:{view}")
        self._count(len(self._batch.views[view]))
        hidden = tokens.ids.masked_fill(where, self.mask_token) if shown is None else tokens.ids.masked_scatter(where, shown)
        module = self._state.modules[head] if head else None
        return self._state.backbone.mlm_logits(replace(tokens, ids=hidden), where, module)

    @property
    def mask_token(self) -> int:
        """The id of the token that stands for a hidden one."""
        mask = self._state.backbone.tokenizer.vocabulary.mask
        assert mask is not None, "this encoder's tokenizer has no mask token"
        return mask

    def words(self, view: str = "text") -> Tensor:
        """Where a view has tokens of its texts, bool [B, T]: neither padding nor special tokens."""
        tokens = self.tokens(view)
        special = torch.tensor(sorted(self._state.backbone.tokenizer.vocabulary.special), device=self.device)
        return tokens.mask.bool() & ~torch.isin(tokens.ids, special)

    def uniforms(self, view: str = "text") -> Tensor:
        """A number in [0, 1) for each token position of a view, float32 [B, T], from this step's dropout stream: which tokens to hide."""
        self._seed(f"uniforms:{view}")
        return torch.rand(self.tokens(view).ids.shape).to(self.device)

    def logits(self, representation: Tensor, head: str = "head", *, same_masks: bool = False) -> Tensor:
        """Class scores float32 [B, K] of representations [B, H], through the head and its dropout (`same_masks`: that of its first
        pass)."""
        scores: Tensor = self.apply(head, representation, same_masks=same_masks)
        return scores

    def module(self, name: str) -> nn.Module:
        """A module that an objective declared. Pass through it with `apply`, which seeds its dropout."""
        return self._state.modules[name]

    def apply(self, name: str, *inputs: Any, counted: int = 0, same_masks: bool = False) -> Any:
        """Pass inputs through a declared module under this step's dropout stream and the run's precision.

        Args:
            counted: examples to count as a pass, for a module of a backbone's size (a decoder); 0 for a small one.
            same_masks: use the dropout masks of the module's first pass.
        """
        self._seed(f"module:{name}", same_masks)
        if counted:
            self._count(counted)
        return self._state.modules[name](*inputs)

    def autocast(self) -> AbstractContextManager[None]:
        """The run's mixed-precision context, for passes of a large module's own (a decoder)."""
        return self._state.backbone.autocast()

    def grad(self, value: Tensor, wrt: Tensor) -> Tensor:
        """Gradient of a scalar with respect to a tensor: no graph through it, `.grad` fields untouched, the value's graph retained.
        Counted as a backward pass of each example of the batch."""
        self._count_backward(max(len(view) for view in self._batch.views.values()))
        (gradient,) = torch.autograd.grad(value, wrt, retain_graph=True)
        return gradient.detach()

    def _on_device(self, array: NDArray[Any] | None) -> Tensor | None:
        return None if array is None else torch.from_numpy(array).to(self.device)

    def _count(self, examples: int) -> None:
        if self._scope.passes is not None and not self._fixed:
            self._scope.passes.forward += examples
        if torch.is_grad_enabled() and self._state.backbone.word_embeddings.requires_grad:
            self._count_backward(examples)

    def _count_backward(self, examples: int) -> None:
        if self._scope.passes is not None and not self._fixed:
            self._scope.passes.backward += examples

    def _seed(self, what: str, first: bool = False) -> None:
        """Seed torch for the next pass of `what`; `first`: as for its first pass, without counting this one."""
        call = 0 if self._fixed or first else self._calls.get(what, 0)
        if not first:
            self._calls[what] = call + 1
        torch.manual_seed(self._scope.streams.seed_of("dropout", self.index, what, call))


def _layer(pooled: list[Tensor], layer: int | None) -> Tensor:
    if layer is None:
        return pooled[-1]
    if len(pooled) == 1:
        raise RuntimeError("step.encode(layer=...) was called; an objective that needs it declares `hidden_layers: ClassVar[bool] = True`")
    return pooled[layer]


@contextmanager
def _dropout(backbone: Backbone, rate: bool | float) -> Iterator[None]:
    """The encoder's own dropout (True), another rate, or none, for one pass."""
    training = backbone.training
    own = [(m, m.p) for m in backbone.modules() if isinstance(m, nn.Dropout)] if rate is not True else []
    for module, _ in own:
        module.p = float(rate)
    backbone.train(training and bool(rate))
    try:
        yield
    finally:
        for module, p in own:
            module.p = p
        backbone.train(training)


class _PassWith(nn.Module):
    """A backbone's method as a module, for `torch.func.functional_call`."""

    def __init__(self, backbone: Backbone, method: Callable[..., Any]) -> None:
        super().__init__()
        self.backbone, self.method = backbone, method

    def forward(self, *inputs: Any) -> Any:
        return self.method(*inputs)


def _call(backbone: Backbone, method: Callable[..., Any], parameters: Mapping[str, Tensor] | None, inputs: tuple[Any, ...]) -> Any:
    """Call a method of the backbone, with other tensors in place of some parameters of its model."""
    if not parameters:
        return method(*inputs)
    if unknown := set(parameters) - {name for name, _ in backbone.model.named_parameters()}:
        raise KeyError(f"the encoder has no parameter {sorted(unknown)[0]!r}; step.parameters() names them")
    named = {f"backbone.model.{name}": tensor for name, tensor in parameters.items()}
    return torch.func.functional_call(_PassWith(backbone, method), named, inputs)
