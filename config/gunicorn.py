"""Gunicorn: two processes with four threads each; the application writes the log."""

import gc
import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.urls import reverse
from gunicorn import util
from prometheus_client import multiprocess

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 2
threads = 4

# Bytes of an address, all that gunicorn reads at most; said so in `_REFUSALS`.
limit_request_line = 8190

# Behind a proxy keep-alive outlives the proxy's own; a browser reuses connections.
keepalive = 75
timeout = 30
graceful_timeout = 5

# The heartbeat file of a worker must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# The access log is core/access_log.py: with a request id, without personal data.
accesslog = None
errorlog = "-"

# The socket would be one file in the home folder, shared by every instance.
control_socket_disable = True

# Not preloaded: each worker opens its own database connections after the fork.
preload_app = False

reload = os.environ.get("RELOAD") == "1" and os.environ.get("DEBUG", "1") != "0"


def post_worker_init(worker: Any) -> None:
    """What is there before the first request stays: every address and what answers it.
    Python does not search it for rubbish again and again, for a tenth of a second each
    time, in which nobody is answered."""
    reverse("portal:landing")
    gc.collect()
    gc.freeze()


_REFUSALS = {
    414: "The address is too long: its line has at most 8,190 bytes.",
    417: "Send the body without waiting to be asked for it (Expect).",
    431: "The headers are longer, or more, than can be read.",
    500: "Something went wrong on our side.",
    501: "The body is encoded in a way that cannot be read (Transfer-Encoding).",
}


def refuse(client: Any, status: int, reason: str, why: str) -> None:
    """What could not be read as a request never reaches the application, nor is its
    path known: whoever sent it gets the problem that an app reads (RFC 9457)."""
    code = "error" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "unreadable"
    told = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": _REFUSALS.get(status, "This is not HTTP as it can be read here."),
    }
    body = json.dumps(told).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    util.write_nonblock(client, head.encode() + body)


# It has no setting for this.
util.write_error = refuse


def child_exit(server: Any, worker: Any) -> None:
    """What a worker counted stays; what it measured now is gone with it."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
