"""Dropout whose random bits are cheap on the CPU.

PyTorch draws a Bernoulli number per element there, and in a short step these draws take longer than half of the matrix products. Sixteen
random bits an element, compared with a threshold, are enough: the rate is met to 1/65,536.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

LEVELS = 1 << 16


def dropout(states: Tensor, rate: float, training: bool) -> Tensor:
    """Zero each element with probability `rate` and scale the others to keep the mean. Draws follow torch's seed; nothing is drawn
    outside training."""
    if not training or rate <= 0:
        return states
    if states.device.type != "cpu" or rate >= 1:
        return F.dropout(states, rate, training=True)
    dropped = round(rate * LEVELS)
    return states * keep_mask(states.numel(), dropped).view(states.shape) * (LEVELS / (LEVELS - dropped))


def keep_mask(count: int, dropped: int) -> Tensor:
    """bool [count]: False with probability `dropped` / 65,536. One draw from torch's generator seeds a fast one."""
    seed = int(torch.randint(2**63 - 1, (1,)))
    bits = np.random.SFC64(seed).random_raw(-(-count // 4)).view(np.int16)[:count]
    return torch.from_numpy(bits) >= dropped - LEVELS // 2
