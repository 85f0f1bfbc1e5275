"""A turn done again: shown beside what happened, with nothing of it kept."""

import html
import re

import pytest
from django.apps import apps
from django.test import Client

from apps.accounts.models import User
from apps.assistant import sandbox
from apps.assistant.models import Reminder, ToolCall
from apps.rbac.models import AuditEvent
from apps.sms.models import Turn
from tests.assistant.conftest import Phone
from tests.conftest import Recorded
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
WORDS = "remind me to call mum tomorrow at 5pm"


@pytest.fixture
def as_ada() -> Client:
    return signed_in(person("administrator", email="ada@example.com"))


def last(user: User) -> Turn:
    return Turn.objects.filter(user=user).latest("pk")


def page_of(turn: Turn) -> str:
    return f"/admin/assistant/conversation/{turn.pk}/redo/"


def rows() -> dict[str, int]:
    found = (m for m in apps.get_models() if m._meta.managed and m is not AuditEvent)
    return {model._meta.label: model._default_manager.count() for model in found}


def test_it_says_the_same_and_keeps_nothing(alice: Phone) -> None:
    said = alice.text(WORDS)
    turn = last(alice.user)
    Reminder.objects.all().delete()
    before = rows()
    events = AuditEvent.objects.count()
    done = sandbox.again(turn, list(turn.texts.all()))
    assert done.replies == (said,)
    assert [(each.tool, each.state) for each in done.calls] == [
        ("reminders.create", ToolCall.State.DONE)
    ]
    assert done.trail == ("By grammar: reminders.create.",)
    assert rows() == before and AuditEvent.objects.count() == events


def test_what_the_person_has_now_counts(alice: Phone) -> None:
    alice.text(WORDS)
    turn = last(alice.user)
    (reply,) = sandbox.again(turn, list(turn.texts.all())).replies
    assert reply.startswith("That is set already")


@pytest.mark.parametrize("words", ["unread", "connect google"])
def test_it_reaches_no_account(alice: Phone, words: str) -> None:
    alice.text(words)
    turn = last(alice.user)
    before = rows()
    done = sandbox.again(turn, list(turn.texts.all()))
    assert done.calls and rows() == before


def test_an_account_is_not_asked(alice: Phone) -> None:
    alice.text("unread")
    turn = last(alice.user)
    (call,) = sandbox.again(turn, list(turn.texts.all())).calls
    assert call.state == ToolCall.State.REFUSED and "sandbox" in call.receipt


def test_an_operator_says_why_and_reads_both(
    alice: Phone, as_ada: Client, recorded: Recorded
) -> None:
    alice.text(WORDS)
    turn = last(alice.user)
    page = page_of(turn)
    follow = as_ada.get(f"/admin/sms/turn/{turn.pk}/journey/").content.decode()
    assert page in follow
    asks = as_ada.get(page).content.decode()
    assert "call mum" not in asks and recorded("sms.inboundtext.reveal") == []
    assert b"call mum" not in as_ada.post(page, {"reason": "  "}).content
    shown = html.unescape(as_ada.post(page, {"reason": "Ticket 9"}).content.decode())
    plain = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert WORDS in plain and "What happened What would happen now" in plain
    assert "Reminder set: call mum" in plain and "That is set already" in plain
    for action in (
        "sms.inboundtext.reveal",
        "sms.outboundtext.reveal",
        "assistant.toolcall.reveal",
    ):
        (event,) = recorded(action)
        assert event.subject_id == alice.user.pk


def test_of_nobody_there_is_none(alice: Phone, as_ada: Client) -> None:
    alice.text(WORDS)
    turn = last(alice.user)
    assert signed_in(alice.user).get(page_of(turn)).status_code == 403
    turn.user = None
    turn.save()
    assert as_ada.get(page_of(turn)).status_code == 404
    assert as_ada.get("/admin/assistant/conversation/99999999/redo/").status_code == 404
