"""A paragraph per block in plain sentences, from the same numbers as the tables: what was run, what was found, how sure."""

from __future__ import annotations

import statistics
from collections import Counter

from reports.analysis.analysis import ALPHA, Analysis, Place
from reports.analysis.headlines import headlines
from reports.analysis.power_notes import in_words
from reports.published.filled_table import PaperTable
from reports.results.blocks import Block
from reports.tables.table import counted, number


def paragraph(block: Block, analysis: Analysis | None, papers: list[PaperTable]) -> str:
    """Sentences fit to paste into a paper. Every number in them stands in a table too."""
    said = [*_run(block), *_stand_in(block)]
    if analysis is None:
        said.append("There is no baseline among these arms, so no differences were tested.")
    else:
        said += [*_baseline(analysis), *_found(analysis), *_noise_floor(analysis), *_power(analysis), *_floors(analysis)]
    return " ".join([*said, *_verdicts(papers)])


def _run(block: Block) -> list[str]:
    frame = block.frame
    done, failed = int((frame["status"] == "done").sum()), int((~frame["status"].isin(["done", "missing"])).sum())
    encoders = _list(sorted(set(frame["encoder"]) - {""})) or "no encoder"
    tasks = _list(list(dict.fromkeys(cell.task for cell in block.cells)))
    shots = _list(list(dict.fromkeys(cell.size for cell in sorted(block.cells, key=lambda cell: (cell.examples, cell.size)))))
    noisy = " with and without noise" if any(cell.noise for cell in block.cells) else ""
    suite, profile = block.suite or "(no plan)", block.profile or "unknown"
    first = (
        f"We ran {counted(len(block.arms), 'arm')} of the suite {suite} with {encoders} (profile {profile}, "
        f"protocol {block.protocol}) on {tasks} with {shots} labelled training examples{noisy}, {_counts(block)}."
    )
    gaps = f"Of {len(frame)} planned runs {done} finished" + (f" and {failed} failed" if failed else "")
    rest = "; the rest is missing." if done + failed < len(frame) else "."
    return [first, *([f"{gaps}{rest}"] if done < len(frame) else [])]


def _counts(block: Block) -> str:
    """Runs per arm and cell: the usual number, and the cells that have another; from the fewest to the most where arms of a cell differ."""
    counts: dict[str, set[int]] = {}
    for (_, cell), runs in block.runs.items():
        counts.setdefault(cell.label, set()).add(runs.planned)
    most = max(max(some) for some in counts.values())
    one = "" if most == 1 else ", each on its own training set" if _own_splits(block) else ", crossing training sets and seeds"
    if any(len(some) > 1 for some in counts.values()):
        return f"{min(min(some) for some in counts.values())} to {most} runs per arm and cell{one}"
    usual = Counter(runs.planned for runs in block.runs.values()).most_common(1)[0][0]
    others: dict[int, list[str]] = {}
    for where, (count,) in counts.items():
        if count != usual:
            others.setdefault(count, []).append(where)
    said = "; ".join(f"{count} on {_list(names)}" for count, names in sorted(others.items()))
    return f"{counted(usual, 'run')} per arm and cell{one}" + (f" ({said})" if said else "")


def _own_splits(block: Block) -> bool:
    """Whether no two runs of an arm in a cell share their training set."""
    return all(len({row["split_seed"] for row in runs.rows}) == runs.planned for runs in block.runs.values())


def _stand_in(block: Block) -> list[str]:
    return ["The texts or the encoder stand in for real ones: nothing follows for the methods."] if block.stand_in else []


def _baseline(analysis: Analysis) -> list[str]:
    told = []
    for cell in analysis.block.cells:
        runs = analysis.block.runs.get((analysis.against, cell))
        if runs is not None and len(runs.scores) > 1:
            values = [100 * value for value in runs.scores.values()]
            told.append((cell.metric, f"{statistics.fmean(values):.1f} (sd {statistics.stdev(values):.1f}) on {cell.label}"))
    by_metric = [f"{_list([said for name, said in told if name == metric])}, in points of {metric}" for metric in dict(told)]
    return [f"The baseline {analysis.against} reached {'; '.join(by_metric)}."] if told else []


