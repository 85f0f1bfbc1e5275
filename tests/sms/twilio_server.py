"""An independent server that speaks Twilio's Messages REST, with a will of its own.

Written from Twilio's documentation, not from our client: Basic auth, form in, JSON
out, error bodies with code and status. `behave(...)` queues what the next POSTs meet.
https://www.twilio.com/docs/messaging/api/message-resource
"""

import base64
import json
import secrets
import socket
import struct
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass
class Sent:
    sid: str
    to: str
    sender: str
    body: str
    callback: str
    at: datetime
    status: str = "queued"


@dataclass
class TwilioServer:
    account: str
    token: str
    sent: list[Sent] = field(default_factory=list)
    posts: int = 0
    # Numbers for which every POST meets a 429.
    busy_for: set[str] = field(default_factory=set)
    _behaviour: list[Any] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _release: threading.Event = field(default_factory=threading.Event)

    def behave(self, *behaviours: int | str) -> None:
        """For each coming POST: a status (429, 500, 400), an error code as text, or
        "accept and drop", "drop", "hang", "accept and 500"."""
        self._behaviour.extend(behaviours)

    def calm(self) -> None:
        """Forget what was still to come."""
        with self._lock:
            self._behaviour.clear()

    def bodies(self, to: str = "") -> list[str]:
        with self._lock:
            return [sent.body for sent in self.sent if not to or sent.to == to]

    def __enter__(self) -> "TwilioServer":
        server = self

        class Handler(_Handler):
            twilio = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._http.shutdown()
        self._http.server_close()

    def next_behaviour(self, to: str) -> Any:
        with self._lock:
            self.posts += 1
            if to in self.busy_for:
                return 429
            return self._behaviour.pop(0) if self._behaviour else "accept"

    def accept(self, form: dict[str, str]) -> Sent:
        sent = Sent(
            sid=f"SM{secrets.token_hex(16)}",
            to=form["To"],
            sender=form.get("From", form.get("MessagingServiceSid", "")),
            body=form["Body"],
            callback=form.get("StatusCallback", ""),
            at=datetime.now(UTC),
        )
        with self._lock:
            self.sent.append(sent)
        return sent

    def listed(self, to: str) -> list[Sent]:
        with self._lock:
            return [sent for sent in reversed(self.sent) if not to or sent.to == to]

    def hang(self) -> None:
        """Until the server is stopped; the client gives up first."""
        self._release.wait()


class _Handler(BaseHTTPRequestHandler):
    twilio: TwilioServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        if not self._authorised():
            return self._error(401, 20003, "Authenticate")
        match self.twilio.next_behaviour(form.get("To", "")):
            case "accept":
                self._answer(201, self._resource(self.twilio.accept(form)))
            case "accept and drop":
                self.twilio.accept(form)
                self._drop()
            case "accept and 500":
                self.twilio.accept(form)
                self._error(500, 20500, "Internal Server Error")
            case "drop":
                self._drop()
            case "hang":
                self.twilio.hang()
            case int(status):
                self._error(status, {429: 20429, 500: 20500}.get(status, 21211), "No")
            case code:
                self._error(400, int(code), "No")

    def do_GET(self) -> None:
        if not self._authorised():
            return self._error(401, 20003, "Authenticate")
        query = parse_qs(urlsplit(self.path).query)
        found = self.twilio.listed(query.get("To", [""])[0])
        self._answer(
            200,
            {
                "messages": [self._resource(sent) for sent in found],
                "page": 0,
                "page_size": 50,
                "next_page_uri": None,
                "uri": self.path,
            },
        )

    def _authorised(self) -> bool:
        proof = f"{self.twilio.account}:{self.twilio.token}".encode()
        expected = "Basic " + base64.b64encode(proof).decode()
        path = f"/2010-04-01/Accounts/{self.twilio.account}/Messages.json"
        return (
            self.headers.get("Authorization") == expected
            and urlsplit(self.path).path == path
        )

    def _resource(self, sent: Sent) -> dict[str, Any]:
        return {
            "sid": sent.sid,
            "account_sid": self.twilio.account,
            "to": sent.to,
            "from": sent.sender,
            "body": sent.body,
            "status": sent.status,
            "num_segments": "1",
            "num_media": "0",
            "direction": "outbound-api",
            "date_created": format_datetime(sent.at),
            "date_sent": None,
            "date_updated": format_datetime(sent.at),
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "api_version": "2010-04-01",
            "uri": "",
            "subresource_uris": {},
        }

    def _error(self, status: int, code: int, message: str) -> None:
        self._answer(
            status,
            {"code": code, "message": message, "status": status, "more_info": ""},
        )

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _drop(self) -> None:
        """Reset the connection without a word."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Quiet: the test's own assertions tell."""
