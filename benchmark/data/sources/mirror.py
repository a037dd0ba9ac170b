"""A local mirror of hub repositories: `<org>__<name>/<config>/<split>-*.parquet` below a data root. Read with pyarrow alone."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.task import TaskConfig
from benchmark.data.sources.columns import Columns, class_names, concatenated, from_arrow
from benchmark.errors import UserError


def read_mirror(task: TaskConfig, root: Path, split: str) -> Columns:
    """One split of a task, from all of its folders. UserError where root, folder or split is missing, or where a file is not parquet."""
    if not task.folders:
        raise UserError(f"Task {task.name!r} comes from a file, not from a data root.", "", "Name its file.")
    parts = []
    for name in task.folders:
        folder = _folder(task, root, name)
        files = sorted(folder.glob(f"{split}-*.parquet"))
        if not files:
            there = sorted({path.name.split("-")[0] for path in folder.glob("*.parquet")})
            raise UserError(f"{folder} has no split {split!r}.", f"It has {', '.join(there) or 'no parquet file'}.", "Complete the mirror.")
        parts.append(_read(task, files, f"{name}/{split}"))
    return concatenated(parts)


def _folder(task: TaskConfig, root: Path, name: str) -> Path:
    if not root.is_dir():
        raise UserError(
            f"The data root {root} is not a folder.",
            "It holds folders such as nyu-mll__glue/sst2.",
            "Correct --data-root (or BENCHMARK_DATA_ROOT).",
        )
    folder = root / name
    if not folder.is_dir():
        there = sorted(f"{path.parent.name}/{path.name}" for path in root.glob("*/*") if path.is_dir())
        raise UserError(
            f"The data root {root} has no {name}, which task {task.name!r} needs.",
            f"It has {', '.join(there[:40]) or 'no dataset'}{' and more' if len(there) > 40 else ''}.",
            "Choose among these tasks (--tasks), or add the folder to the mirror.",
        )
    return folder


def _read(task: TaskConfig, files: list[Path], where: str) -> Columns:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(files[0])
        wanted = [column for column in (*task.text, task.label) if column in schema.names]
        table = pa.concat_tables([pq.ParquetFile(path).read(columns=wanted or None) for path in files])
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f"{files[0].parent} cannot be read: {error}.", "Parquet files are expected.", "Fetch them again.") from error
    return from_arrow(table, task, where, class_names(schema, task.label))
