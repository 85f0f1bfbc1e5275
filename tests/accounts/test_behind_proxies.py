"""Behind our own proxies: whoever calls is counted and shown by what these wrote."""

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts import guessing
from apps.accounts.models import LoginSession, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/accounts/login/"
PROXY, CALLER = "10.0.0.9", "203.0.113.7"


@pytest.fixture(autouse=True)
def _behind_one(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1


def tried(forwarded: str, email: str, password: str = "wrong-password") -> int:
    client = Client(REMOTE_ADDR=PROXY, headers={"x-forwarded-for": forwarded})
    form = {"login": email, "password": password}
    return client.post(LOGIN, form).status_code


@pytest.mark.parametrize(
    ("forwarded", "shown"),
    [
        (f"6.6.6.6, {CALLER}", CALLER),
        (f"{CALLER}:50123", CALLER),
        ("[2001:db8::7]:50123", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        (f"{CALLER}, unknown", PROXY),
        ("", PROXY),
    ],
)
def test_a_sign_in_shows_where_it_came_from_whatever_the_proxy_writes(
    alice: User, forwarded: str, shown: str
) -> None:
    assert tried(forwarded, alice.email, PASSWORD) == 302
    assert LoginSession.objects.get().address == shown


@pytest.mark.parametrize(
    "spoofed",
    [
        "6.6.6.{n}, " + CALLER,
        CALLER + ":5{n:03}",
        "6.6.6.{n}, 7.7.7.{n}, ::ffff:" + CALLER,
        "[::ffff:" + CALLER + "]:{n}",
    ],
)
def test_a_made_up_beginning_gives_no_new_tries(alice: User, spoofed: str) -> None:
    for n in range(guessing.PASSWORDS_PER_NETWORK.times):
        assert tried(spoofed.format(n=n), f"nobody{n}@example.com") == 200
    assert tried(spoofed.format(n=999), alice.email, PASSWORD) == 429
    assert tried("203.0.113.8", alice.email, PASSWORD) == 302


def test_one_household_of_ipv6_is_one_caller(alice: User) -> None:
    for n in range(guessing.PASSWORDS_PER_NETWORK.times):
        assert tried(f"[2001:db8:1:2::{n:x}]:{n}", f"nobody{n}@example.com") == 200
    assert tried("2001:db8:1:2:ffff::1", alice.email, PASSWORD) == 429
    assert tried("2001:db8:1:3::1", alice.email, PASSWORD) == 302


def test_without_our_proxy_the_header_is_nobodys_word(
    alice: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 0
    for n in range(guessing.PASSWORDS_PER_NETWORK.times):
        assert tried(f"6.6.6.{n}", f"nobody{n}@example.com") == 200
    assert tried("6.6.7.1", alice.email, PASSWORD) == 429


def test_with_fewer_proxies_than_are_counted_nobody_chooses_an_address(
    alice: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 2
    for n in range(guessing.PASSWORDS_PER_NETWORK.times):
        assert tried(f"203.0.113.{n}", f"nobody{n}@example.com") == 200
    assert tried("203.0.113.99", alice.email, PASSWORD) == 429
