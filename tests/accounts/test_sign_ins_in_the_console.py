"""Operators see sign-ins and end them, for a reason that stays on record."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.jobs.keeping import retain
from apps.rbac import roles
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent
from tests.accounts.test_my_sign_ins import app
from tests.accounts.test_sign_ins import is_in, row_of, sign_in, told
from tests.conftest import Recorded
from tests.rbac.factories import person, verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/accounts/loginsession/"
WHY = "called: their laptop was stolen"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return verified("ada@example.com", "administrator")


def act(client: Client, page: str, action: str, key: object, **more: str) -> Any:
    form = {"action": action, "_selected_action": [str(key)], "reason": WHY, **more}
    return client.post(page, {**form, "confirm": "1"}, follow=True)


def test_they_are_listed_without_addresses(ada: User, alice: User) -> None:
    row = row_of(sign_in(alice))
    page = signed_in(ada).get(LIST).content.decode()
    assert "Firefox" in page
    assert "alice@example.com" not in page
    shown = signed_in(ada).get(f"{LIST}{row.pk}/change/").content.decode()
    assert "password_mark" not in shown and row.password_mark not in shown


def test_one_is_ended_for_a_reason(ada: User, alice: User) -> None:
    client, other = sign_in(alice), sign_in(alice)
    row = row_of(client)
    act(signed_in(ada), LIST, "end_sign_in", row.pk)
    assert "An operator signed you out here." in told(client)
    assert is_in(other)
    event = AuditEvent.objects.filter(
        action="accounts.session.close", obj_id=str(row.pk)
    ).get()
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)


def test_all_of_a_person_are_ended_at_once(ada: User, alice: User) -> None:
    client = sign_in(alice)
    _, phone = app(alice)
    act(signed_in(ada), "/admin/accounts/user/", "end_sign_ins", alice.pk)
    assert not is_in(client)
    assert phone.get("/api/v1/me").status_code == 401


def test_nobody_ends_those_of_who_may_do_more(ada: User, alice: User) -> None:
    held = [
        Permission.CONSOLE_ENTER,
        Permission.PERSON_VIEW,
        Permission.SIGN_IN_VIEW,
        Permission.SIGN_IN_END,
    ]
    roles.create(by=ada, slug="helper", name="Helper", permissions=held)
    helper = person("helper", email="helper@example.com")
    boss = signed_in(ada)
    act(signed_in(helper), "/admin/accounts/user/", "end_sign_ins", ada.pk)
    assert boss.get("/admin/").status_code == 200
    client = sign_in(alice)
    act(signed_in(helper), "/admin/accounts/user/", "end_sign_ins", alice.pk)
    assert not is_in(client)


def test_an_account_is_closed_and_a_letter_sent_for_a_reason(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client, people = sign_in(alice), "/admin/accounts/user/"
    mail.outbox.clear()
    act(signed_in(ada), people, "send_password_letter", alice.pk)
    assert is_in(client)
    act(signed_in(ada), people, "close", alice.pk, typed=alice.email)
    assert not is_in(client)
    assert [each.subject for each in mail.outbox] == [
        "Choose a new Switchboard password",
        "Your Switchboard account was closed",
    ]
    (closed,) = recorded("accounts.user.close")
    assert (closed.actor_id, closed.subject_id) == (ada.pk, alice.pk)
    (sent,) = recorded("accounts.password.send")
    assert (sent.actor_id, sent.subject_id) == (ada.pk, alice.pk)


def test_who_may_only_look_ends_nothing(ada: User, alice: User) -> None:
    held = [Permission.CONSOLE_ENTER, Permission.SIGN_IN_VIEW]
    roles.create(by=ada, slug="looker", name="Looker", permissions=held)
    client = sign_in(alice)
    looker = signed_in(person("looker"))
    assert looker.get(LIST).status_code == 200
    act(looker, LIST, "end_sign_in", row_of(client).pk)
    assert is_in(client)


def test_what_is_long_over_is_swept_away(alice: User) -> None:
    sign_in(alice)
    with time_machine.travel(timezone.now() + timedelta(days=90)):
        retain()
        assert LoginSession.objects.exists() and KnownBrowser.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=91, hours=1)):
        retain()
        assert not LoginSession.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        retain()
        assert not KnownBrowser.objects.exists()
