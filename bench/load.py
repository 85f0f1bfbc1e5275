"""A load generator: prepared requests over kept connections, one process, no library.

What it costs is the same for every variant, and far below the cheapest of them.
"""

import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`latencies` in seconds, unsorted; `errors` counts answers that are not 2xx."""

    seconds: float
    latencies: list[float]
    errors: int

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def http_request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, requests: list[bytes], connections: int = 16) -> Result:
    """Send all requests, each connection one at a time."""
    waiting = deque(requests)
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    errors = 0
    started = time.perf_counter()
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(waiting.popleft())
        sent = [time.perf_counter(), b""]
        selector.register(connection, selectors.EVENT_READ, sent)
    busy = connections
    while busy:
        for key, _ in selector.select():
            state = key.data
            state[1] += key.fileobj.recv(65536)  # type: ignore[union-attr]
            if not _is_whole(state[1]):
                continue
            latencies.append(time.perf_counter() - state[0])
            errors += not state[1].startswith(b"HTTP/1.1 2")
            if waiting:
                state[0], state[1] = time.perf_counter(), b""
                key.fileobj.sendall(waiting.popleft())  # type: ignore[union-attr]
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
                busy -= 1
    return Result(time.perf_counter() - started, latencies, errors)


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        if not answer:
            raise ConnectionError("the server closed a connection")
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return head.startswith(b"HTTP/1.1 204") or body.endswith(b"0\r\n\r\n")
