"""One press ends everything; the way back needs a letter, and a second factor."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounts import panic, tokens
from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.core.errors import Conflict, Unauthorized
from apps.mfa import lost
from apps.mfa.models import TOTPDevice
from apps.sms import linking, outbox
from apps.sms.models import OutboundText, PhoneNumber
from apps.sms.worker import drain
from tests.accounts.test_my_sign_ins import app
from tests.accounts.test_sign_ins import is_in, sign_in
from tests.factories import PASSWORD, PhoneNumberFactory
from tests.sms.conftest import form as texted
from tests.sms.conftest import post

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/app/settings/panic/"
NEW = "another-walk-by-the-sea"


@pytest.fixture
def phone(alice: User) -> PhoneNumber:
    return PhoneNumberFactory.create(user=alice)


def chosen_anew(password: str = NEW) -> str:
    """A new password by the link of the letter; what is said when it is not taken."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    found = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    led = client.get(found[1])["Location"]
    answer = client.post(led, {"password1": password, "password2": password})
    return answer.content.decode() if answer.status_code == 200 else ""


def with_password(password: str) -> Client:
    client = Client()
    client.post(
        "/accounts/login/", {"login": "alice@example.com", "password": password}
    )
    return client


def test_the_page_says_what_it_does_and_does_it(alice: User) -> None:
    here, elsewhere = sign_in(alice), sign_in(alice)
    row, phone = app(alice)
    pair = tokens.issue(row)
    assert "your password does not fit" in here.get(PAGE).content.decode()
    assert is_in(elsewhere)
    said = here.post(PAGE, follow=True).content.decode()
    assert "Everything is ended." in said
    assert not is_in(here) and not is_in(elsewhere)
    assert phone.get("/api/v1/me").status_code == 401
    with pytest.raises(Unauthorized):
        tokens.refresh(pair.refresh)
    assert not is_in(with_password(PASSWORD))
    assert set(LoginSession.objects.values_list("ending", flat=True)) == {"panic"}
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]


def test_it_is_pressed_over_the_api_without_a_fresh_proof(alice: User) -> None:
    row, phone = app(alice)
    LoginSession.objects.update(proved_at=row.created_at.replace(year=2020))
    answer = phone.post("/api/v1/me/panic", "{}", content_type="application/json")
    assert answer.status_code == 204
    assert phone.get("/api/v1/me").status_code == 401


def test_the_old_password_is_not_taken_again(alice: User) -> None:
    """Whoever is feared to be in may know it."""
    sign_in(alice).post(PAGE)
    panic.begin(alice)
    assert "the password of before" in chosen_anew(PASSWORD)
    assert not is_in(with_password(PASSWORD))
    assert not chosen_anew()
    assert is_in(with_password(NEW))


def test_a_new_password_by_letter_is_the_way_back(alice: User) -> None:
    sign_in(alice).post(PAGE)
    assert not chosen_anew()
    alice.refresh_from_db()
    # The letter alone does not do it.
    assert alice.frozen_at is not None
    assert is_in(with_password(NEW))
    alice.refresh_from_db()
    assert alice.frozen_at is None


def test_whoever_has_a_second_factor_proves_it_too(alice: User) -> None:
    device = TOTPDevice.make(alice, confirmed=True)
    panic.begin(alice)
    chosen_anew()
    client = with_password(NEW)
    assert not is_in(client)
    alice.refresh_from_db()
    assert alice.frozen_at is not None
    form = {"use": "totp", "code": device.code()}
    assert client.post("/accounts/2fa/authenticate/", form).status_code == 302
    assert is_in(client)
    alice.refresh_from_db()
    assert alice.frozen_at is None


def test_a_loss_of_factors_is_no_way_around_the_second_factor(alice: User) -> None:
    TOTPDevice.make(alice, confirmed=True)
    waiting = lost.begin(user=alice)
    panic.begin(alice)
    assert lost.waiting(alice) is None
    waiting.refresh_from_db()
    assert waiting.ended_at is not None
    alice.refresh_from_db()
    with pytest.raises(Conflict):
        lost.begin(user=alice)


def test_no_browser_is_trusted_afterwards(alice: User) -> None:
    device = TOTPDevice.make(alice, confirmed=True)
    client = with_password(PASSWORD)
    form = {"use": "totp", "code": device.code(), "trust": "on"}
    client.post("/accounts/2fa/authenticate/", form)
    assert KnownBrowser.objects.filter(user=alice).exclude(trusted_until=None)
    client.post(PAGE)
    # Still known: strangers keep its owner from no password.
    row = KnownBrowser.objects.get(user=alice)
    assert (row.trusted_until, row.trusted_for) == (None, "")


def replied(phone: PhoneNumber, words: str) -> str:
    post("/webhooks/twilio/sms/", texted(words, number=phone.e164))
    drain()
    return str(OutboundText.objects.latest("pk").body)


def test_texts_are_not_acted_on_until_then(alice: User, phone: PhoneNumber) -> None:
    panic.begin(alice)
    said = replied(phone, "remind me to call Ana tomorrow at 9")
    assert "frozen" in said and "https://switchboard.example" in said
    assert not Reminder.objects.exists()
    panic.end(User.objects.get(pk=alice.pk))
    assert "frozen" not in replied(phone, "remind me to call Ana tomorrow at 9")
    assert Reminder.objects.get().user == alice


def test_what_comes_due_meanwhile_is_told_afterwards(
    alice: User, phone: PhoneNumber
) -> None:
    due = timezone.now() + timedelta(minutes=5)
    Reminder.objects.create(user=alice, text="call Ana", due_at=due, zone="UTC")
    panic.begin(alice)
    assert reminders.fire_due(due + timedelta(minutes=1)) == 0
    panic.end(User.objects.get(pk=alice.pk))
    assert reminders.fire_due(due + timedelta(hours=3)) == 1
    assert "Missed reminder" in OutboundText.objects.latest("pk").body


def test_nothing_is_texted_but_what_leads_back(alice: User, phone: PhoneNumber) -> None:
    Kind = OutboundText.Kind
    with transaction.atomic():
        waiting = outbox.queue(user=alice, body="Call Ana", dedupe_key="r1")
    assert waiting is not None
    panic.begin(alice)
    waiting.refresh_from_db()
    assert waiting.state == OutboundText.State.CANCELED
    alice.refresh_from_db()
    with transaction.atomic():
        assert outbox.queue(user=alice, body="Call Bob", dedupe_key="r2") is None
        code = outbox.queue(user=alice, body="Code", kind=Kind.CODE, dedupe_key="c")
    assert code is not None


def test_no_phone_is_linked_meanwhile(alice: User) -> None:
    words = linking.phrase_for(alice).words
    panic.begin(alice)
    with transaction.atomic():
        answered = linking.redeem(words=words, number="+12025550177")
    assert answered.sentence == linking.WRONG
