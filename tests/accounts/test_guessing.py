"""Guesses are few, also in parallel; strangers' failures lock no owner out."""

import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.accounts import browsers, guessing, tries
from apps.accounts.models import KnownBrowser, User
from apps.core.errors import TooMany
from apps.core.limits import Limit
from tests.accounts.test_sign_ins import sign_in
from tests.factories import PASSWORD
from tests.rbac.factories import verified

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/accounts/login/"
API_LOGIN = "/api/auth/app/v1/auth/login"


def tried(client: Client, password: str, address: str = "10.0.0.1", **more: str) -> Any:
    form = {"login": "alice@example.com", "password": password}
    return client.post(LOGIN, form, REMOTE_ADDR=address, **more)  # type: ignore[arg-type]  # META


def locked_for_strangers() -> None:
    for number in range(guessing.PASSWORDS_OF_STRANGERS.times):
        answer = tried(Client(), "wrong-password", f"10.1.0.{number}")
        assert answer.status_code == 200
    assert tried(Client(), PASSWORD, "10.2.0.1").status_code == 429


def test_too_many_passwords_are_told_when_to_come_back(alice: User) -> None:
    locked_for_strangers()
    answer = tried(Client(), "wrong-password", "10.2.0.2")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15 * 60
    body = {"email": "alice@example.com", "password": "wrong"}
    api = Client().post(
        API_LOGIN, body, content_type="application/json", REMOTE_ADDR="10.2.0.3"
    )
    assert (api.status_code, api.json()["code"]) == (429, "too_many")
    assert int(api["Retry-After"]) > 0


def test_strangers_lock_no_owner_out_of_a_browser_that_is_known(alice: User) -> None:
    own = sign_in(alice)
    own.post("/accounts/logout/")
    locked_for_strangers()
    assert tried(own, PASSWORD, "10.9.0.1").status_code == 302


def test_nor_by_another_address_of_theirs_nor_from_their_network(alice: User) -> None:
    second = "alice@second.example"
    EmailAddress.objects.create(user=alice, email=second, verified=True, primary=False)
    own = sign_in(alice)
    own.post("/accounts/logout/")
    for number in range(guessing.PASSWORDS_OF_STRANGERS.times):
        form = {"login": second, "password": "wrong-password"}
        Client(REMOTE_ADDR=f"10.6.0.{number}").post(LOGIN, form)
    # The budget is the account's, not each address's.
    assert tried(Client(), PASSWORD, "10.6.1.1").status_code == 429
    for number in range(guessing.PASSWORDS_PER_NETWORK.times):
        form = {"login": f"nobody{number}@example.com", "password": "wrong-password"}
        Client(REMOTE_ADDR="10.7.0.1").post(LOGIN, form)
    form = {"login": second, "password": PASSWORD}
    assert own.post(LOGIN, form, REMOTE_ADDR="10.7.0.1").status_code == 302


@pytest.mark.parametrize("where", ["page", "api"])
def test_the_password_is_not_guessed_where_it_is_changed(
    alice: User, where: str
) -> None:
    own = sign_in(alice)
    form = {"oldpassword": "wrong-password", "password1": "another-walk-by-the-sea"}
    body = {"current_password": "wrong-password", "new_password": form["password1"]}
    path = "/api/auth/browser/v1/account/password/change"
    statuses = [
        (
            own.post("/accounts/password/change/", form).status_code
            if where == "page"
            else own.post(path, body, content_type="application/json").status_code
        )
        for _ in range(guessing.PASSWORDS_OF_KNOWN.times + 1)
    ]
    assert statuses[-1] == 429 and 429 not in statuses[:-1]


def test_a_known_browser_does_not_guess_for_ever_either(alice: User) -> None:
    own = sign_in(alice)
    own.post("/accounts/logout/")
    for _ in range(guessing.PASSWORDS_OF_KNOWN.times):
        assert tried(own, "wrong-password").status_code == 200
    assert tried(own, PASSWORD).status_code == 429


def test_a_browser_known_to_one_account_is_a_stranger_to_another(alice: User) -> None:
    mallory = sign_in(verified("mallory@example.com"))
    mallory.post("/accounts/logout/")
    locked_for_strangers()
    assert tried(mallory, PASSWORD, "10.9.0.2").status_code == 429


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "A" * 5000, "ü", "'; --"])
def test_a_made_up_browser_cookie_is_a_strangers(alice: User, value: str) -> None:
    locked_for_strangers()
    client = Client()
    client.cookies[browsers.cookie_of(alice)] = value
    assert tried(client, PASSWORD, "10.9.0.3").status_code == 429


def test_good_passwords_do_not_count(alice: User) -> None:
    for _ in range(guessing.PASSWORDS_OF_STRANGERS.times + 2):
        assert tried(Client(), PASSWORD).status_code == 302


