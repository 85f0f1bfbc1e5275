"""Addresses of one account change one after the other; what was overtaken is refused."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from apps.accounts import email_changes, sessions, tokens
from apps.accounts.models import EmailChange, User
from tests.races import overtaken, together
from tests.rbac.factories import verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW, THIRD = "alice@example.com", "thief@example.com", "third@example.com"
Door = Callable[[User], Callable[..., Any]]


@pytest.fixture
def alice(transactional_db: None) -> User:
    user: User = verified(OLD)
    for email in (NEW, THIRD):
        EmailAddress.objects.create(user=user, email=email, verified=True)
    return user


def by_page(user: User) -> Callable[..., Any]:
    client = signed_in(user, twice=False)

    def act(action: str, email: str) -> Any:
        return client.post("/accounts/email/", {f"action_{action}": "", "email": email})

    return act


def by_api(user: User) -> Callable[..., Any]:
    row = sessions.begin(user=user, client="app", proved=["password"], twice=False)
    headers = {"authorization": f"Bearer {tokens.issue(row).access}"}

    def act(action: str, email: str) -> Any:
        given: dict[str, Any] = {"email": email}
        if action == "primary":
            given["primary"] = True
        verb = {"primary": "PATCH", "remove": "DELETE", "add": "POST"}[action]
        return Client().generic(
            verb,
            "/api/auth/app/v1/account/email",
            Client()._encode_json(given, "application/json"),  # type: ignore[attr-defined]
            "application/json",
            headers=headers,
        )

    return act


def code_sent_to(email: str) -> str:
    letter, *_ = [each for each in reversed(mail.outbox) if each.to == [email]]
    found = re.search(r"^ {4}(\S+)$", str(letter.body), re.M)
    assert found, letter.body
    return found[1]


def link_to_undo(act: Callable[..., Any], email: str) -> str:
    """Of the change that makes this address primary; its key."""
    mail.outbox.clear()
    act("primary", email)
    found = re.search(r"/email/revert/([^/\s]+)/", str(mail.outbox[0].body))
    assert found
    return found[1]


def held(user: User) -> list[tuple[str, bool]]:
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("email")
    return list(rows.values_list("email", "primary"))


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize("action", ["primary", "remove", "add"])
def test_what_is_on_its_way_when_a_change_is_undone_does_nothing(
    alice: User, door: Door, action: str
) -> None:
    act = door(alice)
    key = link_to_undo(act, NEW)
    mail.outbox.clear()
    about = {"primary": THIRD, "remove": THIRD, "add": "fourth@example.com"}[action]
    answer = overtaken(
        alice, lambda: email_changes.undo(key), lambda: act(action, about)
    )
    assert answer.status_code == 401
    assert held(alice) == [(OLD, True)]
    assert User.objects.get().email == OLD
    assert {each.to[0] for each in mail.outbox} == {OLD, NEW}


def test_a_code_on_its_way_when_a_change_is_undone_proves_nothing(alice: User) -> None:
    client = signed_in(alice, twice=False)
    page = "/accounts/email/"
    client.post(page, {"action_add": "", "email": "fourth@example.com"})
    code = code_sent_to("fourth@example.com")
    mail.outbox.clear()
    client.post(page, {"action_primary": "", "email": NEW})
    found = re.search(r"/email/revert/([^/\s]+)/", str(mail.outbox[0].body))
    assert found
    key = found[1]
    answer = overtaken(
        alice,
        lambda: email_changes.undo(key),
        lambda: client.post("/accounts/confirm-email/", {"code": code}),
    )
    assert answer.status_code == 401
    assert held(alice) == [(OLD, True)]


def test_a_code_of_a_sign_in_that_is_not_complete_proves_nothing_after_a_panic(
    transactional_db: None,
) -> None:
    client = Client()
    form = {"email": OLD, "password1": "four-grey-herons-waiting"}
    client.post("/accounts/signup/", form)
    code, user = code_sent_to(OLD), User.objects.get()

    def change_password() -> None:
        user.set_password("five-grey-herons-waiting")
        user.save()

    answer = overtaken(
        user,
        change_password,
        lambda: client.post("/accounts/confirm-email/", {"code": code}),
    )
    assert answer.status_code == 401
    assert held(user) == []


@pytest.mark.parametrize("door", [by_page, by_api])
def test_of_addresses_made_primary_at_once_the_last_is(alice: User, door: Door) -> None:
    acts = [door(alice) for _ in range(2)]
    for _ in range(3):
        turns = itertools.count()

        def act(turns: Any = turns) -> int:
            turn = next(turns)
            return int(acts[turn % 2]("primary", (NEW, THIRD)[turn % 2]).status_code)

        assert set(together(4, act)) <= {200, 302}
        (primary,) = (email for email, is_primary in held(alice) if is_primary)
        assert User.objects.get().email == primary


@pytest.mark.parametrize("door", [by_page, by_api])
def test_what_is_removed_while_it_is_made_primary_is_one_of_both(
    alice: User, door: Door
) -> None:
    acts = {"primary": door(alice), "remove": door(alice)}
    for email in (NEW, THIRD):
        turns = iter(acts)

        def act(turns: Any = turns, email: str = email) -> int:
            action = next(turns)
            return int(acts[action](action, email).status_code)

        assert set(together(2, act)) <= {200, 302, 400}
        (primary,) = (email for email, is_primary in held(alice) if is_primary)
        assert User.objects.get().email == primary
        acts["primary"]("primary", OLD)


def test_one_code_posted_several_times_at_once_counts_once(alice: User) -> None:
    client = signed_in(alice, twice=False)
    email = "fourth@example.com"
    client.post("/accounts/email/", {"action_add": "", "email": email})
    code = code_sent_to(email)
    cookies = client.cookies

    def confirm() -> int:
        again = Client()
        again.cookies = cookies
        return int(again.post("/accounts/confirm-email/", {"code": code}).status_code)

    assert set(together(6, confirm)) == {302}
    assert (email, False) in held(alice)


def test_one_code_posted_by_an_app_several_times_at_once_counts_once(
    alice: User,
) -> None:
    email = "fourth@example.com"
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    headers = {"authorization": f"Bearer {tokens.issue(row).access}"}

    def post(place: str, given: dict[str, str]) -> Any:
        address = f"/api/auth/app/v1/{place}"
        return Client().post(address, given, "application/json", headers=headers)

    assert post("account/email", {"email": email}).status_code == 200
    code = code_sent_to(email)
    answers = together(6, lambda: post("auth/email/verify", {"key": code}).status_code)
    assert answers.count(200) == 1
    assert set(answers) <= {200, 409}
    assert (email, False) in held(alice)


def test_of_two_accounts_that_prove_one_address_at_once_one_has_it(
    alice: User,
) -> None:
    email, people = "fourth@example.com", [alice, verified("bob@example.com")]
    clients = [signed_in(user, twice=False) for user in people]
    codes = []
    for client in clients:
        client.post("/accounts/email/", {"action_add": "", "email": email})
        codes.append(code_sent_to(email))
    turns = itertools.count()

    def confirm() -> int:
        turn = next(turns)
        form = {"code": codes[turn]}
        return int(clients[turn].post("/accounts/confirm-email/", form).status_code)

    answers = together(2, confirm)
    # The page says that it is taken, here or where it leads back to.
    assert set(answers) <= {302, 200, 409}
    assert EmailAddress.objects.filter(email=email, verified=True).count() == 1


def test_of_links_followed_at_once_the_oldest_wins(alice: User) -> None:
    act = by_page(alice)
    first, second = link_to_undo(act, NEW), link_to_undo(act, THIRD)
    turns = itertools.cycle([first, second])

    def undo() -> tuple[str, int]:
        key = next(turns)
        page = f"/accounts/email/revert/{key}/"
        return key, int(Client().post(page).status_code)

    answers = together(6, undo)
    assert {status for _, status in answers} <= {302, 404}
    assert [key for key, status in answers if status == 302].count(first) == 1
    assert [key for key, status in answers if status == 302].count(second) <= 1
    assert held(alice) == [(OLD, True)]
    assert User.objects.get().email == OLD
    assert not EmailChange.objects.open().exists()
