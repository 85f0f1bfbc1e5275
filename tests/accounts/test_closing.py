"""Somebody leaves, and comes back or not."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from apps.accounts import closing, suspension
from apps.accounts.models import LoginSession, User
from apps.core.errors import Conflict
from tests.factories import PASSWORD, UserFactory
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/app/settings/close/"
NEW = "four-grey-herons-waiting"


@pytest.fixture
def alice(transactional_db: None) -> User:
    return _verified(UserFactory.create(email="alice@example.com"))


def _verified(user: User) -> User:
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def sign_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/app/").status_code == 200


def asked_for_a_link(user: User, *, by_app: bool = False) -> str:
    """The path in the letter, or an empty string."""
    mail.outbox.clear()
    if by_app:
        Client().post(
            "/api/auth/app/v1/auth/password/request",
            {"email": user.email},
            content_type="application/json",
        )
    else:
        Client().post("/accounts/password/reset/", {"email": user.email})
    if not mail.outbox:
        return ""
    found = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found is not None
    return found[1]


def choose(path: str) -> None:
    client = Client()
    page = client.get(path)["Location"]
    answer = client.post(page, {"password1": NEW, "password2": NEW})
    assert answer.status_code == 302


def test_the_page_says_what_happens_and_closes_nothing(alice: User) -> None:
    client = sign_in(alice)
    page = client.get(PAGE).content.decode()
    assert "30 days" in page and "alice@example.com" in page
    assert is_in(client)


def test_closing_signs_out_everywhere_and_lets_nobody_in(alice: User) -> None:
    client, other = sign_in(alice), sign_in(alice)
    answer = client.post(PAGE, follow=True)
    assert "This account is closed" in answer.content.decode()
    assert not is_in(client) and not is_in(other)
    assert not LoginSession.objects.filter(ended_at=None)
    assert not is_in(sign_in(alice))
    assert "was closed" in str(mail.outbox[-1].subject)


def test_an_old_proof_is_asked_for_again(alice: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        client = sign_in(alice)
    for answer in (client.get(PAGE), client.post(PAGE)):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get().is_active


@pytest.mark.parametrize("by_app", [False, True])
def test_a_link_to_the_proved_address_opens_it_again(alice: User, by_app: bool) -> None:
    closing.close(user=alice)
    link = asked_for_a_link(alice, by_app=by_app)
    assert "again" in str(mail.outbox[0].subject)
    mail.outbox.clear()
    choose(link)
    alice.refresh_from_db()
    assert alice.is_active and alice.closed_at is None
    assert is_in(sign_in(alice, NEW))
    assert [str(each.subject) for each in mail.outbox] == [
        "Your Switchboard account is open again"
    ]


def test_the_api_opens_it_again_too(alice: User) -> None:
    closing.close(user=alice)
    key = asked_for_a_link(alice).rstrip("/").rpartition("/")[2]
    answer = Client().post(
        "/api/auth/app/v1/auth/password/reset",
        {"key": key, "password": NEW},
        content_type="application/json",
    )
    assert answer.status_code in {200, 401}
    alice.refresh_from_db()
    assert alice.is_active


def test_signing_in_is_no_way_back(alice: User) -> None:
    closing.close(user=alice)
    assert not is_in(sign_in(alice))
    alice.refresh_from_db()
    assert not alice.is_active


def test_after_thirty_days_nothing_is_sent(alice: User) -> None:
    closing.close(user=alice)
    link = asked_for_a_link(alice)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert asked_for_a_link(alice) == ""
        assert "no longer works" in Client().get(link).content.decode()
        assert not closing.reopen(user=alice)


def test_a_link_from_before_does_not_open_what_an_operator_closed(alice: User) -> None:
    link = asked_for_a_link(alice)
    ada = person("administrator", email="ada@example.com")
    suspension.suspend(by=ada, user=alice, reason="spam")
    assert asked_for_a_link(alice) == ""
    choose(link)
    alice.refresh_from_db()
    assert not alice.is_active
    assert not is_in(sign_in(alice, NEW))


def test_a_closed_account_can_be_suspended_and_then_does_not_come_back(
    alice: User,
) -> None:
    closing.close(user=alice)
    ada = person("administrator", email="ada@example.com")
    suspension.suspend(by=ada, user=alice, reason="fled from us")
    assert asked_for_a_link(alice) == ""
    with pytest.raises(Conflict):
        suspension.suspend(by=ada, user=alice, reason="again")
    suspension.restore(by=ada, user=alice, reason="a mistake")
    assert is_in(sign_in(alice))


def test_an_operator_opens_a_closed_account(alice: User) -> None:
    closing.close(user=alice)
    ada = person("administrator", email="ada@example.com")
    suspension.restore(by=ada, user=alice, reason="asked by telephone")
    alice.refresh_from_db()
    assert alice.is_active and alice.closed_at is None


def test_the_last_administrator_stays(db: None) -> None:
    ada = _verified(person("administrator", email="ada@example.com"))
    client = signed_in(ada)
    page = client.post(PAGE, follow=True).content.decode()
    assert "last administrator" in page
    assert is_in(client)
    person("administrator", email="eve@example.com")
    client.post(PAGE)
    assert not is_in(client)


def test_an_account_in_use_has_no_closing_time(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.update(closed_at=timezone.now())
