"""Does a contrastive, adversarial or denoising objective make a better text classifier? One engine, one table, one verdict each.

Everything the command line does is one call away: `run`, `plan`, `load_results`. Importing this package imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from benchmark.execution.planning import Plan
    from benchmark.execution.runner import Observer, Summary

__version__ = "0.1.0"
__all__ = ["__version__", "load_results", "plan", "run"]


def plan(suite: str, profile: str = "embedded", **options: Any) -> Plan:
    """What would run, what is there already, and what it will cost. Trains nothing. Of a search, or of looks, the part that is next.

    Args:
        suite, profile: a name or the path of a TOML file.
        options: those of the command line, with underscores: `methods`, `tasks`, `shots`, `seeds`, `data_root`, ... Each takes what
            the command line takes ("20,100", "3-7") or its Python form.

    Raises UserError for anything that is not allowed.
    """
    from benchmark.config.request import RunRequest
    from benchmark.execution.carrying_out import preview

    return preview(RunRequest.parse(suite=suite, profile=profile, **options))


def run(suite: str, profile: str = "embedded", *, observer: Observer | None = None, **options: Any) -> Summary:
    """Train and score what is not there yet; one record per run. Arguments as for `plan`.

    Args:
        observer: told of every start and end; by default one plain line per finished run on standard error.
    """
    import sys

    from benchmark.cli.progress import PlainProgress
    from benchmark.config.request import RunRequest
    from benchmark.execution.carrying_out import carry_out

    request = RunRequest.parse(suite=suite, profile=profile, **options)
    return carry_out(request, lambda plan: observer or PlainProgress(sys.stderr))[1]


def load_results(folder: str | PathLike[str]) -> pd.DataFrame:
    """The tidy frame of a results folder: one row per (suite, profile, protocol, key), the columns of `export`."""
    from pathlib import Path

    from benchmark.records.frame import load_results as load

    return load(Path(folder))
