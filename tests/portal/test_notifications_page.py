"""Which news reach somebody by which way: what has a switch does something."""

from datetime import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import guessing
from apps.accounts.models import User
from apps.assistant import briefs, features
from apps.core import redis
from apps.jobs import unsubscribing
from apps.sms.models import OptOut, OutboundText, PhoneNumber
from tests.portal.conftest import ALICE

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/app/settings/notifications/"
TEST = f"{PAGE}test/"
ALL = {"wanted": ["offers", "texts"]}


@pytest.fixture(autouse=True)
def no_tests_yet() -> None:
    cache.clear()
    for key in redis.connection().scan_iter(f"*{guessing.TESTS.name}*"):
        redis.connection().delete(key)


@pytest.fixture
def alice(alice: User) -> User:
    EmailAddress.objects.create(
        user=alice, email=alice.email, verified=True, primary=True
    )
    return alice


def test_it_shows_what_holds(as_alice: Client, alice: User) -> None:
    briefs.keep(user=alice, at=time(7, 30), now=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        page = as_alice.get(PAGE).content.decode()
    assert len(queries) <= 15
    assert 'name="brief" id="id_brief" checked' in page
    assert 'name="brief_at" value="07:30"' in page
    assert 'value="offers" checked' in page and 'value="alerts"' not in page
    assert '<input type="checkbox" name="nudges" id="id_nudges">' in page


def test_what_is_saved_holds(as_alice: Client, alice: User) -> None:
    said = {
        "wanted": ["texts"],
        "nudges": "on",
        "brief": "on",
        "brief_at": "06:45",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
    }
    answer = as_alice.post(PAGE, said, follow=True)
    assert "Saved." in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.quiet_from, alice.quiet_until) == (time(22), time(7, 30))
    assert features.is_on(alice, "nudges")
    assert briefs.of(alice) == time(6, 45)
    assert not unsubscribing.wants(alice.pk, "offers")
    assert unsubscribing.wants(alice.pk, "texts")
    # And nothing again.
    as_alice.post(PAGE, ALL)
    alice.refresh_from_db()
    assert alice.quiet_from is None and briefs.of(alice) is None
    assert not features.is_on(alice, "nudges")
    assert unsubscribing.wants(alice.pk, "offers")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"brief": "on"}, "brief_at"),
        ({"brief": "on", "brief_at": "soon"}, "brief_at"),
    ],
)
def test_a_mistake_changes_nothing_and_loses_nothing(
    as_alice: Client, alice: User, wrong: dict[str, str], field: str
) -> None:
    answer = as_alice.post(PAGE, {"nudges": "on", "wanted": ["texts"], **wrong})
    page = answer.content.decode()
    assert answer.status_code == 200
    fields = page.split("<input")
    (mistaken,) = [each for each in fields if 'aria-invalid="true"' in each]
    assert f'name="{field}"' in mistaken
    assert 'value="texts" checked' in page and 'value="offers" checked' not in page
    assert 'name="nudges" id="id_nudges" checked' in page
    alice.refresh_from_db()
    assert alice.quiet_from is None and not features.is_on(alice, "nudges")
    assert unsubscribing.wants(alice.pk, "offers")


def test_a_day_in_a_text_is_not_offered_where_it_is_switched_off(
    as_alice: Client, alice: User
) -> None:
    briefs.keep(user=alice, at=time(7, 30), now=timezone.now())
    features.switch(user=alice, key="brief", is_on=False)
    page = as_alice.get(PAGE).content.decode()
    assert 'name="brief"' not in page and "Switched off" in page
    as_alice.post(PAGE, ALL)
    assert briefs.of(alice) == time(7, 30)


def test_the_address_of_before_leads_here(as_alice: Client, alice: User) -> None:
    assert as_alice.get("/app/settings/letters/")["Location"] == PAGE
    # A page that was open since then.
    answer = as_alice.post("/app/settings/letters/", {"wanted": ["texts"]})
    assert answer["Location"] == PAGE
    assert not unsubscribing.wants(alice.pk, "offers")


def test_a_test_letter_arrives(as_alice: Client) -> None:
    answer = as_alice.post(TEST, {"by": "letter"}, follow=True)
    assert "A letter is on its way to alice@example.com." in answer.content.decode()
    (letter,) = mail.outbox
    assert letter.subject == "A test letter from Switchboard"


def test_a_test_text_is_sent(as_alice: Client) -> None:
    answer = as_alice.post(TEST, {"by": "text"}, follow=True)
    assert "A text is on its way to +1 202 555 0101." in answer.content.decode()
    text = OutboundText.objects.get()
    assert (text.number, text.kind) == (ALICE, "notice")
    assert "this is the test text" in text.body and len(text.body) <= 160


def test_three_of_a_kind_in_an_hour(as_alice: Client) -> None:
    for _ in range(3):
        as_alice.post(TEST, {"by": "text"})
    answer = as_alice.post(TEST, {"by": "text"}, follow=True)
    assert OutboundText.objects.count() == 3
    assert 'role="alert"' in answer.content.decode()
    answer = as_alice.post(TEST, {"by": "letter"}, follow=True)
    assert "on its way" in answer.content.decode()


def test_what_cannot_be_texted_is_said(as_alice: Client, alice: User) -> None:
    ours = settings.TWILIO_NUMBER
    OptOut.objects.create(number=ALICE, our_number=ours, is_out=True, source="text")
    page = as_alice.post(TEST, {"by": "text"}, follow=True).content.decode()
    assert "If you texted STOP, text START." in page
    PhoneNumber.objects.all().delete()
    page = as_alice.post(TEST, {"by": "text"}, follow=True).content.decode()
    assert "No phone is linked yet" in page
    assert "Send a test text" not in page and "Link one" in page
    assert not OutboundText.objects.exists()


def test_there_is_no_other_way(as_alice: Client) -> None:
    assert as_alice.post(TEST, {"by": "pigeon"}).status_code == 404
    assert as_alice.post(TEST).status_code == 404
