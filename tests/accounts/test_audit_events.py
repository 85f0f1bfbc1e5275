"""What signing in, passwords and addresses leave in the audit, and what they do not."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from apps.rbac import ledger
from apps.rbac.models import AuditEvent
from tests.factories import PASSWORD
from tests.rbac.factories import verified

NEW = "a-much-longer-horse-battery"


@pytest.fixture
def alice(db: None) -> User:
    return verified("alice@example.com")


def sign_in(password: str = PASSWORD, email: str = "alice@example.com") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def events(since: int) -> list[tuple[AuditEvent, ledger.Opened]]:
    return ledger.opened(AuditEvent.objects.filter(id__gt=since).order_by("id"))


@pytest.fixture
def since(alice: User) -> int:
    """Events of other tests stay: the table keeps what it has."""
    newest = AuditEvent.objects.order_by("-id").first()
    return newest.pk if newest else 0


def test_signing_in_and_out(alice: User, since: int) -> None:
    sign_in().post("/accounts/logout/")
    (opened, _), (closed, _) = events(since)
    assert (opened.action, opened.outcome) == ("accounts.session.open", "allowed")
    assert (closed.action, closed.outcome) == ("accounts.session.close", "done")
    assert closed.reason == "signed_out"
    assert {opened.actor_id, closed.actor_id, opened.subject_id} == {alice.pk}
    assert opened.request_id and opened.request_id != closed.request_id


def test_a_wrong_password_is_the_accounts_and_nobodys_deed(
    alice: User, since: int
) -> None:
    sign_in("a-wrong-password", "ALICE@example.com")
    ((event, opened),) = events(since)
    assert (event.action, event.outcome) == ("accounts.session.open", "denied")
    assert (event.actor_id, event.subject_id) == (None, alice.pk)
    assert event.reason == "bad_credentials"
    assert opened.details == {}


def test_a_wrong_password_at_another_proved_address_is_the_accounts_as_well(
    alice: User, since: int
) -> None:
    second = EmailAddress.objects.create(user=alice, email="second@example.com")
    sign_in("a-wrong-password", second.email)
    EmailAddress.objects.filter(pk=second.pk).update(verified=True)
    sign_in("a-wrong-password", "Second@example.com")
    assert [each.subject_id for each, _ in events(since)] == [None, alice.pk]


def test_an_unknown_address_is_not_readable_but_can_be_compared(
    alice: User, since: int
) -> None:
    for address in ("eve@example.com", "EVE@example.com", "dan@example.com"):
        sign_in("whatever-it-was", address)
    found = events(since)
    digests = [opened.details["private"]["address_digest"] for _, opened in found]
    assert digests[0] == digests[1] != digests[2]
    assert [event.subject_id for event, _ in found] == [None] * 3
    kept = "".join(str(event.__dict__) + str(opened) for event, opened in found)
    assert not re.search("eve|whatever", kept, re.IGNORECASE)


def test_a_changed_password_is_told_without_it(alice: User, since: int) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    sign_in().post("/accounts/password/change/", form)
    event, opened = events(since)[1]
    assert (event.action, event.outcome) == ("accounts.password.change", "done")
    assert (event.actor_id, opened.details) == (alice.pk, {})


def test_addresses_are_told_and_sealed(alice: User, since: int) -> None:
    client = sign_in()
    EmailAddress.objects.create(user=alice, email="second@example.com", verified=True)
    form = {"email": "second@example.com"}
    client.post("/accounts/email/", {**form, "action_primary": ""})
    client.post("/accounts/email/", {"email": "alice@example.com", "action_remove": ""})
    told = {event.action: opened.details for event, opened in events(since)}
    assert told["accounts.email.change"] == {
        "before": {"email": "alice@example.com"},
        "after": {"email": "second@example.com"},
    }
    assert told["accounts.email.remove"] == {"before": {"email": "alice@example.com"}}
    plain = AuditEvent.objects.filter(id__gt=since).values()
    assert "example.com" not in str(list(plain))


def test_an_account_is_made_and_its_address_confirmed(since: int) -> None:
    client = Client()
    form = {"email": "dana@example.com", "password1": NEW, "name": "Dana"}
    client.post("/accounts/signup/", form)
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", str(mail.outbox[0].body), re.M)
    assert code, mail.outbox[0].body
    client.post("/accounts/confirm-email/", {"code": "WRONGX"})
    client.post("/accounts/confirm-email/", {"code": code[1]})
    told = [(event.action, event.outcome) for event, _ in events(since)]
    assert told == [
        ("accounts.user.create", "done"),
        ("accounts.email.confirm", "denied"),
        ("accounts.email.confirm", "done"),
        ("accounts.session.open", "allowed"),
    ]
    assert {event.subject_id for event, _ in events(since)} == {
        User.objects.get(email="dana@example.com").pk
    }


def test_a_password_reset_by_letter_is_nobodys_deed(alice: User, since: int) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    page = client.get(link[1], follow=True)
    address = page.request["PATH_INFO"]
    client.post(address, {"password1": NEW, "password2": NEW})
    ((event, _),) = events(since)
    assert (event.action, event.outcome) == ("accounts.password.reset", "done")
    assert (event.actor_id, event.subject_id) == (None, alice.pk)
