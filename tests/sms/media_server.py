"""Twilio's media as its manual has it: behind Basic auth, passed on to where files lie.

https://www.twilio.com/docs/messaging/api/media-resource
"""

import base64
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class MediaServer:
    account: str
    token: str
    # By path: (status, headers, body).
    files: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    refuses_deletes: bool = False

    def put(self, path: str, body: bytes, **headers: str) -> None:
        self.files[path] = (200, headers or {"Content-Type": "image/jpeg"}, body)

    def send_on(self, path: str, to: str) -> None:
        self.files[path] = (307, {"Location": to}, b"")

    def __enter__(self) -> "MediaServer":
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                given = self.headers.get("Authorization", "")
                server.asked.append((self.command, self.path, given))
                if self.path.startswith("/2010-04-01/") and given != server.expected:
                    return self._say(401, {}, b"")
                if self.command == "DELETE":
                    return self._delete(self.path.removesuffix(".json"))
                self._say(*server.files.get(self.path, (404, {}, b"")))

            do_GET = do_DELETE = _answer

            def _delete(self, path: str) -> None:
                if server.refuses_deletes:
                    return self._say(503, {}, b"")
                if path in server.files:
                    server.deleted.append(path)
                self._say(204 if path in server.files else 404, {}, b"")

            def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests look at `asked`."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(
            target=self._http.serve_forever, args=(0.01,), daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def expected(self) -> str:
        pair = f"{self.account}:{self.token}".encode()
        return "Basic " + base64.b64encode(pair).decode()
