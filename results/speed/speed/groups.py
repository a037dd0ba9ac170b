"""What the profiler saw, in a handful of lines that a reader can weigh."""

from __future__ import annotations

from collections.abc import Iterable

GROUPS = {
    "matrix products": ("addmm", "mm", "linear", "matmul", "_addmm_activation", "mkldnn_linear", "addmm_"),
    "attention": (
        *("bmm", "baddbmm", "_softmax", "_softmax_backward_data", "_safe_softmax", "all", "isneginf", "where", "masked_fill_", "eq"),
        *("_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention_for_cpu_backward"),
        *("_scaled_dot_product_efficient_attention", "_scaled_dot_product_efficient_attention_backward"),
        *("_scaled_dot_product_flash_attention", "_scaled_dot_product_flash_attention_backward", "_scaled_dot_product_attention_math"),
    ),
    "layer norm, gelu": ("native_layer_norm", "native_layer_norm_backward", "gelu", "gelu_backward", "native_layer_norm_out"),
    "dropout": ("ge", "bernoulli_", "native_dropout", "native_dropout_backward", "div_", "random_", "rand", "uniform_", "bernoulli"),
    "casts and copies": ("copy_", "_to_copy", "to", "clone", "contiguous", "cat", "stack"),
    "embedding, folding": (
        *("embedding", "embedding_dense_backward", "index_select", "index_copy", "index_copy_", "index_add", "index_add_", "index"),
        *("scatter_add_", "gather", "nonzero", "index_put_", "_index_put_impl_", "bincount", "cumsum"),
    ),
    "filling with zeros": ("fill_", "zero_", "zeros", "new_zeros", "zeros_like"),
    "optimizer, clipping": ("_fused_adamw_", "linalg_vector_norm", "_foreach_mul_", "_foreach_norm", "_fused_adam_", "mul_"),
    "tokenisation": ("tokenisation",),
}
OTHER = "adding, scaling, sums"
_GROUP = {name: group for group, names in GROUPS.items() for name in names}


def grouped(events: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Self seconds of events, added up by group. What is no operator (the autograd engine's own time) is left to the rest of the wall time.

    Args:
        events: (name, self seconds); operators are named `aten::...`.
    """
    sums = dict.fromkeys([*GROUPS, OTHER], 0.0)
    for name, seconds in events:
        group = group_of(name)
        if group is not None:
            sums[group] += seconds
    return sums


def group_of(name: str) -> str | None:
    """The group of an event, None for what is no work of its own."""
    if name.startswith("Optimizer."):
        return "optimizer, clipping"
    if name in GROUPS["tokenisation"]:
        return "tokenisation"
    if not name.startswith("aten::"):
        return None
    return _GROUP.get(name.removeprefix("aten::"), OTHER)
