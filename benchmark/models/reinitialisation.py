"""Reinitialisation: drawing the top layers of an encoder again, so that nothing of its pre-training is left in them (Zhang et al. 2021)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from benchmark.errors import UserError
from benchmark.models.backbone import Backbone
from benchmark.streams import Streams

STANDARD_DEVIATION = 0.02  # of BERT's own initialisation


@torch.no_grad()
def reinitialise_top_layers(backbone: Backbone, k: int, streams: Streams) -> None:
    """Set the top `k` layers to `top_layer_draws`; everything below stays as it is.

    Raises:
        UserError: an encoder with fewer layers, or with layers whose modules are not known.
    """
    own = dict(backbone.model.named_parameters())
    drawn = top_layer_draws(backbone, k, streams)
    for name, tensor in drawn.items():
        own[name].copy_(tensor)
    if backbone.start is not None:
        backbone.start = {**backbone.start, **{name: own[name].detach().clone() for name in drawn}}


def top_layer_draws(backbone: Backbone, k: int, streams: Streams) -> dict[str, Tensor]:
    """Parameter name -> its new value, float32 on the CPU: linear weights from N(0, 0.02), biases 0, LayerNorm 1 and 0.

    Each weight has its own draw of the `init` stream, named after it: a layer is drawn alike whatever `k` is, in every arm of a seed.
    """
    layers = _layers(backbone.model) if k else []
    if k > len(layers):
        raise UserError(
            f"{k} layers were to be drawn again; the encoder has {len(layers)}.", f"Allowed: 0 to {len(layers)}.", "Correct the number."
        )
    drawn: dict[str, Tensor] = {}
    for prefix, layer in layers[len(layers) - k :]:
        for name, module in layer.named_modules(prefix=prefix):
            drawn |= _module_draws(name, module, streams)
    return drawn


def _module_draws(name: str, module: nn.Module, streams: Streams) -> dict[str, Tensor]:
    own = {f"{name}.{part}": parameter for part, parameter in module.named_parameters(recurse=False)}
    if not own:
        return {}
    if not isinstance(module, (nn.Linear, nn.LayerNorm)):
        raise UserError(
            f"The encoder's layer module {name} is a {type(module).__name__}.",
            "Linear maps and LayerNorms can be drawn again.",
            "Choose another encoder.",
        )
    drawn = {}
    for full, parameter in own.items():
        if full.endswith(".bias"):
            drawn[full] = torch.zeros(parameter.shape)
        elif isinstance(module, nn.LayerNorm):
            drawn[full] = torch.ones(parameter.shape)
        else:
            drawn[full] = torch.randn(parameter.shape, generator=streams.torch("init", "top-layers", full)) * STANDARD_DEVIATION
    return drawn


def _layers(model: Any) -> list[tuple[str, nn.Module]]:
    """The encoder's layers in order, each with the prefix of its parameters' names."""
    for path in ("encoder.layer", "transformer.layer", "layers"):
        try:
            found = model.get_submodule(path)
        except AttributeError:
            continue
        return [(f"{path}.{number}", layer) for number, layer in enumerate(found)]
    raise UserError(f"The layers of a {type(model).__name__} are not known.", "Encoders of the BERT family.", "Choose another encoder.")
