"""Whether the split seed decides how many examples a split has. Mostly it decides only which: then one draw tells the sizes of all."""

from __future__ import annotations

from collections import Counter

from benchmark.config.shots import Shots
from benchmark.data.examples import TaskData
from benchmark.data.splits.pools import Pools, halves_validation, separate, texts_of
from benchmark.records.spec import SplitSpec


def fixed_sizes(data: TaskData, spec: SplitSpec) -> bool:
    """True where every split seed provably gives parts of the same sizes; False where that is not known without drawing.

    Raises:
        UserError: malformed shots, or data without labels.
    """
    if spec.imbalance is not None:
        return False  # which class is the largest is drawn, and some class may be short of rows
    if data.validation is not None or halves_validation(data, spec):
        return True  # the pools are the same for every seed
    return _fixed_when_carved(separate(data, spec), spec)


def _fixed_when_carved(pools: Pools, spec: SplitSpec) -> bool:
    """Development texts are carved out of train, and rows of train that repeat them go too: between none and all the repeated ones."""
    shots = Shots.parse(spec.shots)
    if shots.kind == "per-class":
        return False
    most = len(pools.train) + pools.removed["removed_from_train_in_dev"]
    least = len(pools.train.part) - pools.removed["removed_from_train_in_test"] - len(pools.dev) - _repeated(pools)
    sizes = {_rest(shots.total_of(pool), pool, spec) for pool in (least, most)}
    return least > 0 and len(sizes) == 1


def _rest(chosen: int, pool: int, spec: SplitSpec) -> tuple[int, int]:
    """(training examples, unlabelled texts) out of a pool of this size."""
    left = pool - chosen
    return chosen, left if spec.unlabelled == "pool" else min(spec.unlabelled, left)


def _repeated(pools: Pools) -> int:
    """Rows of the training part whose text stands there more than once."""
    counts = Counter(texts_of(pools.train.part))
    return sum(count for count in counts.values() if count > 1)
