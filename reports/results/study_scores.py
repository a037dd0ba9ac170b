"""The scores that a study's conclusions rest on: the runs of each arm by encoder, task and number of shots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from benchmark.stats.pairing import READ, ArmRuns, runs_of

if TYPE_CHECKING:
    import pandas as pd

OTHER_DESIGN = r"\+(?:search\d+|looks|crossed)"  # in a profile's name, as plans write it


class ArmPlace(NamedTuple):
    """Where runs belong: encoder, task, number of shots, arm."""

    encoder: str
    task: str
    shots: str
    arm: str


StudyScores = Mapping[ArmPlace, ArmRuns]


def study_scores(frame: pd.DataFrame, majority: Mapping[tuple[str, str], float] | None = None) -> dict[ArmPlace, ArmRuns]:
    """The runs of a results table, without noise, long tails, and runs of another design: searches, interim looks, crossed seeds.

    Args:
        majority: (task, shots) -> majority rate of the test set, for counting collapsed runs; none are counted where it is not known.
    """
    apart = frame["profile"].fillna("").str.contains(OTHER_DESIGN)
    rows = frame[(frame["role"] == "arm") & (frame["noise_kind"].fillna("") == "") & ~apart]
    found: dict[ArmPlace, ArmRuns] = {}
    for (encoder, task, shots, arm), group in rows.groupby(["encoder", "task", "shots", "variant"], sort=False, dropna=False):
        place = ArmPlace(str(encoder or ""), str(task), str(shots), str(arm))
        found[place] = runs_of(place.arm, group[READ].to_dict("records"), (majority or {}).get((place.task, place.shots)))
    return found
