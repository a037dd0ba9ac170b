"""Our side: the suite's own command line, and its planning for what is handed to the peers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speed.process import Spent, timed
from speed.setting import Setting

if TYPE_CHECKING:
    from benchmark.planning.plan import Plan
    from benchmark.records.record import RunRecord

Options = Mapping[str, Any]


def run(setting: Setting, options: Options) -> tuple[Spent, list[RunRecord]]:
    """`python -m benchmark run` with these options, whole, in folders of its own."""
    from benchmark.records.record import RunRecord
    from benchmark.records.store import RecordStore

    folder = setting.folder("suite")
    command = [sys.executable, "-m", "benchmark", "run", *words(setting, options, folder)]
    spent, _ = timed(command, int(options.get("threads", setting.threads)))
    return spent, [record for record in RecordStore(folder / "results") if isinstance(record, RunRecord)]


def plan(setting: Setting, options: Options) -> Plan:
    """The plan of the same options, in this process: where the peers' rows come from."""
    from benchmark.config.request import RunRequest
    from benchmark.planning.plan import make_plan

    folder = setting.folder("plan")
    given = {name.replace("-", "_"): value for name, value in all_options(setting, options, folder).items()}
    return make_plan(RunRequest.parse(**given))


def words(setting: Setting, options: Options, folder: Path) -> list[str]:
    """The options as a command line."""
    line: list[str] = []
    for name, value in all_options(setting, options, folder).items():
        for each in value if isinstance(value, (list, tuple)) else (value,):
            line += [f"--{name}", str(each)]
    return line


def all_options(setting: Setting, options: Options, folder: Path) -> dict[str, Any]:
    """The options with those that every call shares."""
    places = {"suite": "glue-fewshot", "results": folder / "results", "cache": folder / "cache"}
    real = {} if setting.data_root is None or options.get("profile") == "embedded" else {"data-root": setting.data_root}
    return {**places, **real, **options}
