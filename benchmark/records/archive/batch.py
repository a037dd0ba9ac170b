"""One file of an archive: a batch of files of a results folder as a zstd parquet table of paths and bytes."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping

PATH = re.compile(
    r"records/[0-9a-f]{2}/[0-9a-f]{64}\.json"
    r"|(manifests|splits|testsets|environments)/[0-9a-f]{64}\.json"
    r"|(probabilities|representations)/[0-9a-f]{64}\.npy"
    r"|plugins/(?P<code>[0-9a-f]{12})/cell_[A-Za-z0-9_]+\.py"
)
COLUMNS = ["file", "content"]
LEVEL = 19  # zstd: slow to write and small; a batch is written once
PAGE = 1 << 30  # one page for a column: what repeats from record to record is then stored once


def is_misnamed(path: str, content: bytes) -> bool:
    """Whether a path is none of a results folder, or of a plug-in file whose folder is not named for its content."""
    named = PATH.fullmatch(path)
    return named is None or (named["code"] is not None and not hashlib.sha256(content).hexdigest().startswith(named["code"]))


def pack_batch(files: Mapping[str, bytes]) -> bytes:
    """A parquet file with these files, by path within the results folder. Equal files give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = sorted(files)
    arrays = [pa.array(paths, pa.string()), pa.array([files[path] for path in paths], pa.large_binary())]
    table = pa.table(dict(zip(COLUMNS, arrays, strict=True)))
    buffer = io.BytesIO()
    options = {"compression": "zstd", "compression_level": LEVEL, "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, buffer, row_group_size=max(1, len(paths)), data_page_size=PAGE, **options)
    return buffer.getvalue()


def unpack_batch(content: bytes) -> dict[str, bytes]:
    """Path -> bytes. ValueError with one plain reason where it is no batch, or holds a path that no results folder has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise ValueError("truncated or no parquet file") from error
    if table.column_names != COLUMNS:
        raise ValueError(f"its columns are {', '.join(table.column_names)} instead of {', '.join(COLUMNS)}")
    files = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    for path, held in files.items():
        if not isinstance(path, str) or is_misnamed(path, held):
            raise ValueError(f"it holds {path!r}, which is no file of a results folder")
    return files
