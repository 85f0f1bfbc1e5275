"""A carrier on loopback that takes every text: as little work as HTTP can be.

Each variant hands its answers over here. It knows what it took when, and lists it, as
whoever died in the middle asks.
"""

import contextlib
import json
import secrets
import socket
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit


class Carrier:
    """`taken` has the moment of the monotonic clock, the number and the words."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, str, str]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._came = threading.Condition()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._welcome, daemon=True).start()

    def forget(self) -> None:
        with self._came:
            self.taken.clear()
            self._rows.clear()

    def wait_for(self, count: int, seconds: float) -> None:
        """Until so many were taken."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.taken) >= count, seconds):
                raise SystemExit(f"{len(self.taken)} of {count} were answered")

    def wait_for_reply(self, number: str, count: int, seconds: float) -> float:
        """The moment when that number had been sent so many."""
        with self._came:
            if not self._came.wait_for(
                lambda: len(self._rows.get(number, [])) >= count, seconds
            ):
                raise SystemExit(f"{number} was not answered")
            return [at for at, to, _ in self.taken if to == number][count - 1]

    def _welcome(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # Whoever calls may be killed meanwhile.
        with contextlib.suppress(OSError), connection, connection.makefile(
            "rb"
        ) as stream:
            while line := stream.readline():
                method, path, _ = line.decode().split(" ", 2)
                length = 0
                while (header := stream.readline().strip()) != b"":
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = stream.read(length).decode()
                status, told = self._answer(method, path, body)
                raw = json.dumps(told).encode()
                head = (
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(raw)}\r\n\r\n"
                )
                connection.sendall(head.encode() + raw)

    def _answer(self, method: str, path: str, body: str) -> tuple[int, dict[str, Any]]:
        if method == "POST":
            return 201, self._take(dict(parse_qsl(body)))
        query = parse_qs(urlsplit(path).query)
        with self._came:
            found = self._rows.get(query.get("To", [""])[0], [])[::-1]
        return 200, {"messages": found, "page": 0, "next_page_uri": None, "uri": path}

    def _take(self, form: dict[str, str]) -> dict[str, Any]:
        row = {
            "sid": f"SM{secrets.token_hex(16)}",
            "to": form["To"],
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": format_datetime(datetime.now(UTC)),
        }
        with self._came:
            self.taken.append((time.monotonic(), form["To"], form["Body"]))
            self._rows.setdefault(form["To"], []).append(row)
            self._came.notify_all()
        return row
