"""A taken account comes back: the old address undoes a change of address."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import EmailChange, LoginSession, User
from apps.rbac.models import AuditEvent
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW, THIRD = "alice@example.com", "thief@example.com", "third@example.com"
CHOSEN = "four-grey-herons-waiting"


@pytest.fixture
def thief(alice: User) -> Client:
    """Knows the password and is signed in."""
    return sign_in(OLD)


def sign_in(email: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/app/settings/profile/").status_code == 200


def change(client: Client, to: str) -> str:
    """Make an address primary; the path of the link that undoes it."""
    user = User.objects.get(pk=LoginSession.objects.latest("created_at").user_id)
    EmailAddress.objects.update_or_create(
        user=user, email=to, defaults={"verified": True}
    )
    mail.outbox.clear()
    client.post("/accounts/email/", {"action_primary": "", "email": to})
    first = mail.outbox[0]
    link = re.search(r"https://switchboard\.example(/\S+/revert/\S+)", str(first.body))
    assert link is not None
    return link[1]


def test_only_the_old_address_gets_the_link(thief: Client) -> None:
    link = change(thief, NEW)
    to_old, to_new = mail.outbox
    assert (to_old.to, to_new.to) == ([OLD], [NEW])
    assert "/revert/" not in str(to_new.body) + str(to_new.message())
    assert link.rpartition("/revert/")[2] not in repr(EmailChange.objects.values())


def test_the_page_changes_nothing_until_it_is_asked_to(thief: Client) -> None:
    link = change(thief, NEW)
    page = Client().get(link).content.decode()
    assert OLD in page and NEW in page
    Client().head(link)
    assert User.objects.get().email == NEW
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert User.objects.get().email == NEW


def test_it_works_although_the_thief_is_signed_in(thief: Client) -> None:
    link = change(thief, NEW)
    thief.post("/accounts/email/", {"action_remove": "", "email": OLD})
    assert EmailAddress.objects.get().email == NEW
    owner = Client()
    answer = owner.post(link)
    assert answer.status_code == 302
    user, address = User.objects.get(), EmailAddress.objects.get()
    assert user.email == user.email_canonical == address.email == OLD
    assert address.verified and address.primary
    assert not is_in(thief)
    assert not LoginSession.objects.filter(ended_at=None)
    for known in (OLD, NEW):
        assert not is_in(sign_in(known))
    page = owner.get(answer["Location"])["Location"]
    known_to_the_thief = {"password1": PASSWORD, "password2": PASSWORD}
    assert b"the password of before" in owner.post(page, known_to_the_thief).content
    form = {"password1": CHOSEN, "password2": CHOSEN}
    assert owner.post(page, form).status_code == 302
    assert not is_in(owner)
    assert is_in(sign_in(OLD, CHOSEN))


def test_both_addresses_and_the_audit_hear_of_it(thief: Client) -> None:
    link = change(thief, NEW)
    mail.outbox.clear()
    # Events of other tests stay: nobody can delete them.
    reverts = AuditEvent.objects.filter(action="accounts.email.revert")
    before = reverts.count()
    Client().post(link)
    assert [each.to for each in mail.outbox] == [[OLD], [NEW]]
    assert "put back" in str(mail.outbox[0].subject)
    assert reverts.count() == before + 1


def test_it_is_undone_with_its_letters_or_not_at_all(thief: Client) -> None:
    link = change(thief, NEW)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE jobs_letter ADD CONSTRAINT none_of_these"
            " CHECK (name <> 'email_reverted') NOT VALID"
        )
    try:
        assert Client(raise_request_exception=False).post(link).status_code >= 400
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_letter DROP CONSTRAINT none_of_these")
    assert User.objects.get().email == NEW
    assert Client().post(link).status_code == 302


def test_a_second_address_of_the_thief_is_no_way_back(thief: Client) -> None:
    user = User.objects.get()
    EmailAddress.objects.create(user=user, email=THIRD, verified=True)
    Client().post(change(thief, NEW))
    mail.outbox.clear()
    for email in (THIRD, NEW):
        Client().post("/accounts/password/reset/", {"email": email})
    assert not mail.outbox


def test_a_chain_of_changes_is_undone_from_its_beginning(thief: Client) -> None:
    first, second = change(thief, NEW), change(thief, THIRD)
    assert Client().post(first).status_code == 302
    assert EmailAddress.objects.get().email == OLD
    # The thief holds a link, too: back to the thief's address.
    assert Client().get(second).status_code == 404
    assert Client().post(second).status_code == 404
    assert EmailAddress.objects.get().email == OLD


def test_a_change_over_the_api_can_be_undone_too(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=NEW, verified=True)
    app, api = Client(), "/api/auth/app/v1"
    given = app.post(
        f"{api}/auth/login",
        {"email": OLD, "password": PASSWORD},
        content_type="application/json",
    ).json()["meta"]["access_token"]
    app = Client(headers={"authorization": f"Bearer {given}"})
    mail.outbox.clear()
    answer = app.patch(
        f"{api}/account/email",
        {"email": NEW, "primary": True},
        content_type="application/json",
    )
    assert answer.status_code == 200
    link = re.search(r"switchboard\.example(/\S+/revert/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert Client().post(link[1]).status_code == 302
    assert app.get(f"{api}/account/email").status_code == 401


def test_a_link_works_once(thief: Client) -> None:
    link = change(thief, NEW)
    assert Client().post(link).status_code == 302
    assert Client().post(link).status_code == 404
    assert Client().get(link).status_code == 404


def test_a_link_is_good_for_a_week(thief: Client) -> None:
    link = change(thief, NEW)
    with time_machine.travel(timezone.now() + timedelta(days=6.99)):
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert Client().get(link).status_code == 404
        assert Client().post(link).status_code == 404


@pytest.mark.parametrize("key", ["x", "x" * 500, "%F0%9F%90%8D", "%ED%A0%80"])
def test_a_guessed_link_is_not_there(alice: User, key: str) -> None:
    for client_verb in (Client().get, Client().post):
        assert client_verb(f"/accounts/email/revert/{key}/").status_code == 404


def test_nobody_signs_up_with_an_address_that_may_come_back(thief: Client) -> None:
    """An account of the thief with the old address would be in its way."""
    link = change(thief, NEW)
    thief.post("/accounts/email/", {"action_remove": "", "email": OLD})
    form = {"email": OLD, "password1": CHOSEN}
    assert Client().post("/accounts/signup/", form).status_code == 302
    sent = {"email": OLD, "password": CHOSEN}
    kind = "application/json"
    Client().post("/api/auth/app/v1/auth/signup", sent, content_type=kind)
    assert User.objects.count() == 1
    assert Client().post(link).status_code == 302
    assert User.objects.get().email == OLD


def test_an_address_that_belongs_to_another_account_by_now_stays_there(
    thief: Client,
) -> None:
    link = change(thief, NEW)
    thief.post("/accounts/email/", {"action_remove": "", "email": OLD})
    bob = UserFactory.create(email="bob@example.com")
    EmailAddress.objects.create(user=bob, email=OLD, verified=True)
    answer = Client().post(link)
    assert answer.status_code == 409
    assert "another account" in answer.content.decode()
    assert User.objects.get(email=NEW).has_usable_password()


def test_a_suspended_account_is_not_opened_by_it(thief: Client) -> None:
    link = change(thief, NEW)
    User.objects.update(is_active=False)
    Client().post(link)
    user = User.objects.get()
    assert user.email == OLD and not user.is_active


def test_of_two_who_follow_it_at_once_one_does(thief: Client) -> None:
    link = change(thief, NEW)
    statuses: list[int] = []
    gate = threading.Barrier(2)

    def race() -> None:
        gate.wait()
        statuses.append(Client().post(link).status_code)
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 404]
