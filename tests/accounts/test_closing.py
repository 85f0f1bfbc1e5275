"""Somebody leaves, and comes back or not."""

import itertools
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import closing, sessions, suspension, tokens
from apps.accounts.models import LoginSession, User
from apps.core.errors import Conflict
from apps.sms import linking, outbox
from tests.factories import PASSWORD, PhoneNumberFactory
from tests.mfa.conftest import app_of
from tests.races import together
from tests.rbac.factories import person, verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/app/settings/close/"
FORM = {"typed": "alice@example.com"}
NEW = "four-grey-herons-waiting"


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


def choose(path: str, *, status: int = 302) -> str:
    client = Client()
    page = client.get(path)["Location"]
    answer = client.post(page, {"password1": NEW, "password2": NEW})
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_says_what_happens_and_closes_nothing(alice: User) -> None:
    client = sign_in(alice)
    page = client.get(PAGE).content.decode()
    assert "14 days" in page and "erased" in page and "alice@example.com" in page
    assert is_in(client)


@pytest.mark.parametrize("typed", ["", "bob@example.com", "alice"])
def test_another_name_closes_nothing(alice: User, typed: str) -> None:
    client = sign_in(alice)
    answer = client.post(PAGE, {"typed": typed})
    assert answer.status_code == 200 and is_in(client)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_closing_signs_out_everywhere_and_lets_nobody_in(alice: User) -> None:
    client, other = sign_in(alice), sign_in(alice)
    answer = client.post(PAGE, FORM, follow=True)
    assert "This account is closed" in answer.content.decode()
    assert not is_in(client) and not is_in(other)
    assert not LoginSession.objects.filter(ended_at=None)
    assert not is_in(sign_in(alice))
    assert "was closed" in str(mail.outbox[-1].subject)
    assert "After that everything in it is erased" in str(mail.outbox[-1].body)


def test_an_old_proof_is_asked_for_again(alice: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        client = sign_in(alice)
    for answer in (client.get(PAGE), client.post(PAGE, FORM)):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get().is_active


@pytest.mark.parametrize("by_app", [False, True])
def test_a_link_to_the_proved_address_opens_it_again(alice: User, by_app: bool) -> None:
    closing.close(user=alice)
    link = asked_for_a_link(alice, by_app=by_app)
    assert "again" in str(mail.outbox[0].subject)
    assert "is erased 14 days after" in str(mail.outbox[0].body)
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


def test_after_two_weeks_nothing_is_sent(alice: User) -> None:
    closing.close(user=alice)
    link = asked_for_a_link(alice)
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1)):
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
    ada = verified("ada@example.com", "administrator")
    client = signed_in(ada)
    page = client.post(PAGE, {"typed": ada.email}, follow=True).content.decode()
    assert "last administrator" in page
    assert is_in(client)
    person("administrator", email="eve@example.com")
    client.post(PAGE, {"typed": ada.email})
    assert not is_in(client)


