"""The state that phases hand on: backbone, modules, and in the end a predictor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from benchmark.contract.predictor import Predictor
from benchmark.models.backbone import Backbone
from benchmark.streams import Streams


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
