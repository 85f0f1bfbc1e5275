"""Several changes of one password at the same moment: one counts."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.core import mail
from django.test import Client

from apps.accounts import panic, sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.core.errors import Conflict
from tests.factories import PASSWORD
from tests.races import together
from tests.rbac.factories import verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SEVERAL = 4
WORDS = [f"four-grey-herons-waiting-{n}" for n in range(SEVERAL)]


@pytest.fixture
def alice(transactional_db: None) -> User:
    user: User = verified("alice@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def by_page(user: User) -> Callable[[str], Any]:
    client = signed_in(user, twice=False)

    def change(new: str) -> Any:
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        return client.post("/accounts/password/change/", form)

    return change


def by_app(user: User) -> Callable[[str], Any]:
    row = sessions.begin(user=user, client="app", proved=["password"], twice=False)
    headers = {"authorization": f"Bearer {tokens.issue(row).access}"}

    def change(new: str) -> Any:
        given = {"current_password": PASSWORD, "new_password": new}
        place = "/api/auth/app/v1/account/password/change"
        return Client().post(place, given, "application/json", headers=headers)

    return change


@pytest.mark.parametrize(("door", "done"), [(by_page, 302), (by_app, 200)])
def test_of_changes_with_one_old_password_at_once_one_counts(
    alice: User, door: Callable[[User], Callable[[str], Any]], done: int
) -> None:
    changes = [door(alice) for _ in range(SEVERAL)]
    turns = itertools.count()

    def change() -> tuple[int, str]:
        turn = next(turns)
        answer = changes[turn](WORDS[turn])
        # Whoever comes when another has won is signed out already.
        is_out = answer.get("Location", "").startswith("/accounts/login/")
        return 401 if is_out else answer.status_code, WORDS[turn]

    answers = together(SEVERAL, change)
    (won,) = (new for status, new in answers if status == done)
    assert {status for status, _ in answers} <= {done, 302, 400, 401, 409}
    alice.refresh_from_db()
    assert alice.check_password(won)
    live = [row for row in sessions.lasting(alice)]
    assert len(live) == 1
    told = [each for each in mail.outbox if "password was changed" in each.subject]
    assert len(told) == 1


def test_from_one_sign_in_at_once_one_counts_too(alice: User) -> None:
    change = by_app(alice)
    turns = itertools.count()
    answers = together(SEVERAL, lambda: change(WORDS[next(turns)]).status_code)
    assert answers.count(200) == 1
    assert set(answers) <= {200, 400, 401, 409}


def test_of_two_links_that_reset_it_at_once_one_counts(alice: User) -> None:
    Client().post("/accounts/password/reset/", {"email": alice.email})
    letter = str(mail.outbox[-1].body)
    key = letter.partition("/password/reset/key/")[2].partition("/")[0]
    turns = itertools.count()

    def reset() -> int:
        given = {"key": key, "password": WORDS[next(turns)]}
        place = "/api/auth/browser/v1/auth/password/reset"
        return Client().post(place, given, "application/json").status_code

    answers = together(SEVERAL, reset)
    # 401: it is changed, and nobody is signed in by it.
    assert answers.count(401) == 1
    assert set(answers) <= {401, 400, 409}


def test_a_change_that_was_overtaken_opens_nothing(alice: User) -> None:
    early = User.objects.get(pk=alice.pk)
    panic.begin(alice)
    with pytest.raises(Conflict):
        get_adapter().set_password(early, WORDS[0])
    assert early.check_password(PASSWORD)
    alice.refresh_from_db()
    assert alice.frozen_at and not alice.has_usable_password()
    assert not LoginSession.objects.filter(ended_at=None).exists()


def test_a_change_takes_back_nothing_else_that_was_changed_meanwhile(
    alice: User,
) -> None:
    early = User.objects.get(pk=alice.pk)
    User.objects.filter(pk=alice.pk).update(name="Alice Brandt", is_active=False)
    get_adapter().set_password(early, WORDS[0])
    alice.refresh_from_db()
    assert alice.check_password(WORDS[0])
    assert (alice.name, alice.is_active) == ("Alice Brandt", False)