def test_forty_at_once_are_looked_at_ten_times(alice: User) -> None:
    """What is counted before it is compared cannot be overtaken."""
    barrier = threading.Barrier(40)
    answers: list[int] = []

    def ask(number: int) -> None:
        try:
            client = Client()
            barrier.wait()
            answer = tried(client, "wrong-password", f"10.3.{number}.1")
            answers.append(answer.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 10 + [429] * 30


def test_one_network_is_stopped_whatever_accounts_it_tries(alice: User) -> None:
    for number in range(guessing.PASSWORDS_PER_NETWORK.times):
        form = {"login": f"nobody{number}@example.com", "password": "wrong-password"}
        client = Client(REMOTE_ADDR="10.4.0.1")
        assert client.post(LOGIN, form).status_code == 200
    assert tried(Client(), PASSWORD, "10.4.0.1").status_code == 429
    assert tried(Client(), PASSWORD, "10.4.0.2").status_code == 302


def test_a_claimed_address_of_the_caller_changes_nothing(alice: User) -> None:
    for number in range(guessing.PASSWORDS_PER_NETWORK.times):
        form = {"login": f"nobody{number}@example.com", "password": "wrong-password"}
        client = Client(headers={"x-forwarded-for": f"6.6.6.{number}"})
        assert client.post(LOGIN, form).status_code == 200
    client = Client(headers={"x-forwarded-for": "6.6.7.1"})
    assert tried(client, PASSWORD, "127.0.0.1").status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("evil", "unknown"),
    ],
)
def test_one_caller_is_a_network(address: str, network: str) -> None:
    request = Client().get("/", REMOTE_ADDR=address).wsgi_request
    assert tries.network_of(request) == network


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/accounts/signup/", guessing.SIGN_UPS),
        ("/accounts/password/reset/", guessing.RESETS),
        ("/api/auth/app/v1/auth/signup", guessing.SIGN_UPS),
        ("/api/auth/browser/v1/auth/password/request", guessing.RESETS),
        ("/api/auth/app/v1/auth/password/reset", guessing.LETTER_CODES),
        ("/api/auth/app/v1/auth/email/verify", guessing.LETTER_CODES),
    ],
)
def test_what_costs_a_letter_or_a_guess_is_counted(
    transactional_db: None, path: str, limit: Limit
) -> None:
    kind = "application/json" if path.startswith("/api/") else ""
    more = {"content_type": kind} if kind else {}
    for _ in range(limit.times):
        answer = Client().post(path, {}, **more)  # type: ignore[arg-type]  # by kind
        assert answer.status_code != 429
    answer = Client().post(path, {}, **more)  # type: ignore[arg-type]  # by kind
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_nobody_counts_means_no(alice: User, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = tried(Client(raise_request_exception=False), PASSWORD)
    assert answer.status_code == 503


def test_twenty_browsers_are_remembered(alice: User) -> None:
    for _ in range(22):
        sign_in(alice)
    assert KnownBrowser.objects.filter(user=alice).count() == 20


def test_the_browsers_cookie_is_not_in_the_database(alice: User) -> None:
    client = sign_in(alice)
    value = client.cookies[browsers.cookie_of(alice)].value
    kept = KnownBrowser.objects.get()
    assert kept.digest != value and len(kept.digest) == 64
    request = client.get("/").wsgi_request
    assert browsers.this(request, alice).get() == kept
    assert client.cookies[browsers.cookie_of(alice)]["httponly"]


def test_letters_to_one_address_are_few() -> None:
    for _ in range(5):
        tries.of_letter("Bob@example.com", "reset")
    for spelling in ("Bob@example.com", "bob@EXAMPLE.com"):
        with pytest.raises(TooMany):
            tries.of_letter(spelling, "reset")
    tries.of_letter("carol@example.com", "reset")
    tries.of_letter("bob@example.com", "sign_up")


def test_every_limit_stands_in_one_list() -> None:
    """And each under a name of its own: two with one name would share their count."""
    named = [each.name for each in vars(guessing).values() if isinstance(each, Limit)]
    assert len(set(named)) == len(named) > 10
    with pytest.raises(TooMany):
        for _ in range(guessing.LETTERS.times + 1):
            guessing.LETTERS.charge("x")


def test_a_value_that_was_planted_before_a_sign_in_is_not_the_one_that_is_known(
    alice: User,
) -> None:
    planted, victim = "x" * 43, Client()
    name = browsers.cookie_of(alice)
    victim.cookies[name] = planted
    tried(victim, PASSWORD)
    assert victim.cookies[name].value != planted
    locked_for_strangers()
    thief = Client()
    thief.cookies[name] = planted
    assert tried(thief, PASSWORD, "10.9.0.4").status_code == 429


def test_people_who_share_a_browser_are_known_each_by_a_cookie_of_theirs(
    alice: User,
) -> None:
    bob = verified("bob@example.com")
    shared = sign_in(alice)
    shared.post("/accounts/logout/")
    form = {"login": bob.email, "password": PASSWORD}
    assert shared.post(LOGIN, form).status_code == 302
    assert KnownBrowser.objects.count() == 2
    values = {shared.cookies[browsers.cookie_of(each)].value for each in (alice, bob)}
    assert len(values) == 2


def test_a_browser_keeps_its_row_and_its_cookie_is_good_for_longer(
    alice: User,
) -> None:
    own = sign_in(alice)
    value = own.cookies[browsers.cookie_of(alice)].value
    own.post("/accounts/logout/")
    answer = tried(own, PASSWORD)
    again = answer.cookies[browsers.cookie_of(alice)]
    assert again.value == value and int(again["max-age"]) == 180 * 86_400
    assert KnownBrowser.objects.count() == 1
