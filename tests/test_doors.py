"""Every address, and what it answers to whom. A new address needs a row here."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from apps.portal import demo
from apps.sms.models import PhoneNumber

ANONYMOUS, ALICE, BOB, ADA = "", "alice", "bob", "ada"
LOGIN = 302
# Seen from outside these give away nothing, so their state does not matter here.
HEALTH = frozenset({200, 503})


class Door(NamedTuple):
    """The status of a GET."""

    anonymous: int | frozenset[int]
    alice: int | frozenset[int]
    bob: int | frozenset[int]
    ada: int | frozenset[int]


def open_to_all(status: int | frozenset[int]) -> Door:
    return Door(status, status, status, status)


SIGNED_IN = Door(LOGIN, 200, 200, 200)
# Somebody with an account has no business at the sign-in pages and is sent on.
STRANGERS = Door(200, 302, 302, 302)
# A page inside a flow sends whoever is not in that flow back to its start.
FLOW = open_to_all(302)
POST_ONLY = Door(LOGIN, 405, 405, 405)
ALICE_ONLY = Door(LOGIN, 200, 404, 404)

DOORS = {
    "": open_to_all(200),
    "menu/": SIGNED_IN,
    "app/": SIGNED_IN,
    "app/conversation/": SIGNED_IN,
    "app/phones/": SIGNED_IN,
    "app/phones/words/": POST_ONLY,
    "app/phones/add/": POST_ONLY,
    "app/phones/<uuid:public_id>/primary/": POST_ONLY,
    "app/phones/<uuid:public_id>/remove/": ALICE_ONLY,
    "app/settings/profile/": SIGNED_IN,
    "dev/phone/": open_to_all(200),
    "dev/phone/play/": open_to_all(405),
    "dev/mail/": open_to_all(200),
    "dev/mail/<uuid:key>/": open_to_all(404),
    "health/live": open_to_all(200),
    "health/ready": open_to_all(HEALTH),
    "metrics": open_to_all(200),
    "webhooks/twilio/sms/": open_to_all(405),
    "webhooks/twilio/status/": open_to_all(405),
    "webhooks/twilio/fallback/": open_to_all(405),
    "accounts/login/": STRANGERS,
    "accounts/signup/": STRANGERS,
    "accounts/logout/": Door(302, 200, 200, 200),
    "accounts/inactive/": open_to_all(200),
    "accounts/reauthenticate/": SIGNED_IN,
    "accounts/email/": SIGNED_IN,
    "accounts/confirm-email/": FLOW,
    "accounts/password/change/": SIGNED_IN,
    "accounts/password/set/": Door(LOGIN, 302, 302, 302),
    "accounts/password/reset/": open_to_all(200),
    "accounts/login/code/confirm/": FLOW,
    "accounts/password/reset/key/done/": open_to_all(200),
    "accounts/password/reset/done/": open_to_all(200),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        open_to_all(200)
    ),
}

# Django's console guards its pages in one place, AdminSite.admin_view; each page of
# it is tried below, so the rows are not repeated one by one.
SUMMARISED = ("admin/",)


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _routes(entry, route)


ROUTES = list(_routes(get_resolver()))


@pytest.fixture
def clients(db: None, settings: Settings) -> dict[str, Client]:
    settings.EMAIL_BACKEND = "apps.core.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = "/nonexistent"
    demo.people()
    found = {ANONYMOUS: Client()}
    for person in demo.PEOPLE:
        name = person.email.partition("@")[0]
        found[name] = Client()
        found[name].login(username=person.email, password=demo.password())
    return found


def test_every_address_has_a_row() -> None:
    known = set(DOORS)
    unknown = [
        route
        for route in ROUTES
        if route not in known and not route.startswith(SUMMARISED)
    ]
    assert unknown == []
    assert known <= set(ROUTES)


@pytest.mark.parametrize("route", DOORS)
def test_each_door_opens_to_whom_it_should(
    route: str, clients: dict[str, Client]
) -> None:
    address = _address(route)
    found = {
        who: clients[who].get(address).status_code
        for who in (ANONYMOUS, ALICE, BOB, ADA)
    }
    door = DOORS[route]
    wanted = dict(zip((ANONYMOUS, ALICE, BOB, ADA), door, strict=True))
    assert {who for who, status in found.items() if not _fits(status, wanted[who])} == (
        set()
    ), found


def test_the_console_is_for_operators(clients: dict[str, Client]) -> None:
    pages = [
        f"/{route}"
        for route in ROUTES
        if route.startswith("admin/") and "<" not in route and "^" not in route
    ]
    assert len(pages) > 10
    open_anyway = {"/admin/login/", "/admin/jsi18n/", "/admin/logout/"}
    for page in set(pages) - open_anyway:
        for who in (ANONYMOUS, ALICE):
            answer = clients[who].get(page)
            assert answer.status_code == 302, (page, who)
            assert "/login/?next=" in answer["Location"], (page, who)
        assert clients[ADA].get(page).status_code in {200, 302, 403, 404}, page


def test_the_facts_of_the_console_cannot_be_changed(clients: dict[str, Client]) -> None:
    for page in ("/admin/accounts/user/add/", "/admin/sms/inboundtext/add/"):
        assert clients[ADA].get(page).status_code == 403


@pytest.mark.parametrize("route", ["dev/phone/", "dev/phone/play/", "dev/mail/"])
def test_development_pages_are_not_there_on_a_server(
    route: str, clients: dict[str, Client], settings: Settings
) -> None:
    settings.PHONE_SIMULATOR = False
    for client in clients.values():
        assert client.get(f"/{route}").status_code == 404
        assert client.post(f"/{route}").status_code == 404


@pytest.mark.parametrize("verb", ["primary", "remove"])
def test_nobody_acts_on_the_phone_of_another(
    verb: str, clients: dict[str, Client]
) -> None:
    before = _alices_phone()
    for who in (BOB, ADA):
        answer = clients[who].post(f"/app/phones/{before.public_id}/{verb}/")
        assert answer.status_code == 404
    assert _alices_phone().status == before.status


def _fits(status: int, wanted: int | frozenset[int]) -> bool:
    return status in wanted if isinstance(wanted, frozenset) else status == wanted


def _address(route: str) -> str:
    if "key/(?P" in route:
        return "/accounts/password/reset/key/1-x/"
    phone = str(_alices_phone().public_id)
    return "/" + route.replace("<uuid:public_id>", phone).replace("<uuid:key>", phone)


def _alices_phone() -> PhoneNumber:
    return PhoneNumber.objects.get(user__email="alice@example.com")