def _found(analysis: Analysis) -> list[str]:
    tested = [place for places in analysis.members.values() for place in places if analysis.comparisons[place].p is not None]
    planned = sum(len(places) for places in analysis.members.values())
    if not tested:
        return ["No arm has enough pairs with the baseline for a test."]
    hits = [place for place in tested if analysis.significant(place)]
    sizes = _list([f"{len(places)} of {name}" for name, places in analysis.members.items()])
    start = (
        f"After Holm's correction within each family ({planned} comparison{'s' * (planned != 1)}: {sizes}; paired t-tests, level {ALPHA:g})"
    )
    if not hits:
        among = "the one comparison" if len(tested) == 1 else f"any of the {len(tested)} comparisons"
        return [f"{start}, no difference from {analysis.against} was shown in {among} that could be tested."]
    rest = len(tested) - len(hits)
    others = "the other comparison" if rest == 1 else f"the other {rest} comparisons"
    more = f" In {others} that could be tested no difference was shown." if rest else ""
    return [f"{start}, {_list([_hit(analysis, place) for place in hits])}.{more}", *_reach_of_claims(analysis, hits)]


def _hit(analysis: Analysis, place: Place) -> str:
    found = analysis.comparisons[place]
    assert found.difference is not None
    size = number(100 * abs(found.difference))
    sign = 1 if found.difference > 0 else -1
    low, high = sorted(100 * sign * end for end in (found.interval.low, found.interval.high)) if found.interval else (0.0, 0.0)
    ends = "" if found.interval is None else f" (95 % interval {number(low)} to {number(high)}, n = {found.n})"
    return f"{place[0]} was {'better' if found.difference > 0 else 'worse'} by {size} points on {place[1].label}{ends}"


def _reach_of_claims(analysis: Analysis, hits: list[Place]) -> list[str]:
    narrow = [place for place in hits if (found := analysis.over_examples.get(place)) is None or found.scope != "task"]
    if not narrow:
        return [f"{'This holds' if len(hits) == 1 else 'All of these hold'} for new test examples too (two-way bootstrap)."]
    return [f"For {len(narrow)} of {len(hits)} this is known of these test examples only: another test set could turn it round."]


def _noise_floor(analysis: Analysis) -> list[str]:
    told = [
        f"{one.baseline.shown} points at {one.level} ({_list(list(one.tasks))})"
        for one in headlines(analysis)
        if one.arm == analysis.null and one.baseline is not None
    ]
    if not told:
        return ["The noise floor was not measured: no arm that is the baseline under other random numbers has enough pairs."]
    return [f"The baseline under other random numbers differed from itself by {_list(told)}, mean over tasks with its 95 % interval."]


def _power(analysis: Analysis) -> list[str]:
    ends = analysis.detectable()
    if ends is None:
        return []
    return [f"Differences smaller than this would likely have been missed (power .8): {in_words(ends)}."]


def _floors(analysis: Analysis) -> list[str]:
    low = [cell.label for cell in analysis.block.cells if analysis.floored(cell)]
    return [f"No arm learnt anything on {_list(low)}; no test was made there."] if low else []


def _verdicts(papers: list[PaperTable]) -> list[str]:
    told = []
    for filled in papers:
        counts = Counter(f"{cell.verdict.outcome}" for cell in filled.cells if cell.verdict is not None)
        kinds = {cell.verdict.kind for cell in filled.cells if cell.verdict is not None}
        if counts:
            listed = _list([f'"{name}" in {count}' for name, count in sorted(counts.items())])
            told.append(
                f"Held against {filled.table.citation}, {filled.table.number} ({' and '.join(sorted(kinds))} comparison), "
                f"the verdict on our gain over the baseline was {listed} of {counted(counts.total(), 'cell')}."
            )
    return told


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
