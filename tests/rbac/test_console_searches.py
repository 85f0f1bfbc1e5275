"""What is masked cannot be found out by asking a thousand whole numbers."""

import threading

import pytest
from django.db import connections
from django.test import Client

from apps.accounts.models import User
from apps.rbac import ledger
from apps.rbac.catalog import Permission
from apps.rbac.console import finding, masks
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import helper, person
from tests.sign_in import signed_in

NUMBERS = "/admin/sms/phonenumber/"
TERMS = (
    "/admin/autocomplete/?app_label=rbac&model_name=roleassignment"
    "&field_name=user&term="
)


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def masked(ada: User) -> Client:
    return helper(
        ada,
        Permission.NUMBER_VIEW,
        Permission.PERSON_VIEW,
        Permission.ROLE_GRANT,
        Permission.AUDIT_VIEW,
    )


def test_a_mask_leaves_a_million_numbers() -> None:
    assert masks.mask("+12025550101") == "+1••••••••01"
    assert masks.mask("+4915112345678") == "+4••••••••••78"
    assert masks.mask("+123") == "+1••"


def test_each_search_of_who_sees_masks_is_recorded(
    masked: Client, ada: User, recorded: Recorded
) -> None:
    alice = person(email="alice@example.com")
    number = PhoneNumberFactory.create(user=alice)
    operator = User.objects.get(role_assignments__role__slug="helper")
    for page, words, action in (
        (NUMBERS + "?q=", number.e164.replace("+", "%2B"), "sms.phonenumber.search"),
        ("/admin/accounts/user/?q=", "alice@example.com", "accounts.user.search"),
        (TERMS, "alice@example.com", "accounts.user.search"),
        (
            "/admin/rbac/auditevent/?actor=",
            "alice@example.com",
            "rbac.auditevent.search",
        ),
    ):
        before = len(recorded(action))
        assert masked.get(page + words).status_code == 200
        (event,) = recorded(action)[before:]
        assert (event.actor_id, event.outcome) == (operator.pk, "allowed")
        ((_, opened),) = ledger.opened([event])
        assert opened.details["private"] == {"asked": words.replace("%2B", "+")}
        # Without words, or by who sees all of it anyway, it is no search.
        masked.get(page)
        signed_in(ada).get(page + words)
        assert len(recorded(action)) == before + 1
    # Events of a person by number are no search by address.
    masked.get(f"/admin/rbac/auditevent/?actor={alice.pk}")
    assert len(recorded("rbac.auditevent.search")) == 1


def test_an_action_on_what_was_found_is_one_search(
    ada: User, recorded: Recorded
) -> None:
    alice = person(email="alice@example.com")
    client = helper(ada, Permission.PERSON_VIEW, Permission.PERSON_SUSPEND)
    form = {"action": "suspend", "_selected_action": alice.pk}
    page = "/admin/accounts/user/?q=alice@example.com"
    assert client.post(page, form).status_code == 200
    assert len(recorded("accounts.user.search")) == 1


def test_thirty_an_hour_whatever_is_searched(
    masked: Client, recorded: Recorded
) -> None:
    for number in range(finding.SEARCHES.times):
        page = (NUMBERS + "?q=", TERMS)[number % 2]
        assert masked.get(f"{page}%2B120255501{number:02}").status_code == 200
    for page in (NUMBERS + "?q=", TERMS, "/admin/rbac/auditevent/?subject="):
        answer = masked.get(page + "alice@example.com")
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 3_600
    found = recorded("sms.phonenumber.search")
    assert [event.reason for event in found if event.outcome == "denied"] == [
        "too_many"
    ]
    timeline = masked.get("/app/activity/").content.decode()
    assert "Searched for somebody or something" in timeline
    assert "Was refused a search" in timeline
    # Lists are looked at as before.
    assert masked.get(NUMBERS).status_code == 200


def test_side_by_side_none_slips_through(masked: Client) -> None:
    cookies = masked.cookies.output(header="", sep=";")
    found: list[int] = []

    def run(part: int) -> None:
        client = Client(headers={"cookie": cookies})
        for number in range(10):
            page = f"{NUMBERS}?q=%2B1202555{part:02}{number:02}"
            found.append(client.get(page).status_code)
        connections.close_all()

    threads = [threading.Thread(target=run, args=[part]) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * 30 + [429] * 10
