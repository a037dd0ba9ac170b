"""How a measured script is told what to do, and tells what it found: one JSON file in, one JSON file out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def read() -> dict[str, Any]:
    """The job: the file named by the first argument."""
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def answer(**found: Any) -> None:
    """Write the answer into the file named by the second argument."""
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
