"""Nobody learns from sign-up, sign-in or reset which addresses have an account."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import guessing, letters
from apps.accounts.models import User
from apps.jobs.models import Letter
from tests import post
from tests.accounts import hashing
from tests.factories import PASSWORD, UserFactory

# As long as each other: an answer repeats the address that was typed.
KNOWN, SUSPENDED, CLOSED, UNVERIFIED, UNKNOWN = (
    f"{name}@example.com" for name in ("alice", "simon", "clara", "ursel", "noone")
)
EVERYBODY = (KNOWN, SUSPENDED, CLOSED, UNVERIFIED, UNKNOWN)
NEW_PASSWORD = "four-grey-herons-waiting"


class Door(NamedTuple):
    path: str
    form: dict[str, str]


APP, BROWSER = "/api/auth/app/v1/auth", "/api/auth/browser/v1/auth"
SIGN_UP = [
    Door("/accounts/signup/", {"email": "", "password1": NEW_PASSWORD}),
    Door(f"{APP}/signup", {"email": "", "password": NEW_PASSWORD}),
    Door(f"{BROWSER}/signup", {"email": "", "password": NEW_PASSWORD}),
]
SIGN_IN = [
    Door("/accounts/login/", {"login": "", "password": NEW_PASSWORD}),
    Door(f"{APP}/login", {"email": "", "password": NEW_PASSWORD}),
    Door(f"{BROWSER}/login", {"email": "", "password": NEW_PASSWORD}),
]
RESET = [
    Door("/accounts/password/reset/", {"email": ""}),
    Door(f"{APP}/password/request", {"email": ""}),
    Door(f"{BROWSER}/password/request", {"email": ""}),
]


class Answer(NamedTuple):
    status: int
    location: str
    body: str
    cookies: list[str]
    hashes: int


@pytest.fixture(autouse=True)
def people(db: None, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [hashing.NAME]
    for email in (KNOWN, SUSPENDED, CLOSED, UNVERIFIED):
        user = UserFactory.create(
            email=email,
            password=PASSWORD,
            is_active=email not in (SUSPENDED, CLOSED),
            closed_at=timezone.now() if email == CLOSED else None,
        )
        EmailAddress.objects.create(
            user=user, email=email, verified=email != UNVERIFIED, primary=True
        )


def ask(door: Door, email: str) -> Answer:
    """What somebody is answered who has never been here."""
    client = Client()
    sent = {name: value or email for name, value in door.form.items()}
    more: dict[str, Any] = {}
    if door.path.startswith("/api/"):
        more["content_type"] = "application/json"
    hashing.HASHED.clear()
    answer = client.post(door.path, sent, **more)
    hashes = len(hashing.HASHED)
    location = answer.get("Location", "")
    if location:
        answer_body = client.get(location).content
    else:
        answer_body = answer.content
    return Answer(
        answer.status_code,
        location,
        _plain(answer_body.decode(), email),
        sorted(answer.cookies),
        hashes,
    )


def _plain(body: str, email: str) -> str:
    """Without the address and what is random."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    body = re.sub(r'"(session_token|request_id)": "\w+"', "", body)
    return body.replace(email, "")


@pytest.mark.parametrize("door", SIGN_UP, ids=lambda door: door.path)
def test_sign_up_answers_all_alike(door: Door) -> None:
    answers = [ask(door, email) for email in EVERYBODY]
    assert len({repr(each) for each in answers}) == 1, answers
    assert answers[0].hashes == 1
    assert answers[0].status in {302, 401}
    assert User.objects.filter(email=UNKNOWN).exists()


@pytest.mark.parametrize("door", SIGN_UP, ids=lambda door: door.path)
def test_sign_up_refuses_a_bad_password_alike_and_without_a_hash(door: Door) -> None:
    weak = door._replace(
        form={name: value and "password-1234" for name, value in door.form.items()}
    )
    answers = [ask(weak, email) for email in EVERYBODY]
    assert len({repr(each) for each in answers}) == 1, answers
    assert answers[0].hashes == 0
    assert answers[0].status in {200, 400}


