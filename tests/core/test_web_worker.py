"""What a web worker does before its first request."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.embedded.watching import until

SCRIPT = """
import gc
from config import gunicorn
from config.wsgi import application
before = len(gc.get_objects())
gunicorn.post_worker_init(None)
print(before, gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_is_loaded_is_searched_for_rubbish_no_more() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, kept, searched = map(int, told.stdout.split()[-3:])
    # The addresses are there as well, with all that answers them.
    assert kept > before > 50 * searched


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a gunicorn as it runs for real."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        found = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"],
        env={**os.environ, "PORT": str(found)},
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _is_open(found))
        yield found
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"GET /api/v1/me?x=" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n", 414, "8,190"),
        (
            b"GET /api/v1/me HTTP/1.1\r\nX: " + b"x" * 9_000 + b"\r\n\r\n",
            431,
            "headers",
        ),
        (b"nonsense\r\n\r\n", 400, "HTTP"),
        (
            b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n",
            501,
            "Transfer-Encoding",
        ),
    ],
)
def test_what_is_no_request_is_answered_with_a_problem(
    port: int, sent: bytes, status: int, words: str
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        peer.sendall(sent)
        answer = http.client.HTTPResponse(peer)
        answer.begin()
        told = json.loads(answer.read())
    assert answer.status == told["status"] == status
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert (told["type"], told["code"]) == ("/problems/unreadable", "unreadable")
    assert words in told["detail"]
