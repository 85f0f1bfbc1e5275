"""HTTP/1.1 on loopback: a thread for each connection, one request at a time at work."""

import os
import socket
import struct
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

# Each puts its handlers on the table.
from apps.integrations.simulator import (  # noqa: F401
    gmail,
    google,
    google_calendar,
    graph_calendar,
    graph_mail,
    keys,
    microsoft,
    notion,
    page,
    workspace,
    youtube,
)
from apps.integrations.simulator.control import Door
from apps.integrations.simulator.faults import Fault, Faults
from apps.integrations.simulator.journal import Journal
from apps.integrations.simulator.messages import Answer, Request, Stop
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import State

HOST = "127.0.0.1"
MOST_BODY = 10_000_000


class Simulator(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, file: Path | None = None) -> None:
        self.state = State(file)
        self.faults, self.journal = Faults(), Journal()
        self.door = Door(self.state, self.faults, self.journal)
        keys.certificates()  # before threads could make two
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def answer(self, request: Request, note: dict[str, object]) -> Answer:
        """The work itself; what it changed is on disk before it is told."""
        entry = ROUTES.find(request.method, request.path)
        if entry is None:
            return Answer(404, {"error": f"Not simulated: {request.path}"})
        call = Call(request, self.state, note=note)
        with self.state.lock:
            try:
                return entry(call)
            except Stop as stop:
                return stop.answer
            finally:
                self.state.save()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[int] = 600
    server: Simulator

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):  # whatever the method
            return self._serve
        raise AttributeError(name)

    def log_message(self, *args: object) -> None:
        """The journal has it, without codes and tokens."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY:
            self.close_connection = True
            return self._send(Answer(413, {"error": "Too much."}))
        place = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(place.path),
            query=place.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        if request.path in ("/", "/_style.css"):
            return self._send(_plain(request.path))
        if request.path.startswith("/_"):
            with self.server.state.lock:
                answer = self.server.door.answer(request)
                self.server.state.save()
            return self._send(answer)
        self._work(request)

    def _work(self, request: Request) -> None:
        server = self.server
        at = server.state.now()
        line = server.journal.add(at, request.method, request.path, request.bearer())
        fault = server.faults.take(request.method, request.path)
        note: dict[str, object] = {"fault": fault.kind if fault else None}
        server.journal.complete(line, note)
        if fault and not self._goes_on(fault):
            return
        answer = server.answer(request, note)
        server.journal.complete(line, note | {"status": answer.status})
        match fault.kind if fault else "":
            case "lose":
                self._reset()
            case "truncate":
                head, body = self._rendered(answer)
                self.wfile.write(head + body[: len(body) // 2])
                self._reset(hard=False)
            case "drip":
                assert fault
                for byte in b"".join(self._rendered(answer)):
                    self.wfile.write(bytes([byte]))
                    server.faults.wait(fault.seconds)
            case _:
                self._send(answer)

    def _goes_on(self, fault: Fault) -> bool:
        """Whether the work is still to be done; the rest is said here."""
        match fault.kind:
            case "hang":
                self.server.faults.wait(fault.seconds)
                return True
            case "reset":
                self._reset()
            case "noise":
                self.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
                self._reset(hard=False)
            case "garbage":
                kind = {"Content-Type": "application/json"}
                self._send(Answer(200, b'{"access_token": <html>\xff\xfe', kind))
            case "answer":
                body = (fault.body or "").encode()
                kind = {"Content-Type": "application/json"}
                self._send(Answer(fault.status, body, kind | fault.headers))
            case "huge":
                self._pour(fault.bytes)
            case _:
                return True
        return False

    def _pour(self, size: int) -> None:
        """JSON of about `size` bytes, never whole in memory."""
        filling, tail = b" " * 65_536, b"{}"
        total = size // len(filling) * len(filling) + len(tail)
        head = f"Content-Type: application/json\r\nContent-Length: {total}\r\n\r\n"
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + head.encode())
        for _ in range(size // len(filling)):
            self.wfile.write(filling)
        self.wfile.write(tail)

    def _send(self, answer: Answer) -> None:
        head, body = self._rendered(answer)
        self.wfile.write(head + (b"" if self.command == "HEAD" else body))

    def _rendered(self, answer: Answer) -> tuple[bytes, bytes]:
        headers, body = answer.raw()
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        now = formatdate(self.server.state.now(), usegmt=True)
        lines += [
            f"{name}: {value}" for name, value in ({"Date": now} | headers).items()
        ]
        if answer.status != 204:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode(), body

    def _reset(self, *, hard: bool = True) -> None:
        """Cut the connection: `hard` as a crash would (RST), else where it stands."""
        self.close_connection = True
        if hard:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())


def _plain(path: str) -> Answer:
    if path == "/":
        return page.start()
    return Answer(200, page.STYLE, {"Content-Type": "text/css; charset=utf-8"})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"  # Notion's 529


def run(port: int, file: Path | None) -> None:
    """Until a signal."""
    with Simulator(port, file) as simulator:
        print(f"ready {simulator.url}", flush=True)
        simulator.serve_forever()
