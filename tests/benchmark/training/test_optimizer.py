"""Our AdamW is torch's, bit for bit, and grows with the word rows. It does not load the compiler."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from benchmark.training.optimizer import AdamW, Group

RATES, DECAYS = (1e-2, 3e-2), (0.1, 0.0)


def parameters() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((40, 8), (8,), (8, 3), (3,))]


def grouped(members: list[nn.Parameter]) -> AdamW:
    return AdamW([Group(members[:2], RATES[0], DECAYS[0]), Group(members[2:], RATES[1], DECAYS[1])])


def give_gradients(members: list[nn.Parameter], index: int) -> None:
    """Seeded; the second parameter has none in every third step."""
    generator = torch.Generator().manual_seed(index)
    for number, parameter in enumerate(members):
        parameter.grad = None if number == 1 and index % 3 == 0 else torch.randn(parameter.shape, generator=generator)


def test_it_steps_as_torchs_class_does_bit_for_bit() -> None:
    ours, theirs = parameters(), parameters()
    optimizer = grouped(ours)
    pairs = zip((theirs[:2], theirs[2:]), RATES, DECAYS, strict=True)
    reference = torch.optim.AdamW([{"params": p, "lr": r, "rate": r, "weight_decay": d} for p, r, d in pairs], fused=True)
    for index in range(12):
        optimizer.factor = 1 - index / 12
        for group in reference.param_groups:
            group["lr"] = group["rate"] * optimizer.factor
        give_gradients(ours, index)
        give_gradients(theirs, index)
        optimizer.step()
        reference.step()
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True)), index


def test_a_parameter_without_a_gradient_stays_and_keeps_no_moments() -> None:
    members = parameters()
    optimizer = grouped(members)
    before = members[1].detach().clone()
    give_gradients(members, 0)
    optimizer.step()
    assert torch.equal(members[1], before)
    assert members[1] not in optimizer.moments


def test_clear_forgets_every_gradient() -> None:
    members = parameters()
    give_gradients(members, 1)
    grouped(members).clear()
    assert all(parameter.grad is None for parameter in members)


def test_a_longer_parameter_goes_on_with_the_moments_of_its_first_rows() -> None:
    """Rows that join late move as if they had been there with gradients of zero; the others do not notice."""
    whole = nn.Parameter(torch.ones(5, 2))
    part = nn.Parameter(torch.ones(3, 2))
    first, second = AdamW([Group([whole], 0.1, 0.0)]), AdamW([Group([part], 0.1, 0.0)])
    gradient = torch.tensor([[1.0, -1.0]] * 3 + [[0.0, 0.0]] * 2)
    whole.grad, part.grad = gradient.clone(), gradient[:3].clone()
    first.step()
    second.step()
    longer = nn.Parameter(torch.cat([part.detach(), torch.ones(2, 2)]))
    second.lengthen(part, longer)
    whole.grad, longer.grad = torch.ones(5, 2), torch.ones(5, 2)
    first.step()
    second.step()
    assert torch.equal(whole, longer)
    assert list(second.moments) == [longer]


def test_decay_factor_is_what_weight_decay_does_to_a_row_without_gradient() -> None:
    parameter = nn.Parameter(torch.full((2, 2), 8.0))
    optimizer = AdamW([Group([parameter], 0.5, 0.25)], factor=0.5)
    expected = parameter.detach() * optimizer.decay_factor(parameter)
    parameter.grad = torch.zeros(2, 2)
    optimizer.step()
    torch.testing.assert_close(parameter.detach(), expected, rtol=0, atol=0)


def test_it_does_not_load_the_compiler() -> None:
    """The purpose of the module. If torch loads it elsewhere one day, torch's own class will do as well."""
    program = (
        "import sys, torch\nfrom benchmark.training.optimizer import AdamW, Group\np = torch.nn.Parameter(torch.ones(2)); p.grad = "
        "torch.ones(2)\nAdamW([Group([p], 0.1, 0.0)]).step()\nprint('torch._dynamo' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("shape", [(), (3,)])
def test_moments_begin_at_zero_in_the_parameters_shape(shape: tuple[int, ...]) -> None:
    parameter = nn.Parameter(torch.ones(shape))
    optimizer = AdamW([Group([parameter], 0.0, 0.0)])
    parameter.grad = torch.zeros(shape)
    optimizer.step()
    kept = optimizer.moments[parameter]
    assert kept.first.shape == kept.second.shape == parameter.shape
    assert float(kept.steps) == 1
