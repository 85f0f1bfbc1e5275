"""Whoever is signed in cannot have letters sent to any number of strangers."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.accounts import guessing, sessions, tokens
from apps.accounts.models import User
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
MOST = guessing.ADDRESSES_PER_PERSON.times


def by_page(user: User, email: str, network: str = "10.0.0.1") -> Any:
    client = signed_in(user, Client(REMOTE_ADDR=network), twice=False)
    return client.post("/accounts/email/", {"action_add": "", "email": email})


def by_app(user: User, email: str, network: str = "10.0.0.1") -> Any:
    row = sessions.begin(user=user, client="app", proved=["password"], twice=False)
    return Client(REMOTE_ADDR=network).post(
        "/api/auth/app/v1/account/email",
        {"email": email},
        "application/json",
        headers={"authorization": f"Bearer {tokens.issue(row).access}"},
    )


def by_browser(user: User, email: str, network: str = "10.0.0.1") -> Any:
    client = signed_in(user, Client(REMOTE_ADDR=network), twice=False)
    place = "/api/auth/browser/v1/account/email"
    return client.post(place, {"email": email}, "application/json")


def test_a_person_adds_a_few_an_hour_through_all_doors_together(alice: User) -> None:
    doors = (by_page, by_app, by_browser)
    for n in range(MOST):
        answer = doors[n % 3](alice, f"stranger{n}@example.org")
        assert answer.status_code in (200, 302)
    assert len(mail.outbox) == MOST
    for door in doors:
        answer = door(alice, "another@example.org", "10.0.0.2")
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
    assert len(mail.outbox) == MOST
    # What else one does with addresses goes on.
    client = signed_in(alice, twice=False)
    form = {"action_primary": "", "email": alice.email}
    assert client.post("/accounts/email/", form).status_code == 302


def test_many_accounts_behind_one_network_add_no_more(alice: User) -> None:
    guesses = guessing.ADDRESSES_PER_NETWORK
    for _ in range(guesses.times):
        guesses.charge("10.0.0.1")
    assert by_page(alice, "stranger@example.org").status_code == 429
    assert by_page(alice, "stranger@example.org", "10.0.0.2").status_code == 302
