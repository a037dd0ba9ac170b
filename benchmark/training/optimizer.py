"""AdamW, step for step that of torch. Its arithmetic is torch's own function; torch's optimizer classes load the compiler, which costs
each process most of a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw


@dataclass
class Moments:
    """What the optimizer keeps of one parameter: running means of gradient and squared gradient, and the count of its steps."""

    first: Tensor
    second: Tensor
    steps: Tensor

    @classmethod
    def none_yet(cls, parameter: nn.Parameter) -> Moments:
        """Of a parameter that never had a gradient."""
        first, second = (torch.zeros_like(parameter, memory_format=torch.preserve_format) for _ in range(2))
        return cls(first, second, torch.zeros((), device=parameter.device))

    def longer(self, added: int) -> Moments:
        """With that many rows more, which had no gradient yet."""
        first, second = (torch.cat([m, m.new_zeros(added, *m.shape[1:])]) for m in (self.first, self.second))
        return Moments(first, second, self.steps)


@dataclass
class Group:
    """Parameters that share a rate and a decay.

    Args:
        rate: the peak of their learning rate, which a schedule scales.
        decay: decoupled weight decay, as a share of the parameter per unit of learning rate.
    """

    parameters: list[nn.Parameter]
    rate: float
    decay: float


@dataclass
class AdamW:
    """Groups of parameters, their moments, and the factor that the schedule is at.

    Args:
        betas: decay of the running means of gradient and squared gradient.
        epsilon: added to the root of the squared gradient's mean.
    """

    groups: list[Group]
    factor: float = 1.0
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    moments: dict[nn.Parameter, Moments] = field(default_factory=dict)

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group in self.groups:
            moved = [p for p in group.parameters if p.grad is not None]
            if moved:
                self._move(group, moved)

    def _move(self, group: Group, moved: list[nn.Parameter]) -> None:
        moments = [self._of(parameter) for parameter in moved]
        adamw(
            list[Tensor](moved),
            [p.grad for p in moved if p.grad is not None],
            [m.first for m in moments],
            [m.second for m in moments],
            [],
            [m.steps for m in moments],
            fused=True,
            amsgrad=False,
            beta1=self.betas[0],
            beta2=self.betas[1],
            lr=group.rate * self.factor,
            weight_decay=group.decay,
            eps=self.epsilon,
            maximize=False,
        )

    def _of(self, parameter: nn.Parameter) -> Moments:
        if parameter not in self.moments:
            self.moments[parameter] = Moments.none_yet(parameter)
        return self.moments[parameter]

    def clear(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def parameters(self) -> Iterable[nn.Parameter]:
        """Every parameter, group by group."""
        return (parameter for group in self.groups for parameter in group.parameters)

    def decay_factor(self, parameter: nn.Parameter) -> float:
        """What a step at the present rate multiplies a parameter by for its weight decay."""
        group = next(group for group in self.groups if any(p is parameter for p in group.parameters))
        return 1 - group.rate * self.factor * group.decay

    def lengthen(self, old: nn.Parameter, new: nn.Parameter) -> None:
        """Go on with `new`, which is `old` and further rows behind it."""
        for group in self.groups:
            group.parameters = [new if p is old else p for p in group.parameters]
        if old in self.moments:
            self.moments[new] = self.moments.pop(old).longer(len(new) - len(old))
