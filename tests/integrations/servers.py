"""Providers to try the product against: our simulator, and servers by others.

Each is a process on a loopback port of its own that dies with us. `simulated()`,
`oidc()`, `emulated()` and `prism()` run one for a `with` block; conftest.py has one of
each for the session.
"""

import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from config.embedded import processes
from tests import node

ROOT = Path(__file__).resolve().parent.parent.parent
# Only a failing test takes this long, so it is long enough for a busy machine.
LONG_SECONDS = 60
# One for all: to make one takes longer than most requests. It keeps no connection, as
# the servers break some.
http = httpx.Client(
    verify=False,
    trust_env=False,
    timeout=30,
    limits=httpx.Limits(max_keepalive_connections=0),
)
_READY = re.compile(r"(?:^ready|Prism is listening on) (http://\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Server:
    url: str
    pid: int
    log: Path


@dataclass(frozen=True)
class Simulator(Server):
    """Ours, with its control door."""

    def order(self, do: str, **more: Any) -> dict[str, Any]:
        said = http.post(f"{self.url}/_control", json={"do": do, **more})
        assert said.status_code == 200, said.text
        found: dict[str, Any] = said.json()
        return found

    def requests(self, path: str = "", **more: Any) -> list[dict[str, Any]]:
        """Those seen, of a path and with such values in their lines."""
        lines = http.get(f"{self.url}/_log").json()["requests"]
        if path:
            more["path"] = path
        return [
            line
            for line in lines
            if all(line.get(name) == value for name, value in more.items())
        ]

    def tokens(self) -> dict[str, list[str]]:
        """What must not be found anywhere: "access", "refresh", "codes"."""
        found: dict[str, list[str]] = http.get(f"{self.url}/_tokens").json()
        return found


@contextmanager
def simulated(state: Path | None = None, port: int = 0) -> Iterator[Simulator]:
    argv = [sys.executable, "-m", "apps.integrations.simulator", "--port", str(port)]
    if state:
        argv += ["--state", str(state)]
    with _started(argv, {}) as found:
        yield Simulator(found.url, found.pid, found.log)


@contextmanager
def oidc(
    *redirect_uris: str, scopes: str = "calendar.read calendar.write", **more: str
) -> Iterator[Server]:
    """`oidc-provider`, client "demo" with "demo-secret"; `more` as oidc.mjs has it."""
    given = {"REDIRECT_URIS": ",".join(redirect_uris), "SCOPES": scopes} | more
    with _by_node("oidc.mjs", given) as found:
        yield found


@contextmanager
def emulated(service: str, issuer: str = "", **seed: Any) -> Iterator[Server]:
    """`emulate` as "google" or "microsoft", at the real paths; `seed` as it has it."""
    given = {"SEED": json.dumps({service: seed} if seed else {})}
    given |= {"ISSUER": issuer} if issuer else {}
    with _by_node("emulate.mjs", given, service) as found:
        yield found


@contextmanager
def prism() -> Iterator[Server]:
    """Notion's own description of its API, that refuses what does not fit it."""
    program = "node_modules/@stoplight/prism-cli/dist/index.js"
    document = "node_modules/@notionhq/notion-mcp-server/scripts/notion-openapi.json"
    order = ["mock", "--port", "0", "--errors", str(node.ROOT / document)]
    with _by_node(program, {}, *order) as found:
        yield found


@contextmanager
def _by_node(script: str, env: Mapping[str, str], *argv: str) -> Iterator[Server]:
    node.install()
    command = [str(node.NODE), str(node.ROOT / script), *argv]
    with _started(command, env) as found:
        yield found


@contextmanager
def _started(argv: Sequence[str], env: Mapping[str, str]) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="provider-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            child = processes.spawn(
                argv,
                death_signal=signal.SIGKILL,
                output=file.fileno(),
                env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **env},
            )
        try:
            yield Server(_address(child, log), child.pid, log)
        finally:
            processes.stop(child, signal.SIGTERM, seconds=5)


def _address(child: processes.Child, log: Path) -> str:
    """What it says when it is ready; fails with its last words when it never is."""
    deadline = time.monotonic() + LONG_SECONDS
    while not (found := _READY.search(log.read_text(errors="replace"))):
        alive = child.poll() is None and time.monotonic() < deadline
        assert alive, f"not ready: {log.read_text(errors='replace')[-2000:]}"
        time.sleep(0.02)
    return found[1]
