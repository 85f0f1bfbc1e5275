"""Ids, shelves, the HTTP window, the mailbox, logs."""

import http.server
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.mail import send_mail
from django.db import OperationalError
from pytest_django import Settings

from apps.core import http as window
from apps.core import logs, mailbox
from apps.core.errors import OutsideFailure
from apps.core.ids import uuid7
from apps.core.request_ids import bound, current_request_id
from apps.core.shelves import BadShelf, collect
from apps.core.tasks import task


def test_ids_are_version_7_ordered_by_time_and_unique() -> None:
    made = [uuid7() for _ in range(10_000)]
    first = made[0]
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert len(set(made)) == 10_000
    assert made == sorted(made)
    with time_machine.travel(time.time(), tick=False):
        still = [uuid7() for _ in range(5_000)]
    assert still == sorted(set(still))
    assert abs((first.int >> 80) / 1000 - time.time()) < 5


def test_a_shelf_is_its_files() -> None:
    tools = collect("apps.assistant.tools", "TOOL")
    assert len(tools) >= 8
    with pytest.raises(BadShelf, match="does not export NOTHING"):
        collect("apps.assistant.tools", "NOTHING")


class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
        elif self.path == "/huge":
            self.send_response(200)
            self.end_headers()
            for _ in range(300):
                self.wfile.write(b"x" * 10_000)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_form_is_posted_and_the_answer_read(echo: str) -> None:
    assert window.post_form(f"{echo}/", {"a": "ü &"}) == (200, "a=%C3%BC+%26")


def test_a_redirect_is_not_followed(echo: str) -> None:
    assert window.post_form(f"{echo}/redirect", {})[0] == 302


def test_an_answer_without_end_is_cut_off(echo: str) -> None:
    with pytest.raises(OutsideFailure) as failure:
        window.post_form(f"{echo}/huge", {})
    assert failure.value.permanent


def test_nobody_there_is_an_outside_failure_with_a_sentence() -> None:
    with pytest.raises(OutsideFailure, match="127.0.0.1 did not answer"):
        window.post_form("http://127.0.0.1:9/", {})


def test_mail_is_kept_in_files_and_read_newest_first(
    settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "apps.core.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    assert mailbox.read_all() == []
    for subject in ("first", "second"):
        send_mail(subject, "Your code: ABC", None, ["dora@example.com"])
    newest, oldest = mailbox.read_all()
    assert (newest.subject, oldest.subject) == ("second", "first")
    assert newest.recipient == "dora@example.com"
    assert newest.text.strip() == "Your code: ABC"


def test_a_log_line_is_one_json_object_with_the_request_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure({"format": "json", "level": "INFO"})
    with bound("f" * 32, "test"):
        logs.logger.info("it_happened", turn=7)
    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert (line["event"], line["turn"]) == ("it_happened", 7)
    assert line["request_id"] == "f" * 32


@pytest.mark.parametrize("style", ["json", "plain"])
def test_a_traceback_shows_no_local_variables(
    capsys: pytest.CaptureFixture[str], style: str
) -> None:
    logs.configure({"format": style, "level": "INFO"})
    try:
        password = "hunter2-canary"
        raise OperationalError(f"no connection ({len(password)})")
    except OperationalError:
        logs.logger.exception("defect")
    said = capsys.readouterr().err
    logs.configure({"format": "json", "level": "INFO"})
    assert "OperationalError" in said
    assert 'hunter2-canary"' not in said.replace('password = "hunter2-canary"', "")


def test_a_library_logs_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure({"format": "json", "level": "INFO"})
    logging.getLogger("some.library").warning("careful %s", "now")
    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert line["event"] == "careful now"


def test_a_task_runs_under_the_request_id_it_was_asked_with() -> None:
    @task("tests.current_request_id")
    def ask() -> str:
        return current_request_id()

    header = {"request_id": "e" * 32}
    assert ask.apply(headers=header).result == "e" * 32
