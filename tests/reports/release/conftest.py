"""Releases of small results, and a server on this machine that speaks as much of the hub's protocol as an upload needs."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reports.release.release import Release, ReleaseOptions, make_release

WHEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def few(filled: Callable[..., Path], tmp_path: Path) -> Path:
    """Two arms on two tasks, with a run that failed and one that is missing."""
    cells = {
        ("sst2", "20", ""): {"ce": [0.60, 0.62, float("nan")], "scl": [0.65, None]},
        ("trec", "20", ""): {"ce": [0.5]},
    }
    return filled(tmp_path / "results", cells)


@pytest.fixture
def release(few: Path) -> Release:
    """The release of `few`."""
    return make_release(few, ReleaseOptions(WHEN))


@dataclass
class StandIn:
    """What the server holds and was asked for.

    Args:
        files: path -> bytes, of the one repository.
        large: oid -> bytes that came as large files.
        asked: method and path of every request.
        tokens: every token that came.
        refuse: a path that is answered with 403.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    made: list[dict[str, Any]] = field(default_factory=list)
    refuse: str = ""
    url: str = ""

    def commit(self, lines: bytes) -> None:
        """Apply a commit in the hub's line format."""
        for line in lines.splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "file":
                self.files[value["path"]] = base64.b64decode(value["content"])
            elif item["key"] == "lfsFile":
                self.files[value["path"]] = self.large[value["oid"]]
            elif item["key"] == "deletedFile":
                del self.files[value["path"]]


def _handler(state: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, content: Any, code: int = 200) -> None:
            body = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _any(self) -> None:
            path, body = self.path.partition("?")[0], self._body()
            state.asked.append(f"{self.command} {path}")
            if token := self.headers.get("Authorization"):
                state.tokens.add(token)
            if state.refuse and state.refuse in path:
                return self._answer({"error": "Forbidden"}, 403)
            if path == "/api/repos/create":
                state.made.append(json.loads(body))
                return self._answer({"url": f"{state.url}/datasets/org/name", "name": "org/name"})
            if path == "/api/validate-yaml":
                return self._answer({"errors": [], "warnings": []})
            if path == "/api/datasets/org/name/tree/main":
                files = [{"type": "file", "path": name, "size": len(data), "oid": "0" * 40} for name, data in state.files.items()]
                return self._answer(files)
            if path == "/api/datasets/org/name/preupload/main":
                modes = [
                    {"path": file["path"], "uploadMode": "lfs" if file["path"].endswith(".parquet") else "regular", "shouldIgnore": False}
                    for file in json.loads(body)["files"]
                ]
                return self._answer({"files": modes})
            if path == "/datasets/org/name.git/info/lfs/objects/batch":
                objects = [
                    {**one, "actions": {"upload": {"href": f"{state.url}/large/{one['oid']}"}}} for one in json.loads(body)["objects"]
                ]
                return self._answer({"transfer": "basic", "objects": objects})
            if path.startswith("/large/"):
                state.large[path.removeprefix("/large/")] = body
                return self._answer({})
            if path == "/api/datasets/org/name/commit/main":
                state.commit(body)
                return self._answer({"commitUrl": f"{state.url}/datasets/org/name/commit/{'1' * 40}", "commitOid": "1" * 40})
            return self._answer({"error": f"{path} is not part of this stand-in"}, 404)

        do_GET = do_POST = do_PUT = do_HEAD = _any

    return Handler


@pytest.fixture
def hub() -> Iterator[StandIn]:
    """A stand-in for the hub on the loopback interface."""
    state = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
