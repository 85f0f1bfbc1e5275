"""Servers on loopback that are none of ours: a proxy with a page, one that is slow, busy,
or has enough; and one that has an app's files."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import (
    BaseHTTPRequestHandler,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
)
from pathlib import Path

JSON, HTML, PROBLEM = "application/json", "text/html", "application/problem+json"
BUSY = '{"code": "unavailable", "detail": "Not now.", "status": 503}'
OFTEN = '{"code": "too_many", "detail": "Too often.", "status": 429}'


class Odd(ThreadingHTTPServer):
    """`seen`: verb, path and Idempotency-Key of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.seen: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def times(self, verb: str, path: str) -> int:
        return [each[:2] for each in self.seen].count((verb, path))


@contextmanager
def odd() -> Iterator[Odd]:
    server = Odd()
    with _serving(server):
        yield server


@contextmanager
def one_answer(answer: bytes) -> Iterator[str]:
    """A server that answers the first who comes with these bytes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_once, args=(server, answer))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def _answer_once(server: socket.socket, answer: bytes) -> None:
    server.settimeout(30)
    own, _ = server.accept()
    with own:
        own.recv(65_536)
        own.sendall(answer)


@contextmanager
def files(folder: Path, below: str, page: str) -> Iterator[int]:
    """The port at which a folder is served below a path, and a page at that path."""

    class Serving(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != below:
                self.path = "/" + self.path.removeprefix(below)
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """To nobody."""

        def translate_path(self, path: str) -> str:
            return str(folder / path.lstrip("/"))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    with _serving(server):
        yield server.server_address[1]


@contextmanager
def _serving(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answering(BaseHTTPRequestHandler):
    server: Odd

    def log_message(self, *_: object) -> None:
        """To nobody."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        path = self.path.partition("?")[0]
        key = self.headers["Idempotency-Key"] or ""
        self.server.seen.append((self.command, path, key))
        if path == "/api/v1/features":
            time.sleep(1)
        status, kind, body, wait = self._told(path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if wait:
            self.send_header("Retry-After", wait)
        self.end_headers()
        self.wfile.write(body.encode())

    def _told(self, path: str) -> tuple[int, str, str, str]:
        if path.endswith("/tokens/refresh"):
            return 401, HTML, "<h1>Sign in to the network of this hotel</h1>", ""
        if path == "/api/v1/memory":
            return 200, HTML, "<h1>Welcome to the network of this hotel</h1>", ""
        if path == "/api/v1/messages":
            # Now, and then by a date that is over.
            waits = ["0", "Thu, 01 Jan 1970 00:00:00 GMT"]
            wait = waits[self.server.times("POST", path) - 1 :][:1]
            if wait:
                return 503, PROBLEM, BUSY, wait[0]
            return 202, JSON, '{"id": "in-1"}', ""
        if path == "/api/v1/notes":
            return 429, PROBLEM, OFTEN, "60"
        if path == "/api/v1/features":
            return 200, JSON, "[]", ""
        if self.command == "PATCH":
            return 503, PROBLEM, BUSY, "0"
        return 502, HTML, "<h1>502 Bad Gateway</h1>", ""

    do_GET = do_POST = do_PATCH = _answer
