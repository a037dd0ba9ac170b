"""The way into a Ray cluster, and what every node of it must answer before it gets a run."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from benchmark.errors import UserError
from benchmark.records.error_text import one_line
from benchmark.running.executors.job_payload import JobPayload, not_fit
from benchmark.running.executors.node import probe_node

ANSWER = 120.0  # seconds that a node has to say what it sees

# In the environment before Ray is imported, which reads it once: nothing is reported to anyone, and who has no token is refused.
SAFE = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}


def connected(address: str | None) -> Any:
    """The module `ray`, connected to a running cluster: the one at `address`, else what RAY_ADDRESS or this machine's files name.

    Raises:
        UserError: Ray is not installed, no cluster answers there, or it does not take this driver's token.
    """
    for name, value in SAFE.items():
        if os.environ.setdefault(name, value) != value:
            raise UserError(f"{name} is {os.environ[name]!r}.", f"Allowed: {value}.", "Unset it. See docs/scaling.md.")
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise UserError(
            "--executor ray was given, but Ray is not installed.", "It comes with the extra [ray].", 'pip install -e ".[ray]"'
        ) from error
    try:
        ray.init(address=address or "auto", log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise UserError(
            f"No Ray cluster could be entered at {address or 'this machine'}: {one_line(str(error))}",
            "A running cluster, and the token that it was started with (RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH).",
            "Start its head with `ray start --head` and give its HOST:PORT as --address. See docs/scaling.md.",
        ) from error
    return ray


def seen_by_every_node(ray: Any, parcel: JobPayload) -> list[dict[str, Any]]:
    """Ask every node that is alive what it sees; one that has no room for a run is asked too.

    Raises:
        UserError: it names the first node that cannot do runs, or that does not answer within `ANSWER` seconds.
    """
    asked = {}
    for node in ray.nodes():
        if node["Alive"]:
            here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False)
            asked[ray.remote(look_around).options(num_cpus=0, max_retries=0, scheduling_strategy=here).remote(parcel)] = node
    answered, silent = ray.wait(list(asked), num_returns=len(asked), timeout=ANSWER)
    if silent:
        raise not_fit(_named(asked[silent[0]]), f"It did not answer within {ANSWER:.0f} s.")
    return [_checked(ray, answer, asked[answer]) for answer in answered]


def _checked(ray: Any, answer: Any, node: dict[str, Any]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = ray.get(answer)
    except Exception as error:  # such as: the package is not installed there
        raise not_fit(_named(node), one_line(str(error))) from error
    if told["trouble"]:
        raise not_fit(_named(node), told["trouble"])
    return told


def _named(node: dict[str, Any]) -> str:
    return f"The node {node['NodeManagerAddress']} ({node['NodeID'][:8]})"


def look_around(parcel: JobPayload) -> dict[str, Any]:
    """At a node: what `node.look` tells, and whether Ray itself is closed to others there."""
    told = probe_node(parcel)
    return told | {"trouble": told["trouble"] or _openness()}


def _openness() -> str:
    import ray

    if os.environ.get("RAY_AUTH_MODE") != "token":
        return "Its Ray was started without token authentication: whoever reaches its port can run code. Start it with RAY_AUTH_MODE=token."
    context = ray.get_runtime_context()
    folder = Path(context.get_temp_dir()) / context.get_session_name()
    if all(place.stat().st_mode & 0o077 for place in (folder, *folder.parents)):
        return f"Others can look into {folder}, where Ray keeps job files. Start it with --temp-dir in a folder of mode 0700."
    return ""
