"""An account begins: what is accepted, and what nobody may learn from trying."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from tests.factories import UserFactory
from tests.races import together

PASSWORD = "a-long-walk-by-the-sea"


def _sign_up(
    email: str, address: str = "127.0.0.1", **extra: str
) -> tuple[Client, int, str, str]:
    """The browser, the status, where to, and the page, without what is random."""
    client = Client(REMOTE_ADDR=address)
    form = {"email": email, "password1": PASSWORD, **extra}
    answer = client.post("/accounts/signup/", form)
    return client, answer.status_code, answer.get("Location", ""), _page(answer.content)


def _page(content: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())


def _code() -> str:
    found = re.search(r"code is\s+(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_a_code_from_the_mail_opens_the_account(db: None) -> None:
    client, status, location, _ = _sign_up("dana@example.com", name="Dana Dahl")
    assert (status, location) == (302, "/accounts/confirm-email/")
    assert client.get("/app/").status_code == 302
    answer = client.post(location, {"code": _code()})
    assert answer["Location"] == "/app/phones/"
    assert "Hello, Dana" in client.get("/app/").content.decode()
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("name", ["Dana\nPaid", "\u202eanaD", "\u3164", "D\u200bana"])
def test_a_name_that_cannot_be_read_is_refused(db: None, name: str) -> None:
    _, status, _, page = _sign_up("dana@example.com", name=name)
    assert status == 200 and "A name is one line" in page
    assert not User.objects.exists()


def test_a_wrong_code_opens_nothing(db: None) -> None:
    client, _, location, _ = _sign_up("dana@example.com")
    answer = client.post(location, {"code": "WRONG-1"})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "2 tries left" in answer.content.decode()
    again = client.post(location, {"code": "WRONG-2"}).content.decode()
    assert "1 try left" in again
    assert not EmailAddress.objects.get().verified
    assert client.get("/app/").status_code == 302


def test_a_known_address_is_answered_like_a_new_one(db: None) -> None:
    UserFactory.create(email="alice@example.com")
    known, *known_answer = _sign_up("alice@example.com")
    new, *new_answer = _sign_up("other@example.com")
    assert known_answer == new_answer
    pages = [
        _page(client.get("/accounts/confirm-email/").content).replace(email, "")
        for client, email in ((known, "alice@example.com"), (new, "other@example.com"))
    ]
    assert pages[0] == pages[1]
    wrong = [
        _page(client.post("/accounts/confirm-email/", {"code": "WRONG-1"}).content)
        for client in (known, new)
    ]
    assert wrong[0].replace("alice@", "") == wrong[1].replace("other@", "")


def test_the_owner_of_a_known_address_is_told_by_mail(
    db: None, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://switchboard.example"
    UserFactory.create(email="alice@example.com")
    _sign_up("alice@example.com")
    assert mail.outbox[-1].to == ["alice@example.com"]
    assert "https://switchboard.example/accounts/password/reset/" in str(
        mail.outbox[-1].body
    )
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "email",
    [
        "ſtaff@example.com",
        "ırina@example.com",
        "ａlice@example.com",
        "x@straße.example",
    ],
)
def test_a_look_alike_is_refused_beside_the_field(db: None, email: str) -> None:
    _, status, _, page = _sign_up(email)
    assert status == 200
    field = page[page.index('name="email"') : page.index('name="password1"')]
    assert 'aria-invalid="true"' in field
    assert "plain letters" in field or "valid email" in field
    assert not User.objects.exists()


def test_case_makes_no_second_account(db: None) -> None:
    UserFactory.create(email="alice@example.com")
    _sign_up("Alice@Example.COM")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("", "UTC"),
        ("Mars/Olympus_Mons", "UTC"),
        ("../../etc/passwd", "UTC"),
    ],
)
def test_the_zone_of_the_browser_is_kept_if_there_is_such_a_zone(
    db: None, given: str, kept: str
) -> None:
    _, status, _, _ = _sign_up("dana@example.com", timezone=given)
    assert status == 302
    assert User.objects.get().timezone == kept


@pytest.mark.parametrize("password", ["sea-walk", "qwerty123456", "dana.dahl@example"])
def test_a_weak_password_is_refused_and_the_rest_kept(db: None, password: str) -> None:
    form = {"email": "dana.dahl@example.com", "password1": password}
    answer = Client().post("/accounts/signup/", {**form, "name": "Dana Dahl"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="dana.dahl@example.com"' in page and 'value="Dana Dahl"' in page
    assert f'value="{password}"' not in page
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["x" * 81, "Dana\x00"])
def test_a_name_that_cannot_be_kept_is_refused(db: None, name: str) -> None:
    _, status, _, page = _sign_up("dana@example.com", name=name)
    assert status == 200
    assert "errorlist" in page


def _over_http(client: str) -> int:
    given = {"email": "dana@example.com", "password": PASSWORD}
    door = f"/api/auth/{client}/v1/auth/signup"
    return Client().post(door, given, content_type="application/json").status_code


@pytest.mark.parametrize(
    ("sign_up", "status"),
    [
        (lambda: _sign_up("dana@example.com")[1], 302),
        (lambda: _over_http("app"), 401),
        (lambda: _over_http("browser"), 401),
    ],
    ids=["page", "app", "browser"],
)
def test_all_who_sign_up_with_one_new_address_at_once_are_answered_alike(
    transactional_db: None, sign_up: Callable[[], int], status: int
) -> None:
    assert together(4, sign_up) == [status] * 4
    assert User.objects.count() == 1
    told = [str(each.subject) for each in mail.outbox]
    assert len(told) == 4 and len(set(told)) == 2
