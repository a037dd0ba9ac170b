"""The context of a block's numbers: the header above and the notes below every one of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmark.config.encoder import EncoderConfig
from benchmark.config.toml_files import load_encoder
from benchmark.errors import UserError
from reports.results.blocks import Block
from reports.results.separation import flat_items
from reports.tables.table import counted

SPREAD = "sample standard deviation over runs (ddof 1)"


def header(block: Block) -> tuple[str, ...]:
    """Profile, encoder, compute, protocol, labels, unlabelled texts: one line each."""
    frame = block.frame
    return (
        f"Suite {block.suite or '(no plan)'}; profile {block.profile or '(no plan)'}; {_compute(block)}.",
        *(_encoder(name) for name in sorted(set(frame["encoder"]) - {""})),
        f"Protocol {block.protocol}: {_protocol(block)}",
        _labels(block),
        *stand_in(block),
    )


def origin(block: Block) -> str:
    """The block in one line, for pictures."""
    return f"S{block.title[1:]}{'; STAND-IN: no verdict follows' if block.stand_in else ''}."


def _compute(block: Block) -> str:
    kinds = block.frame[["device", "precision", "threads"]].drop_duplicates().sort_values(["device", "precision", "threads"])
    shown = [f"{device} {precision}, {threads} thread{'s' if threads != 1 else ''}" for device, precision, threads in kinds.values]
    return "compute " + " and ".join(shown)


def _encoder(name: str) -> str:
    try:
        config = load_encoder(name)
    except UserError:
        return f"Encoder {name}: not one that is shipped; what it was pre-trained on is not known here."
    return f"Encoder {name}, pre-trained on: {config.pretrained_on or 'not stated'}{seen_and_redrawn(config)}."


def seen_and_redrawn(config: EncoderConfig) -> str:
    """What a reader must know beside the pre-training: the tasks it has seen, and how much of it is drawn again."""
    seen = f"; it has seen data of {', '.join(config.seen_tasks)}" if config.seen_tasks else ""
    layers = "layer is" if config.reinit == 1 else f"{config.reinit} layers are"
    return seen + (f"; its top {layers} drawn again at random before every run" if config.reinit else "")


def _protocol(block: Block) -> str:
    rules = {"last": "the last checkpoint is scored", "best-dev": "the checkpoint with the best development score is scored"}
    found = sorted(rules[selection] for selection in block.selections)
    every = "every finished run counts" if block.protocol == "honest" else "runs as the paper drew them; every finished run counts here"
    return "; ".join([every, *found, f"{_parameters(block)}, none chosen by test score"]) + "."


def _parameters(block: Block) -> str:
    search = block.design.get("search")
    if search is None:
        return "parameters: defaults, as listed in the manifest"
    return f"parameters: tuned, {search['trials']} settings per arm and cell, chosen by development score"


def _labels(block: Block) -> str:
    rows = block.frame[block.frame["status"] == "done"]
    if not len(rows):
        return "Labels used: no run has finished yet."
    train, dev, free = (_range(rows[name].dropna()) for name in ("n_train", "n_dev", "n_unlabelled"))
    return f"Labels used: {train} (train) and {dev} (development); unlabelled texts on offer to methods that read them: {free}."


def _range(values: Iterable[Any]) -> str:
    distinct = sorted({int(value) for value in values})
    return ", ".join(map(str, distinct)) if len(distinct) <= 6 else f"{distinct[0]} to {distinct[-1]}"


def stand_in(block: Block) -> tuple[str, ...]:
    """The line that says that data or encoder stand in for real ones; none where they do not."""
    said = "STAND-IN: texts or encoder stand in for real ones. No verdict on any method follows from these numbers."
    return (said,) if block.stand_in else ()


def notes(block: Block) -> tuple[str, ...]:
    """Partial data, mixed environments, failed and missing runs, tuning trials: one line each, only where there are any."""
    frame = block.frame
    partial = frame[frame["partial"] != ""]
    shortened = sorted({f"{task} ({part})" for task, part in zip(partial["task"], partial["partial"], strict=True)})
    failed = ~frame["status"].isin(["done", "missing"])
    said = [
        f"Partial data, fewer rows than the original: {', '.join(shortened)}." if shortened else "",
        _cut(block),
        *mixed_environments(block),
        *block.separated,
        f"{int(failed.sum())} of {len(frame)} planned runs failed." if failed.any() else "",
        _missing(block),
        f"{counted(block.trials, 'trial')} of the search {'is' if block.trials == 1 else 'are'} not shown here." if block.trials else "",
        _looks(block),
        _no_majority(block),
        "These records belong to no plan in this folder: what is missing cannot be known." if not block.suite else "",
    ]
    return tuple(line for line in said if line)


def _cut(block: Block) -> str:
    """Per task the largest share of test texts that an encoder read only in part."""
    frame = block.frame[(block.frame["status"] == "done") & (block.frame["n_test_cut"] > 0)]
    shares = (frame["n_test_cut"] / frame["n_test"]).groupby(frame["task"]).max()
    told = ", ".join(f"{task} {share:.1%} of the test set" for task, share in shares.items())
    return f"Texts cut to the length cap: {told}." if told else ""


def _looks(block: Block) -> str:
    looks = block.design.get("looks")
    if looks is None:
        return ""
    start = (
        f"Run until decided, with looks at {', '.join(map(str, looks['seeds']))} seeds: each comparison has as many pairs as it needed. "
    )
    if "spending" not in looks:
        return f"{start}Holm's p counts the {len(looks['seeds'])} looks, and so do the intervals (Bonferroni); other p-values do not."
    return (
        f"{start}Intervals of single comparisons are repeated confidence intervals, and Holm's p is taken of the sequential p "
        f"({looks['spending']} spending): both hold after stopping. Other p-values do not know of the looks."
    )


def _no_majority(block: Block) -> str:
    unknown = [cell.label for cell in block.cells if block.majority(cell) is None]
    return f"Collapsed runs are not counted on {', '.join(unknown)}: the majority score there is not known." if unknown else ""


def _missing(block: Block) -> str:
    gone = int((block.frame["status"] == "missing").sum())
    return f"{gone} of {len(block.frame)} planned runs are not there yet; means are over those that are." if gone else ""


def _without_compute(told: dict[str, str]) -> dict[str, str]:
    """Precision and threads are the spec's: the first records had them in the environment too, where they make no other one."""
    return {name: value for name, value in told.items() if not name.startswith("compute.")}


def mixed_environments(block: Block) -> tuple[str, ...]:
    """One line where runs come from several environments: how many, and in what they differ."""
    ids = sorted(set(block.frame["env_id"]) - {""})
    if len(ids) < 2:
        return ()
    told = []
    for env in ids:
        try:
            told.append(_without_compute(dict(flat_items(block.store.get_shared("environments", env)))))
        except UserError:
            told.append({"description": f"{env[:8]} not readable"})
    if len({tuple(sorted(map(str, one.items()))) for one in told}) < 2:
        return ()
    names = sorted({name for one in told for name in one})
    differing = [name for name in names if len({str(one.get(name)) for one in told}) > 1]
    listed = "; ".join(f"{name}: {', '.join(sorted({str(one.get(name)) for one in told}))}" for name in differing[:6])
    more = f" and {len(differing) - 6} more" if len(differing) > 6 else ""
    return (f"MIXED ENVIRONMENTS: {len(ids)} env_ids; they differ in {listed or 'nothing that is recorded'}{more}.",)
