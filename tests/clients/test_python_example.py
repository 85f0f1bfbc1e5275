"""`clients/python/switchboard.py`, as it is: with a personal token, against the site."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts import personal_tokens
from apps.accounts.models import User
from apps.assistant import reminders
from tests.clients.server import odd, one_answer
from tests.portal.conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)
_ROOT = Path(__file__).parent.parent.parent
_EXAMPLE = _ROOT / "clients/python/switchboard.py"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
# It breaks off.
_BAD = b"HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n"


def say(site: str, token: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(_EXAMPLE), *words],
        env={"SWITCHBOARD_URL": site, "SWITCHBOARD_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_says_something_and_lists_what_is_to_come(
    worker: Worker, site: str, alice: User
) -> None:
    scopes = ["messages:write", "reminders:read"]
    _, token = personal_tokens.make(user=alice, name="me", scopes=scopes, days=1)
    done = say(
        site, token, "remind", "me", "to", "call", "Ana", "every", "friday at 9am"
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer, listed = done.stdout.splitlines()
    assert answer.startswith("Reminder set: call Ana, every Fri")
    assert listed.startswith("- every Fri 9:00 AM") and listed.endswith(": call Ana")


def test_it_says_what_went_wrong(site: str, alice: User) -> None:
    _, token = personal_tokens.make(
        user=alice, name="me", scopes=["notes:read"], days=1
    )
    done = say(site, token, "hello")
    assert done.returncode == 1
    assert done.stderr == (
        "insufficient_scope: This token lacks the scope messages:write.\n"
    )
    _, token = personal_tokens.make(
        user=alice, name="me", scopes=["messages:write"], days=1
    )
    done = say(site, token)
    assert done.stderr.startswith("bad_fields: ") and "\n  words: " in done.stderr
    done = say("http://127.0.0.1:1", token, "hello")
    assert done.returncode == 1 and done.stderr.startswith("no_answer: No answer: ")
    with odd() as server:
        done = say(server.url, token, "hello")
    assert done.stderr == "unavailable: Not now.\n  Try again in 0 seconds.\n"
    assert say("", token, "hello").stderr.startswith("Set SWITCHBOARD_URL")


@pytest.mark.parametrize(
    "answer", [b"hello\r\n", _OK + b"null", _OK + b"<p>", _BAD + b"{"]
)
def test_a_server_that_talks_nonsense_gives_no_answer(answer: bytes) -> None:
    with one_answer(answer) as url:
        done = say(url, "sbpat_x", "hello")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith(("no_answer: ", "bad_answer: "))


def test_more_than_a_page_is_listed(worker: Worker, site: str, alice: User) -> None:
    for i in range(31):
        later = timezone.now() + timedelta(days=1, minutes=i)
        reminders.create(user=alice, text=f"thing {i}", due_at=later)
    _, token = personal_tokens.make(
        user=alice, name="me", scopes=["messages:write", "reminders:read"], days=1
    )
    done = say(site, token, "reminders")
    assert done.stdout.count("\n- ") == 31
