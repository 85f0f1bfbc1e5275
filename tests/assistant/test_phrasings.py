"""Operators teach the assistant words, and try what it makes of others."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.assistant import phrasings
from apps.assistant.models import Phrasing
from apps.core.errors import Conflict, Invalid
from tests.assistant.conftest import Phone
from tests.conftest import Recorded
from tests.rbac.factories import person
from tests.sign_in import signed_in

ADD = "/admin/assistant/phrasing/add/"
TRY = "/admin/assistant/phrasing/try/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


def taught(by: User, says: str, tool: str = "reminders.create", **more: Any) -> Any:
    asked = {"language": "en", "time": "", "is_active": True, **more}
    return phrasings.add(by=by, tool=tool, says=says, **asked)


def tried(client: Client, words: str, **more: str) -> str:
    asked = {"words": words, "language": "en", "zone": "America/New_York", **more}
    page = html.unescape(client.get(TRY, asked).content.decode())
    found = re.search(r'<section class="asking".*?</section>', page, re.DOTALL)
    assert found, page
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_what_is_taught_is_understood_from_the_next_text_on(
    ada: User, alice: Phone, recorded: Recorded
) -> None:
    assert alice.text("jog my memory: call mum tomorrow at 5pm").startswith("I'm not")
    form = {
        "language": "en",
        "tool": "reminders.create",
        "says": "jog  my memory: [to] {text}",
        "time": "anywhere",
        "is_active": "on",
    }
    assert signed_in(ada).post(ADD, form).status_code == 302
    answer = alice.text("jog my memory: call mum tomorrow at 5pm")
    assert answer.startswith("Reminder set: call mum, Tue 24 Nov, 5:00 PM")
    row = Phrasing.objects.get()
    (event,) = recorded("assistant.phrasing.add")
    assert (event.actor_id, event.obj_id) == (ada.pk, str(row.pk))
    page = f"/admin/assistant/phrasing/{row.pk}/change/"
    del form["is_active"]
    assert signed_in(ada).post(page, form).status_code == 302
    assert alice.text("jog my memory: call dad tomorrow").startswith("I'm not")


def test_it_never_changes_what_the_release_understands(ada: User, alice: Phone) -> None:
    taught(ada, "note {text}", tool="memory.remember")
    assert alice.text("note the gate sticks").startswith("Noted")


@pytest.mark.parametrize(
    ("asked", "trouble"),
    [
        ({"says": "jog {text"}, "bracket"),
        ({"says": "jog] {text}"}, "bracket"),
        ({"says": "{text}"}, "one word"),
        ({"says": "[jog] {text}"}, "one word"),
        ({"says": "1 {text}"}, "one word"),
        ({"says": "jog {text} and {text}"}, "each once"),
        ({"says": "jog {a} {b} {c} {d}"}, "3 places"),
        ({"says": "jog {nothing}"}, "knows nothing of nothing"),
        ({"says": "jog {text}", "tool": "no.such"}, "no such tool"),
        ({"says": "jog {text}", "language": "xx"}, "not speak"),
        ({"says": "jog", "tool": "help", "time": "needed"}, "knows nothing of when"),
    ],
)
def test_what_could_not_be_understood_is_not_taught(
    ada: User, asked: dict[str, Any], trouble: str
) -> None:
    with pytest.raises(Invalid, match=trouble):
        taught(ada, **asked)
    assert not Phrasing.objects.exists()


def test_the_form_says_what_is_wrong(ada: User) -> None:
    app = signed_in(ada)
    form = {"language": "en", "tool": "reminders.create", "says": "jog {text"}
    answer = app.post(ADD, form)
    assert answer.status_code == 200 and b"A bracket is open" in answer.content


def test_the_same_words_are_taught_once(ada: User) -> None:
    taught(ada, "jog {text}")
    with pytest.raises(Conflict):
        taught(ada, "jog  {text}", tool="notes.add")


def test_words_are_tried_without_doing_anything(ada: User) -> None:
    app = signed_in(ada)
    found = tried(app, "remind me to call mum friday at 5", now="2026-11-23 09:00")
    assert "It is reminders.create" in found and "Of the release" in found
    assert "text: call mum" in found and "when: friday at 5" in found
    assert "Its time can mean Fri 27 Nov, 5:00 PM" in found
    taught(ada, "jog {text}")
    assert "Taught here jog {text}" in tried(app, "jog the cat")
    assert "Reply with a number" in tried(app, "what is the meaning of life")
    assert "It is no command" in tried(app, "thanks")
    assert "items: milk" in tried(app, "buy milk")
    several = tried(app, "remind me to eat at 7", now="2026-11-23 09:00")
    assert "7:00 AM" in several and "7:00 PM" in several


def test_what_is_no_zone_or_moment_is_said(ada: User) -> None:
    app = signed_in(ada)
    far = {"words": "x", "language": "en", "zone": "UTC", "now": "9999-12-31 23:59"}
    assert b"Take a day from 1970" in app.get(TRY, far).content
    wrong = {"words": "x", "language": "en", "zone": "Mars/Base", "now": "soon"}
    page = app.get(TRY, wrong).content.decode()
    assert "There is no such time zone" in page and "Enter a valid date" in page


def test_it_is_for_operators(alice: Phone) -> None:
    app = signed_in(alice.user)
    assert app.get(TRY).status_code == app.get(ADD).status_code == 403
