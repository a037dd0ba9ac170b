"""The kinds of noise by name. Importing this loads neither torch nor transformers."""

from __future__ import annotations

from benchmark.data.noise import back_translation, char, label_flip, label_flip_next, word_drop, word_swap
from benchmark.data.noise.kind import NoiseKind

KINDS: dict[str, NoiseKind] = {
    module.KIND.name: module.KIND for module in (label_flip, label_flip_next, char, word_drop, word_swap, back_translation)
}
