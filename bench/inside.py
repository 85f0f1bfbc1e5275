"""The CPU an application takes for a request, without the web server around it.

    python -m bench.inside MODULE:CALLABLE < requests

Reads a JSON list of [path, body, headers]; prints microseconds of CPU a request. Run
in a process of its own, as every variant brings its own settings.
"""

import importlib
import io
import json
import sys
import time
from typing import Any


def environ(path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
    """What gunicorn gives to an application (PEP 3333)."""
    raw = body.encode()
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        given[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return given


def call(application: Any, one: dict[str, Any]) -> None:
    statuses: list[str] = []
    answer = application(one, lambda status, *_: statuses.append(status))
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if not statuses[0].startswith("200"):
        raise SystemExit(f"the application answered {statuses[0]}")


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    application = getattr(importlib.import_module(module), name)
    requests = [environ(*request) for request in json.load(sys.stdin)]
    warm = len(requests) // 10
    for one in requests[:warm]:
        call(application, one)
    started = time.process_time()
    for one in requests[warm:]:
        call(application, one)
    spent = time.process_time() - started
    print(spent / (len(requests) - warm) * 1e6)


if __name__ == "__main__":
    main()
