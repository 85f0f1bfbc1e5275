"""A long list is read line by line, and not believed when it breaks off."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.core import http
from apps.core.errors import OutsideFailure


class _Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = 403 if self.path == "/refused" else 200
        body = b"+12025550101\n+12025550102\n"
        # What is promised and does not come is a list that broke off.
        length = len(body) + (10 if self.path == "/short" else 0)
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Store)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_its_lines_come_one_by_one(store: str) -> None:
    lines = http.lines(f"{store}/list")
    assert next(lines) == "+12025550101"
    assert list(lines) == ["+12025550102"]


@pytest.mark.parametrize("path", ["/refused", "/short"])
def test_what_is_no_whole_list_is_a_failure(store: str, path: str) -> None:
    with pytest.raises(OutsideFailure):
        list(http.lines(store + path))


def test_nobody_there_is_a_failure() -> None:
    with pytest.raises(OutsideFailure, match="did not answer"):
        list(http.lines("http://127.0.0.1:9/list"))


def test_a_list_without_an_end_is_left(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_LIST_BYTES", 20)
    with pytest.raises(OutsideFailure, match="too long") as failure:
        list(http.lines(f"{store}/list"))
    assert failure.value.permanent
