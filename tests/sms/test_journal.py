"""Every proven call is kept, readable by nobody who should not, and can be played again."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import erasure
from apps.accounts.models import User
from apps.core import tallies
from apps.core.errors import Conflict
from apps.jobs import keeping
from apps.sms import inbox, journal, outbox
from apps.sms.models import (
    InboundText,
    OutboundText,
    Tombstone,
    WebhookCall,
)
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, STRANGER, form, post, work
from tests.sms.test_alerts import firing

pytestmark = pytest.mark.django_db(transaction=True)
INBOUND, FALLBACK = "/webhooks/twilio/sms/", "/webhooks/twilio/fallback/"
STATUS = "/webhooks/twilio/status/"
WORDS = "my door code is 4711"


def calls() -> list[tuple[str, str]]:
    return list(WebhookCall.objects.order_by("id").values_list("via", "outcome"))


def test_a_text_its_retry_and_the_fallback_are_three_calls(alice: User) -> None:
    text = form(WORDS)
    post(INBOUND, text)
    post(INBOUND, text)
    post(FALLBACK, text | {"ErrorCode": "11200"})
    assert calls() == [
        ("inbound", "new"),
        ("inbound", "duplicate"),
        ("fallback", "duplicate"),
    ]
    first = WebhookCall.objects.order_by("id")[0]
    assert first.form == text and first.sid == text["MessageSid"]


def test_the_first_words_of_an_id_stay(alice: User) -> None:
    text = form(WORDS)
    post(INBOUND, text)
    post(INBOUND, text | {"Body": "something else"})
    post(INBOUND, text | {"From": "+12025550177"})
    assert [outcome for _, outcome in calls()] == ["new", "conflict", "conflict"]
    assert InboundText.objects.get().body == WORDS


def test_what_proves_nothing_leaves_no_call(alice: User) -> None:
    assert post(INBOUND, form(WORDS), token="wrong").status_code == 403
    assert calls() == []


def test_news_is_kept_with_what_came_of_it(alice: User) -> None:
    post(INBOUND, form("hello"))
    work()
    text = OutboundText.objects.get()
    news = {"MessageSid": text.provider_sid or "", "MessageStatus": "sent"}
    at = f"{STATUS}?m={text.ref}"
    post(at, news)
    post(at, news)
    post(at, news | {"MessageSid": "SM" + "0" * 32})
    post(STATUS, {"MessageSid": "SM" + "1" * 32, "MessageStatus": "sent"})
    post(STATUS, {"MessageSid": "SM" + "1" * 32, "MessageStatus": "melted"})
    assert [outcome for via, outcome in calls() if via == "status"] == [
        "new",
        "duplicate",
        "conflict",
        "unbound",
        "malformed",
    ]


def test_it_is_of_no_use_to_whoever_takes_the_table(alice: User) -> None:
    post(INBOUND, form(WORDS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM sms_webhookcall w")
        ((stored,),) = cursor.fetchall()
    assert WORDS not in stored and ALICE not in stored
    shown = journal.redacted(WebhookCall.objects.get())
    assert shown["Body"] == f"{len(WORDS)} characters" and shown["NumMedia"] == "0"
    assert ALICE not in shown.values() and "WASHINGTON" not in shown.values()


def test_a_field_that_twilio_has_added_is_not_shown(alice: User) -> None:
    post(INBOUND, form(WORDS, ProfileName="Alice Archer"))
    assert journal.redacted(WebhookCall.objects.get())["ProfileName"] == "12 characters"


def test_a_lost_text_comes_back_and_a_known_one_stays_single(
    alice: User, ada: User, recorded: Recorded
) -> None:
    post(INBOUND, form(WORDS))
    work()
    call = WebhookCall.objects.get()
    assert journal.replay(by=ada, call=call, words="to be sure") == "duplicate"
    work()
    assert InboundText.objects.count() == OutboundText.objects.count() == 1

    # As after a table was restored from before.
    InboundText.objects.all().delete()
    Tombstone.objects.all().delete()
    assert journal.replay(by=ada, call=call, words="it was lost") == "new"
    assert InboundText.objects.get().body == WORDS
    last, *_ = recorded("sms.webhookcall.change")[::-1]
    assert last.actor_id == ada.pk
    call.refresh_from_db()
    assert call.replayed_at and calls() == [("inbound", "new")]


def test_news_that_was_lost_is_played_again(alice: User, ada: User) -> None:
    post(INBOUND, form("hello"))
    work()
    text = OutboundText.objects.get()
    news = {"MessageSid": text.provider_sid or "", "MessageStatus": "delivered"}
    post(f"{STATUS}?m={text.ref}", news)
    text.events.all().delete()
    OutboundText.objects.update(delivery="", provider_sid=None, state="unknown")
    call = WebhookCall.objects.get(via="status")
    assert journal.replay(by=ada, call=call, words="it was lost") == "new"
    text.refresh_from_db()
    assert text.delivery == "delivered" and text.provider_sid == call.sid


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_what_cannot_be_read_is_kept_told_and_not_played(
    ada: User, missing: str
) -> None:
    text = form("hello")
    del text[missing]
    assert post(INBOUND, text).status_code == 200
    assert calls() == [("inbound", "malformed")]
    assert tallies.lately("sms.webhooks", 15) == 1
    assert not InboundText.objects.exists()
    with pytest.raises(Conflict):
        journal.replay(by=ada, call=WebhookCall.objects.get(), words="try it")


def test_any_text_by_the_fallback_pages_somebody(alice: User) -> None:
    assert "sms.fallback" not in firing()
    post(FALLBACK, form("hello", ErrorCode="11200"))
    assert "sms.fallback" in firing()


def test_it_goes_after_thirty_days_and_with_its_person(
    alice: User, bob: User, settings: Settings
) -> None:
    post(INBOUND, form(WORDS))
    WebhookCall.objects.update(called_at=timezone.now() - timedelta(days=29))
    keeping.retain()
    assert len(calls()) == 1
    WebhookCall.objects.update(called_at=timezone.now() - timedelta(days=31))
    keeping.retain()
    assert calls() == []

    post(INBOUND, form("one more"))
    post(INBOUND, form("and bob's", number="+12025550102"))
    ago = timezone.now() - timedelta(days=15)
    User.objects.filter(pk=alice.pk).update(closed_at=ago, is_active=False)
    erasure.erase(alice.pk)
    assert [call.form["Body"] for call in WebhookCall.objects.all()] == ["and bob's"]


def test_operators_see_no_words_before_they_give_a_reason(
    alice: User, ada: User
) -> None:
    post(INBOUND, form(WORDS))
    call = WebhookCall.objects.get()
    client: Client = signed_in(ada)
    page = f"/admin/sms/webhookcall/{call.pk}/"
    seen = client.get(f"{page}change/").content.decode()
    assert "20 characters" in seen and WORDS not in seen and ALICE not in seen
    shown = client.post(f"{page}reveal/", {"reason": "a complaint"}).content.decode()
    assert WORDS in shown
    asked = {"action": "replay", "_selected_action": [str(call.pk)]}
    client.post(
        "/admin/sms/webhookcall/",
        {**asked, "confirm": "1", "reason": "to be sure"},
    )
    call.refresh_from_db()
    assert call.replayed_at is not None


def test_stop_also_stops_a_code_that_waits(alice: User) -> None:
    """A code lies sealed, and a canceled text may hold no secret."""
    with transaction.atomic():
        outbox.queue(
            user=alice,
            body="Code: 123456",
            kind="code",
            dedupe_key="x",
            secret="123456",
        )
    assert post(INBOUND, form("STOP")).status_code == 200
    assert OutboundText.objects.get().state == "canceled"


def test_a_second_try_after_the_first_was_stored_is_no_error(alice: User) -> None:
    """Its answer was lost on the way from the database."""
    text = form(WORDS)
    call = journal.begun(text, via="inbound")
    assert inbox.receive(text, call).outcome == "new"
    assert inbox.receive(text, call).outcome == "duplicate"
    assert calls() == [("inbound", "new")]


def test_what_a_phone_texted_before_it_was_linked_goes_with_its_person(
    alice: User,
) -> None:
    post(INBOUND, form("hi, I am Alice Archer", number=STRANGER))
    work()
    PhoneNumberFactory.create(user=alice, e164=STRANGER, is_primary=False)
    ago = timezone.now() - timedelta(days=15)
    User.objects.filter(pk=alice.pk).update(closed_at=ago, is_active=False)
    erasure.erase(alice.pk)
    assert calls() == []
