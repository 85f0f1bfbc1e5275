"""The thread: everything said, in order, with what became of it."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant.models import Reminder, ToolCall
from apps.portal import demo
from apps.sms import lanes, web
from apps.sms.models import InboundText, OutboundText
from apps.sms.worker import drain


@pytest.fixture
def as_alice(db: None) -> Client:
    demo.people()
    demo.history()
    client = Client()
    client.login(username="alice@example.com", password=demo.password())
    return client


def test_texts_replies_states_and_deeds_are_shown(as_alice: Client) -> None:
    page = as_alice.get("/app/conversation/").content.decode()
    assert page.index("call Ana in two days") < page.index("Reminder set: call Ana")
    for shown in ("Delivered", "1 segment", "Set a reminder", "Yesterday"):
        assert shown in page


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("30003", "Switch the phone on and ask again."),
        ("30034", "This is for us to put right."),
    ],
)
def test_what_was_not_delivered_says_what_helps(
    as_alice: Client, code: str, step: str
) -> None:
    page = as_alice.get("/app/conversation/").content.decode()
    assert step not in page
    OutboundText.objects.update(delivery="undelivered", error_code=code)
    page = as_alice.get("/app/conversation/").content.decode()
    assert step in page and code not in page


def test_the_live_part_answers_nothing_while_nothing_changed(as_alice: Client) -> None:
    version = _version(as_alice)
    assert as_alice.get(f"/app/conversation/?v={version}").status_code == 204
    _receive("one more thing")
    part = as_alice.get(f"/app/conversation/?v={version}")
    assert "one more thing" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_older_messages_are_a_page_away(as_alice: Client) -> None:
    for i in range(60):
        _receive(f"text number {i}", at=timezone.now() - timedelta(hours=100 - i))
    newest = as_alice.get("/app/conversation/").content.decode()
    assert "text number 59" in newest and "text number 3<" not in newest
    link = newest.split('href="/app/conversation/?before=')[1].split('"')[0]
    older = as_alice.get(f"/app/conversation/?before={link}").content.decode()
    assert "text number 3<" in older
    assert "data-poll" not in older


@pytest.mark.parametrize("before", ["yesterday", "9999-99-99T00:00", "2026-01-01"])
def test_a_page_that_does_not_exist_says_so(as_alice: Client, before: str) -> None:
    answer = as_alice.get("/app/conversation/", {"before": before})
    assert answer.status_code == 400
    assert "does not exist" in answer.content.decode()


def test_words_are_shown_as_words(as_alice: Client) -> None:
    _receive("<script>alert(1)</script> & \u202e\u0627\u0644")
    page = as_alice.get("/app/conversation/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page


def test_nobody_reads_the_texts_of_another(as_alice: Client) -> None:
    bob = Client()
    bob.login(username="bob@example.com", password=demo.password())
    page = bob.get("/app/conversation/").content.decode()
    assert "Text this to" in page and 'class="thread"' not in page
    overview = bob.get("/app/").content.decode()
    assert "Nothing to be reminded of" in overview and "Text this to" in overview


def _version(client: Client) -> str:
    page = client.get("/app/conversation/").content.decode()
    return page.split("/app/conversation/?v=")[1].split('"')[0]


def _receive(body: str, at: datetime | None = None) -> None:
    alice = User.objects.get(email="alice@example.com")
    InboundText.objects.create(
        sid=f"SM{InboundText.objects.count():032x}",
        lane=lanes.lock_person(alice),
        user=alice,
        number="+12025550101",
        our_number="+12025550100",
        body=body,
        received_at=at or timezone.now(),
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_written_here_is_answered_and_can_be_undone_here(
    as_alice: Client,
) -> None:
    words = {"words": "remind me to feed the cat tomorrow at 9"}
    assert as_alice.post("/app/conversation/say/", words).status_code == 302
    assert (
        "Waiting for an answer" in as_alice.get("/app/conversation/").content.decode()
    )
    drain()
    page = as_alice.get("/app/conversation/").content.decode()
    assert "Reminder set: feed the cat" in page and "Written here" in page
    call = ToolCall.objects.latest("pk")
    undo = f"/app/conversation/undo/{call.handle}/"
    assert undo in page
    shown = as_alice.post(undo, follow=True).content.decode()
    assert "Undone: the reminder feed the cat is removed." in shown
    assert undo not in shown
    assert "nothing to undo" in as_alice.post(undo, follow=True).content.decode()
    assert not Reminder.objects.filter(text="feed the cat", state="active").exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_undoes_or_approves_for_somebody_else(as_alice: Client) -> None:
    web.say(User.objects.get(email="bob@example.com"), "remind me to sing at 9 pm")
    drain()
    call = ToolCall.objects.latest("pk")
    page = as_alice.post(f"/app/conversation/undo/{call.handle}/", follow=True)
    assert "nothing to undo" in page.content.decode()
    call.refresh_from_db()
    assert call.state == ToolCall.State.DONE


def test_nothing_said_is_told_and_kept_apart(as_alice: Client) -> None:
    page = as_alice.post("/app/conversation/say/", {"words": " "}, follow=True)
    assert "Write something first." in page.content.decode()


def test_messages_are_found_by_their_words(as_alice: Client) -> None:
    _receive("buy a red kite")
    page = as_alice.get("/app/conversation/", {"q": "KITE red"}).content.decode()
    assert 'class="thread"' in page and "buy a red kite" in page
    assert "call Ana in two days" not in page
    # It stays as it was found: nothing is asked again, nothing is sent from there.
    assert "data-poll" not in page and "Send</span>" not in page
    none = as_alice.get("/app/conversation/", {"q": "kite blue"}).content.decode()
    assert "Nothing found" in none and "Whole conversation" in none
    # A sign of a pattern is a sign.
    none = as_alice.get("/app/conversation/", {"q": "k_te%"}).content.decode()
    assert "Nothing found" in none


@pytest.mark.django_db(transaction=True)
def test_what_was_written_here_and_each_phone_can_be_read_alone(
    as_alice: Client,
) -> None:
    alice = User.objects.get(email="alice@example.com")
    web.say(alice, "written on a page")
    drain()
    here = as_alice.get("/app/conversation/", {"with": "web"}).content.decode()
    assert "written on a page" in here and "call Ana in two days" not in here
    assert '<option value="web" selected>' in here
    phone = as_alice.get("/app/conversation/", {"with": "+12025550101"})
    page = phone.content.decode()
    assert "call Ana in two days" in page and "written on a page" not in page
    bobs = as_alice.get("/app/conversation/", {"with": "+12025550102"})
    assert "Nothing found" in bobs.content.decode()


def test_older_ones_that_were_found_are_a_page_away(as_alice: Client) -> None:
    for n in range(60):
        _receive(f"apple no {n}.")
    _receive("pear")
    page = as_alice.get("/app/conversation/", {"q": "apple"}).content.decode()
    older = re.search(r'href="([^"]+&amp;before=[^"]+)"', page)
    assert older is not None
    rest = as_alice.get(older[1].replace("&amp;", "&").partition("#")[0])
    found = re.findall(r"apple no (\d+)\.", page + rest.content.decode())
    assert sorted(map(int, found)) == list(range(60))


def test_who_has_a_phone_and_said_nothing_yet_is_shown_what_to_text(
    db: None,
) -> None:
    demo.people()
    client = Client()
    client.force_login(User.objects.get(email="bob@example.com"))
    page = client.get("/app/conversation/").content.decode()
    assert 'class="qr"' in page and "remind me in half an hour" in page
    assert "Link a phone" not in page and 'role="search"' not in page
