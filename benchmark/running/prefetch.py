"""Fetching and verifying everything that a later offline run needs: data, encoder, translation models, metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.config.request import RunRequest
from benchmark.metrics.metric import load_metric
from benchmark.models.encoder_files import locate, weights_hash
from benchmark.planning import loaded_data
from benchmark.planning.grid import Grid, make_grids
from benchmark.planning.workspace import Workspace, make_workspace
from benchmark.plugins.plugin_loading import load_plugin
from benchmark.running.transfer import transfer_rows


def prefetch(request: RunRequest) -> Iterator[str]:
    """Fetch and verify, and say of each thing what was found.

    Raises:
        UserError: something is missing and cannot be fetched, or is not what is pinned.
    """
    for plugin in request.plugins:
        load_plugin(plugin)
    grids = make_grids(request)
    for task, workspace in _tasks(request, grids).items():
        data = loaded_data.task_data(task, workspace)
        partial = "".join(f"; {part} partial: {have} of {wanted} rows" for part, (have, wanted) in data.partial.items())
        yield f"task {task}: {len(data.train)} train and {len(data.test)} test rows from {data.source}, hash {data.hash[:12]}{partial}"
        for rows in transfer_rows(task, data.label_names, workspace) if workspace.transfer else ():
            yield f"further test set {rows.name} of {task}: {len(rows.test)} rows"
        for metric in loaded_data.metrics_of(task, workspace):
            load_metric(metric)
    yield from dict.fromkeys(encoder_line(grid) for grid in grids)
    if any(cell.noise is not None and cell.noise.kind == "back-translation" for grid in grids for cell in grid.cells):
        from benchmark.data.noise.marian import fetch

        fetch()
        yield "translation models: both are there"


def _tasks(request: RunRequest, grids: Sequence[Grid]) -> dict[str, Workspace]:
    """Every task with the workspace to read it in: that of a grid which scores its further test sets, where one does."""
    found: dict[str, Workspace] = {}
    for grid in grids:
        workspace = make_workspace(request, grid)
        for cell in grid.cells:
            if workspace.transfer or cell.task not in found:
                found[cell.task] = workspace
    return found


def encoder_line(grid: Grid) -> str:
    """Where the encoder was found, and its hash."""
    folder = locate(grid.encoder)
    found = weights_hash(grid.encoder, folder)
    kind = "random weights" if folder is None else "pinned" if grid.encoder.weights else "not pinned: the hash is recorded"
    return f"encoder {grid.encoder.name}: weights {found[:12]} ({kind})"
