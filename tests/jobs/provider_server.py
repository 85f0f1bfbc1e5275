"""A mail provider on loopback: notes what it is asked, answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TO = "dora@example.com"
# How each says that it has taken a letter, and what it calls that from then on.
TAKEN: dict[str, tuple[Any, str]] = {
    "brevo": ({"messageId": "<1@brevo>"}, "<1@brevo>"),
    "mailgun": ({"id": "<1@mailgun>", "message": "Queued."}, "<1@mailgun>"),
    "mailjet": (
        {"Messages": [{"Status": "success", "To": [{"Email": TO, "MessageID": 77}]}]},
        "77",
    ),
    "postmark": (
        {"To": TO, "MessageID": "b7bc-1", "ErrorCode": 0, "Message": "OK"},
        "b7bc-1",
    ),
    "resend": ({"id": "re_1"}, "re_1"),
    # Says nothing: anymail gives the letter a name of its own.
    "sendgrid": ({}, ""),
}


class Provider:
    def __init__(self, answer: Any) -> None:
        self.status, self.answer = 200, answer
        self.asked: list[tuple[str, str]] = []
        self.url = ""


@contextmanager
def running(name: str) -> Iterator[Provider]:
    made = Provider(TAKEN[name][0])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            made.asked.append((self.path, self.rfile.read(length).decode()))
            body = json.dumps(made.answer).encode()
            self.send_response(made.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/v3"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
