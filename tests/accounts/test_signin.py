"""Coming back: signing in, signing out, a forgotten password."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from tests.factories import PASSWORD
from tests.rbac.factories import verified


@pytest.fixture
def alice(db: None) -> User:
    return verified("alice@example.com")


def _sign_in(client: Client, password: str = PASSWORD, **extra: str) -> int:
    form = {"login": "Alice@example.com", "password": password, **extra}
    return client.post("/accounts/login/", form).status_code


def test_signing_in_leads_to_the_overview_and_out_again(alice: User) -> None:
    client = Client()
    assert _sign_in(client) == 302
    assert client.get("/app/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/app/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_read_the_same(alice: User) -> None:
    pages = []
    for login in ("alice@example.com", "nobody@example.com"):
        form = {"login": login, "password": "not-the-password"}
        answer = Client().post("/accounts/login/", form)
        assert answer.status_code == 200
        page = answer.content.decode().replace(login, "")
        pages.append(re.sub(r'value="\w{64}"', "", page))
    assert pages[0] == pages[1]


def test_nobody_is_sent_elsewhere_after_signing_in(alice: User) -> None:
    client = Client()
    form = {"login": "alice@example.com", "password": PASSWORD}
    form["next"] = "https://evil.example/"
    assert client.post("/accounts/login/", form)["Location"] == "/app/"


def test_a_page_asked_for_is_shown_after_signing_in(alice: User) -> None:
    client = Client()
    asked = client.get("/app/phones/")["Location"]
    form = {"login": "alice@example.com", "password": PASSWORD, "next": "/app/phones/"}
    assert client.post(asked, form)["Location"] == "/app/phones/"


def test_the_link_to_a_new_password_names_our_address_whatever_the_host(
    alice: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://switchboard.example"
    client = Client(headers={"host": "evil.example"})
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    body = str(mail.outbox[-1].body)
    assert "evil" not in body
    link = re.search(r"https://switchboard\.example(/accounts/password/\S+)", body)
    assert link is not None
    _choose(Client(), link[1], "another-walk-by-the-sea")
    assert _sign_in(Client(), "another-walk-by-the-sea") == 302
    again = Client().get(link[1])
    assert "no longer works" in again.content.decode()


def test_an_unknown_address_gets_no_link_and_the_same_page(alice: User) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert {answer["Location"] for answer in answers} == {
        "/accounts/password/reset/done/"
    }
    assert len(mail.outbox) == 1


def test_a_new_primary_address_is_the_one_to_sign_in_with(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="archer@example.com", verified=True)
    client = Client()
    _sign_in(client)
    client.post(
        "/accounts/email/", {"action_primary": "", "email": "archer@example.com"}
    )
    alice.refresh_from_db()
    assert alice.email == alice.email_canonical == "archer@example.com"


def test_a_changed_password_is_the_one_that_counts(alice: User) -> None:
    client = Client()
    _sign_in(client)
    new = "another-walk-by-the-sea"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", form)["Location"] == "/app/"
    assert "Your password is changed." in client.get("/app/").content.decode()
    assert _sign_in(Client()) == 200
    assert _sign_in(Client(), new) == 302


def _choose(client: Client, link: str, password: str) -> None:
    form = client.get(link)["Location"]
    answer = client.post(form, {"password1": password, "password2": password})
    assert answer.status_code == 302


def test_spanish_speaks_to_strangers_as_to_all_others(db: None) -> None:
    said = {"login": "a@example.com", "password": "wrong"}
    answer = Client().post("/accounts/login/", said, headers={"Accept-Language": "es"})
    page = answer.content.decode()
    assert "¿Olvidaste tu contraseña?" in page and "Ha olvidado" not in page
    assert "que escribiste no son correctas" in page
