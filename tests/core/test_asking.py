"""One request to somebody outside: within its time, its size and its address."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.http import AnswerLost, NotReached


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cookies: list[str | None] = []

    def do_GET(self) -> None:
        Handler.cookies.append(self.headers.get("Cookie"))
        match self.path.partition("?")[0]:
            case "/on":
                self._say(302, b"", Location="/elsewhere")
            case "/huge":
                self._say(200, b"x" * 5_000)
            case "/silent":
                self.server.gate.wait(20)  # type: ignore[attr-defined]
            case "/drip":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self._drip()
            case "/drip-headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                self._drip()
            case "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"half")
                self.close_connection = True
            case _:
                self._say(200, b'{"said": 1}')

    def _drip(self) -> None:
        with suppress(OSError):  # they have gone
            while not self.server.gate.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b"x")
                self.wfile.flush()

    do_POST = do_DELETE = do_GET

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Set-Cookie", "who=alice")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.gate = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    Handler.cookies = []
    yield f"http://127.0.0.1:{server.server_port}"
    server.gate.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def test_what_comes_back_is_read_as_json(origin: str) -> None:
    answer = http.ask("GET", f"{origin}/", trusted=origin)
    assert (answer.status, answer.is_good) == (200, True)
    assert answer.json() == {"said": 1}


def test_nothing_of_an_answer_is_printed(origin: str) -> None:
    assert "said" not in repr(http.ask("GET", f"{origin}/", trusted=origin))


def test_a_cookie_of_one_call_does_not_go_along_with_the_next(origin: str) -> None:
    for _ in range(3):
        http.ask("GET", f"{origin}/", trusted=origin)
    assert Handler.cookies == [None] * 3


def test_no_redirect_is_followed(origin: str) -> None:
    assert http.ask("GET", f"{origin}/on", trusted=origin).status == 302
    assert len(Handler.cookies) == 1


def test_an_answer_that_is_too_large_is_let_go(origin: str) -> None:
    with pytest.raises(OutsideFailure) as caught:
        http.ask("GET", f"{origin}/huge", trusted=origin, most_bytes=1_000)
    assert (caught.value.code, caught.value.permanent) == ("too_large", True)


@pytest.mark.parametrize("path", ["/silent", "/drip", "/drip-headers"])
def test_it_takes_no_longer_than_its_time(origin: str, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(AnswerLost):
        http.ask("GET", f"{origin}{path}", trusted=origin, seconds=0.3)
    assert time.monotonic() - began < 10


def test_nor_does_a_file_a_form_or_what_is_deleted(origin: str) -> None:
    url, began = f"{origin}/drip-headers", time.monotonic()
    with pytest.raises(OutsideFailure):
        http.fetch(
            url,
            credentials=("a", "b"),
            is_allowed=lambda _: True,
            trusted=origin,
            most_bytes=100,
            seconds=0.3,
        )
    with pytest.raises(OutsideFailure):
        http.post_form(url, {}, seconds=0.3)
    with pytest.raises(OutsideFailure):
        http.delete(url, credentials=("a", "b"), seconds=0.3)
    assert time.monotonic() - began < 10


def test_the_time_of_one_call_is_none_of_the_next(origin: str) -> None:
    for _ in range(2):
        with pytest.raises(AnswerLost):
            http.ask("GET", f"{origin}/drip-headers", trusted=origin, seconds=0.1)
        assert http.ask("GET", f"{origin}/", trusted=origin).is_good


def test_an_answer_that_breaks_off_may_have_been_done(origin: str) -> None:
    with pytest.raises(AnswerLost):
        http.ask("GET", f"{origin}/cut", trusted=origin)


def test_who_is_not_there_was_never_asked() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    origin = f"http://127.0.0.1:{server.server_port}"
    server.server_close()
    with pytest.raises(NotReached):
        http.ask("GET", origin, trusted=origin)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:6379/",
        "http://[::1]/",
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "nothing",
        "http://",
    ],
)
def test_nothing_inside_our_own_network_is_asked(url: str) -> None:
    with pytest.raises(OutsideFailure):
        http.ask("GET", url)
    with pytest.raises(OutsideFailure):
        http.ask("GET", url, trusted="https://api.example.com")


def test_words_of_the_answer_are_in_no_error(origin: str) -> None:
    answer = http.Answer(200, {}, b"secret words")
    with pytest.raises(OutsideFailure) as caught:
        answer.json()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
