"""Gunicorn: two processes with four threads each; the application writes the log."""

import gc
import os
from pathlib import Path
from typing import Any

from django.urls import reverse
from prometheus_client import multiprocess

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 2
threads = 4

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


def child_exit(server: Any, worker: Any) -> None:
    """What a worker counted stays; what it measured now is gone with it."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