@pytest.mark.parametrize("door", SIGN_IN, ids=lambda door: door.path)
def test_sign_in_answers_all_alike(door: Door) -> None:
    answers = [ask(door, email) for email in EVERYBODY]
    assert len({repr(each) for each in answers}) == 1, answers
    assert answers[0].hashes == 1
    assert answers[0].status in {200, 400}


@pytest.mark.parametrize("door", RESET, ids=lambda door: door.path)
def test_reset_answers_all_alike_and_writes_to_who_may(door: Door) -> None:
    answers = [ask(door, email) for email in EVERYBODY]
    assert len({repr(each) for each in answers}) == 1, answers
    assert answers[0].hashes == 0
    assert answers[0].status in {200, 302}
    assert [each.to for each in mail.outbox] == [[KNOWN], [CLOSED], [UNVERIFIED]]


def test_a_letter_is_written_for_nobody_too() -> None:
    """What a letter costs is paid for every address; only the last step differs."""
    rendered: list[int] = []
    for email in (KNOWN, UNKNOWN):
        before = len(_templates)
        ask(RESET[0], email)
        rendered.append(len(_templates) - before)
    assert rendered[0] == rendered[1] > 0


@pytest.mark.parametrize("door", [*SIGN_UP, *RESET], ids=lambda door: door.path)
def test_a_stranger_causes_five_letters_an_hour_and_sees_no_difference(
    door: Door,
) -> None:
    often = guessing.LETTERS.times + 2
    answers = [ask(door, email) for email in (KNOWN, UNKNOWN) for _ in range(often)]
    assert len({repr(each) for each in answers}) == 1, answers
    written = Counter(each.to[0] for each in mail.outbox)
    assert written[KNOWN] == guessing.LETTERS.times
    assert written[UNKNOWN] == (guessing.LETTERS.times if door in SIGN_UP else 0)


def test_one_count_for_all_doors_but_none_that_keeps_a_reset_from_its_owner() -> None:
    for door in SIGN_UP * 2:
        ask(door, CLOSED)
    assert len(mail.outbox) == guessing.LETTERS.times
    mail.outbox.clear()
    ask(RESET[0], CLOSED)
    assert len(mail.outbox) == 1


def test_the_owner_is_told_what_happened_however_many_letters_strangers_cause(
    django_capture_on_commit_callbacks: Any,
) -> None:
    for _ in range(guessing.LETTERS.times + 1):
        ask(RESET[0], KNOWN)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        letters.tell(User.objects.get(email=KNOWN), "password_changed")
    assert [each.to for each in mail.outbox] == [[KNOWN]]


_templates: list[str] = []


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    def heard(template: Any, **_: Any) -> None:
        if "letters/" in str(template.name):
            _templates.append(str(template.name))

    template_rendered.connect(heard)
    yield
    template_rendered.disconnect(heard)


class DeadBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError


def _queued(email: str) -> list[str]:
    """The statements that put a letter into the queue."""
    with CaptureQueriesContext(connection) as asked:
        ask(RESET[0], email)
    found = [each["sql"] for each in asked if "INSERT INTO" in each["sql"]]
    return [re.sub(r"'.*?'", "", each, flags=re.S)[:60] for each in found]


def test_a_letter_is_queued_for_nobody_too_and_found_to_have_no_reader() -> None:
    known, unknown = _queued(KNOWN), _queued(UNKNOWN)
    assert known == unknown
    assert any("jobs_letter" in each for each in known)
    assert [each.to for each in mail.outbox] == [[KNOWN]]
    # Whoever typed an address that is nobody's is not on record.
    assert [each.to for each in Letter.objects.all()] == [KNOWN]


def test_a_mail_server_that_is_away_gives_nobody_away(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.POST_BACKEND = f"{__name__}.DeadBackend"
    assert ask(RESET[0], KNOWN) == ask(RESET[0], UNKNOWN)
    post.send()
    said = capfd.readouterr().err
    assert "mail_not_sent" in said and KNOWN not in said
    assert Letter.objects.get().state == "queued"