def test_an_account_in_use_has_no_closing_time(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.update(closed_at=timezone.now())


# --- attacks ---------------------------------------------------------------------------


def test_the_tokens_of_an_app_are_dead_with_the_next_request(alice: User) -> None:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    pair = tokens.issue(row)
    closing.close(user=alice)
    asked = Client().get(
        "/api/v1/me", headers={"authorization": f"Bearer {pair.access}"}
    )
    refreshed = Client().post(
        "/api/auth/app/v1/tokens/refresh",
        {"refresh_token": pair.refresh},
        content_type="application/json",
    )
    assert (asked.status_code, refreshed.status_code) == (401, 401)
    # Nor do they come back with the account.
    choose(asked_for_a_link(alice))
    assert not LoginSession.objects.filter(ended_at=None)
    again = Client().get(
        "/api/v1/me", headers={"authorization": f"Bearer {pair.access}"}
    )
    assert again.status_code == 401


def test_the_way_back_is_good_once(alice: User) -> None:
    closing.close(user=alice)
    link = asked_for_a_link(alice)
    choose(link)
    closing.close(user=User.objects.get())
    assert Client().get(link).status_code == 200
    assert not User.objects.get().is_active


def test_of_many_who_follow_the_way_back_at_once_one_sets_the_password(
    alice: User,
) -> None:
    closing.close(user=alice)
    key = asked_for_a_link(alice).rstrip("/").rpartition("/")[2]
    numbers = itertools.count()

    def follow() -> int:
        given = {"key": key, "password": f"{NEW}-{next(numbers)}"}
        place = "/api/auth/browser/v1/auth/password/reset"
        return Client().post(place, given, "application/json").status_code

    mail.outbox.clear()
    assert together(4, follow).count(401) == 1
    assert User.objects.get().is_active
    told = [str(each.subject) for each in mail.outbox]
    assert told == ["Your Switchboard account is open again"]


def test_a_link_asked_for_in_time_and_followed_too_late_opens_nothing(
    alice: User, settings: Settings
) -> None:
    settings.PASSWORD_RESET_TIMEOUT = 40 * 86_400
    with time_machine.travel(timezone.now() - timedelta(days=15)):
        closing.close(user=alice)
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        link = asked_for_a_link(alice)
    # Nor does it say that it was done.
    assert "cannot be opened again" in choose(link, status=409)
    assert not User.objects.get().is_active
    assert not is_in(sign_in(alice, NEW))


def test_a_second_factor_is_asked_for_after_the_way_back(alice: User) -> None:
    app_of(alice)
    closing.close(user=alice)
    choose(asked_for_a_link(alice))
    client = sign_in(alice, NEW)
    assert not is_in(client)
    assert client.get("/accounts/2fa/authenticate/").status_code == 200


def test_a_browser_trusted_before_is_asked_for_it_too(alice: User) -> None:
    device = app_of(alice)
    client = sign_in(alice)
    form = {"use": "totp", "code": device.code(), "trust": "1"}
    client.post("/accounts/2fa/authenticate/", form)
    assert is_in(client)
    closing.close(user=alice)
    choose(asked_for_a_link(alice))
    client.post("/accounts/login/", {"login": alice.email, "password": NEW})
    assert not is_in(client)


def test_a_sign_in_that_waits_for_a_factor_ends_with_the_account(alice: User) -> None:
    device = app_of(alice)
    client = sign_in(alice)
    closing.close(user=alice)
    form = {"use": "totp", "code": device.code()}
    client.post("/accounts/2fa/authenticate/", form)
    assert not is_in(client) and not LoginSession.objects.filter(ended_at=None)


def test_nobody_signs_up_with_the_address_of_a_closed_account(alice: User) -> None:
    closing.close(user=alice)
    form = {"email": "Alice@example.com", "password1": NEW}
    assert Client().post("/accounts/signup/", form).status_code == 302
    assert User.objects.get().pk == alice.pk and not User.objects.get().is_active


def test_another_address_that_was_never_proved_is_no_way_back(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="eve@example.com", verified=False)
    closing.close(user=alice)
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "eve@example.com"})
    assert not mail.outbox


def test_a_closed_account_links_no_phone_and_is_texted_nothing(alice: User) -> None:
    words = linking.phrase_for(alice).words
    closing.close(user=alice)
    with transaction.atomic():
        answered = linking.redeem(words=words, number="+12025550177")
    assert answered.sentence == linking.WRONG
    PhoneNumberFactory.create(user=alice)
    alice.refresh_from_db()
    with transaction.atomic():
        queued = outbox.queue(
            user=alice, body="Reminder", kind="reminder", dedupe_key="x"
        )
    assert queued is None


def test_closing_is_no_way_out_of_a_suspension_that_was_faster(alice: User) -> None:
    ada = person("administrator", email="ada@example.com")
    early = User.objects.get(pk=alice.pk)
    suspension.suspend(by=ada, user=alice, reason="spam from this account")
    closing.close(user=early)
    alice.refresh_from_db()
    assert not alice.is_active and alice.closed_at is None
    assert not asked_for_a_link(alice)


def test_closing_at_the_same_moment_closes_once(alice: User) -> None:
    several = iter([sign_in(alice), sign_in(alice), sign_in(alice)])
    mail.outbox.clear()
    answers = together(3, lambda: next(several).post(PAGE, FORM).status_code)
    assert 302 in answers and set(answers) <= {302, 401, 403}
    assert not User.objects.get().is_active
    told = [str(each.subject) for each in mail.outbox]
    assert told == ["Your Switchboard account was closed"]
