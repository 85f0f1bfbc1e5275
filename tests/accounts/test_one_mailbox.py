"""One mailbox, one account: whatever leads to the same mailbox is the same address."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django_redis import get_redis_connection

from apps.accounts.models import User
from tests.factories import PASSWORD
from tests.rbac.factories import verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW_PASSWORD = "a-long-walk-by-the-sea"
JSON = "application/json"
ASCII, UNICODE = "dana@xn--bcher-kva.example", "dana@bücher.example"
REFUSED = [
    "dup@exam\u00adple.org",
    '"dup"@example.org',
    "dup@example.org\u200b",
    "dup@exam\u200dple.org",
    "dup@exam\u2060ple.org",
    "dup@exam\ufe0fple.org",
    "dup@exam\u034fple.org",
    "dup@\u200fexample.org",
    "dup@\u202eexample.org",
    "dup@\u05d0a.org",
    f"dup@{'é' * 64}.com",
    f"dup@{('é' * 30 + '.') * 7}com",
]


def sign_up(email: str) -> int:
    form = {"email": email, "password1": NEW_PASSWORD}
    return Client().post("/accounts/signup/", form).status_code


def sign_up_by_api(email: str) -> int:
    form = {"email": email, "password": NEW_PASSWORD}
    return Client().post("/api/auth/app/v1/auth/signup", form, JSON).status_code


def reset(email: str) -> int:
    return Client().post("/accounts/password/reset/", {"email": email}).status_code


def reset_by_api(email: str) -> int:
    place = "/api/auth/browser/v1/auth/password/request"
    return Client().post(place, {"email": email}, JSON).status_code


def add(email: str) -> int:
    client = signed_in(User.objects.get(email="alice@example.com"), twice=False)
    form = {"action_add": "", "email": email}
    return client.post("/accounts/email/", form).status_code


def sign_in(email: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client.get("/app/").status_code == 200


@pytest.mark.parametrize(
    ("door", "refusal"),
    [
        (sign_up, 200),
        (sign_up_by_api, 400),
        (reset, 200),
        (reset_by_api, 400),
        (add, 200),
    ],
)
def test_what_cannot_be_seen_or_written_to_is_refused_and_nothing_is_kept(
    transactional_db: None, door: Callable[[str], int], refusal: int
) -> None:
    alice = verified("alice@example.com")
    for email in REFUSED:
        assert door(email) == refusal, email
        # Each is a try of its own.
        get_redis_connection().flushdb()
    assert list(User.objects.all()) == [alice]
    assert EmailAddress.objects.count() == 1
    assert not mail.outbox


def test_the_page_says_why(transactional_db: None) -> None:
    form = {"email": REFUSED[0], "password1": NEW_PASSWORD}
    page = Client().post("/accounts/signup/", form).content.decode()
    assert "cannot be seen" in page


@pytest.mark.parametrize("written", [UNICODE, ASCII, "dana@BÜCHER.example"])
def test_a_domain_is_kept_in_its_ascii_form_and_found_in_any(
    transactional_db: None, written: str
) -> None:
    assert sign_up(written) == 302
    assert User.objects.get().email == ASCII
    EmailAddress.objects.update(verified=True)
    for again in (UNICODE, ASCII):
        assert sign_up(again) == 302
        assert sign_in(again, NEW_PASSWORD)
    assert User.objects.count() == EmailAddress.objects.count() == 1
    mail.outbox.clear()
    assert reset(UNICODE) == 302
    assert len(mail.outbox) == 1


def test_an_app_signs_in_with_either_form(transactional_db: None) -> None:
    verified(ASCII)
    for written in (UNICODE, ASCII):
        given = {"email": written, "password": PASSWORD}
        answer = Client().post("/api/auth/app/v1/auth/login", given, JSON)
        assert answer.status_code == 200
    assert EmailAddress.objects.count() == 1


def test_an_address_that_was_kept_otherwise_before_goes_on_working(
    transactional_db: None,
) -> None:
    for old in (UNICODE, "dup@exam\u00adple.org"):
        verified(old)
        assert sign_in(old)
        mail.outbox.clear()
        assert reset(old) == 302
        assert len(mail.outbox) == 1
    assert sign_in(ASCII)
    count = User.objects.count()
    for again in (UNICODE, ASCII):
        sign_up(again)
    assert User.objects.count() == count
