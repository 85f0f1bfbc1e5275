"""What is said of a request names no key that is in its path."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from apps.core import logs, paths
from tests.embedded.watching import until

SECRET = "Ab12-Zq7x_Lk9"
# A person's keys, where each stands in an address.
KEYS = (
    f"/mail/unsubscribe/{SECRET}/",
    f"/accounts/password/reset/key/{SECRET}/",
    f"/accounts/email/revert/{SECRET}/",
    f"/accounts/confirm-email/{SECRET}/",
    f"/webhooks/mail/{SECRET}/tracking/",
)


Captured = pytest.CaptureFixture[str]


def listen(level: str = "INFO") -> None:
    logs.configure({"format": "json", "level": level})


@pytest.mark.django_db
@pytest.mark.parametrize("path", KEYS)
@pytest.mark.parametrize("change", ["", "wrong-end", "upper"])
def test_a_page_that_fails_says_no_key(
    capsys: Captured, path: str, change: str
) -> None:
    """Also one that is typed a little wrong, so that no route knows it."""
    listen("DEBUG")
    if change == "wrong-end":
        path = path.removesuffix("/") + "x"
    elif change == "upper":
        path = path.replace("/", "/A", 1)
    client = Client(enforce_csrf_checks=True)
    client.get(path, {"next": SECRET})
    client.post(path)
    told = capsys.readouterr().err
    listen()
    assert "request" in told and SECRET not in told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/nothing", "/nothing"),
        ("/favicon.ico", "/favicon.ico"),
        ("/mail/unsubscribe/abc:1:xyz/", "/mail/unsubscribe/<str:token>/"),
        ("/mail/unsubscribe/abc:1:xyz", "/mail/unsubscribe/…"),
        ("/app/phones/0123", "/app/phones/…"),
        ("/wp-admin/setup.php?a=b", "/wp-admin/setup.php?…"),
        (f"/{'x' * 30}", "/…"),
        ("/%2e%2e/etc", "/…/etc"),
        ("/", "/"),
    ],
)
def test_a_path_is_its_route_or_its_plain_words(path: str, told: str) -> None:
    assert paths.shown(path) == told


def test_a_library_that_speaks_of_files_is_left_alone(capsys: Captured) -> None:
    listen()
    logging.getLogger("some.library").warning("no file %s", "/etc/Zq7x.conf")
    assert "/etc/Zq7x.conf" in capsys.readouterr().err


def test_an_address_with_its_host_is_hidden_too(capsys: Captured) -> None:
    listen()
    logging.getLogger("gunicorn.error").warning(
        "Invalid request: 'GET https://switchboard.example/%s?%s'", SECRET, SECRET
    )
    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert "https://switchboard.example/…?…" in line["event"]


def test_gunicorn_says_no_key_of_what_it_cannot_read(tmp_path: Path) -> None:
    """It quotes the line that it could not read."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"]
            + ["--workers", "1", "config.wsgi"],
            env={**os.environ, "PORT": str(port), "LOG_FORMAT": "json"},
            stderr=output,
        )
    try:
        until(lambda: b"HTTP" in _sent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        line = f"GET /mail/unsubscribe/{SECRET}/ HTTP/9.9\r\n\r\n"
        assert b"400" in _sent(port, line.encode())
        line = f"GET /mail/unsubscribe/{SECRET}/ nonsense HTTP/1.1\r\n\r\n"
        assert b"400" in _sent(port, line.encode())
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    told = log.read_text()
    assert "Invalid request from" in told and SECRET not in told


def _sent(port: int, request: bytes) -> bytes:
    """What comes back first; empty where nobody listens yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
            one.sendall(request)
            return one.recv(200)
    except OSError:
        return b""
