"""Whoever cannot be written to is told so on their pages, and proves the way back."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts import guessing, letters
from apps.accounts.models import User
from apps.jobs import suppressions
from apps.jobs.models import Letter
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = "/accounts/email/again/"
PAGES = ("/app/settings/profile/", "/accounts/email/")


def said(client: Client) -> list[bool]:
    return ["We cannot reach" in client.get(page).content.decode() for page in PAGES]


def asked(client: Client, address: str) -> str:
    """The link in the letter that is tried."""
    assert client.post(AGAIN, {"email": address}).status_code == 302
    found = re.search(rf"{AGAIN}\S+", str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def test_the_page_says_what_the_mailbox_said(alice: User) -> None:
    client = signed_in(alice)
    assert said(client) == [False, False]
    suppressions.suppress("Alice@example.com", "bounce", "550 mailbox <full>")
    suppressions.suppress("bob@example.com", "bounce", "550 gone")
    letters.tell(alice, "password_changed")
    assert not mail.outbox
    assert "It said: 550 mailbox <full>" in Letter.objects.get().reason
    for page in PAGES:
        shown = client.get(page).content.decode()
        assert "550 mailbox &lt;full&gt;" in shown and "bob@" not in shown


def test_a_letter_that_arrives_lifts_it(alice: User) -> None:
    client = signed_in(alice)
    suppressions.suppress(alice.email, "bounce", "550 mailbox full")
    link = asked(client, alice.email)
    assert link in str(mail.outbox[0].body)
    page = Client().get(link).content.decode()
    assert "Write to you again?" in page and "and Switchboard writes to" in page
    assert said(client) == [True, True]
    assert Client().post(link).status_code == 302
    assert said(client) == [False, False]
    letters.tell(alice, "password_changed")
    assert len(mail.outbox) == 2


def test_a_link_is_for_its_address_and_its_day(alice: User) -> None:
    client = signed_in(alice)
    suppressions.suppress(alice.email, "bounce")
    link = asked(client, alice.email)
    assert Client().post(link[:-3] + "xx/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert Client().post(link).status_code == 404
    assert said(client) == [True, True]


def test_nobody_is_told_of_a_letter_that_is_not_sent(alice: User) -> None:
    client = signed_in(alice)
    suppressions.suppress(alice.email, "bounce")
    for _ in range(guessing.LETTERS.times):
        asked(client, alice.email)
    mail.outbox.clear()
    answer = client.post(AGAIN, {"email": alice.email})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert not mail.outbox


def test_nobody_has_letters_sent_to_what_is_not_theirs(alice: User) -> None:
    client = signed_in(alice)
    answer = client.post(AGAIN, {"email": "bob@example.com"})
    assert answer.status_code == 404 and not mail.outbox


def test_a_code_for_a_new_address_is_tried_and_lifts_it(alice: User) -> None:
    new = "archer@example.com"
    EmailAddress.objects.create(user=alice, email=new)
    client = signed_in(alice)
    suppressions.suppress(new, "bounce")
    client.post("/accounts/email/", {"action_send": "", "email": new})
    code = re.search(r"code is\s+(\S+)", str(mail.outbox[0].body))
    assert code and said(client) == [True, True]
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert said(client) == [False, False]


def test_a_complaint_is_for_an_operator_to_lift(alice: User) -> None:
    client = signed_in(alice)
    suppressions.suppress(alice.email, "complaint")
    assert "ask an operator" in client.get(PAGES[0]).content.decode()
    client.post(AGAIN, {"email": alice.email})
    assert not mail.outbox
