"""The TypeScript client against the running site, and against servers that are none."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts import personal_tokens
from apps.accounts.models import LoginSession, User
from apps.assistant.models import Note
from apps.mfa.models import SMSDevice
from apps.sms.models import InboundText, PhoneNumber
from tests.api.app import App
from tests.clients.conftest import Run
from tests.clients.server import odd
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def found(told: Any) -> tuple[int, str]:
    return told["status"], told["code"]


def test_signing_in_and_out(run: Run, site: str, alice: User) -> None:
    told = run("signing_in", site=site, email=alice.email, password=PASSWORD)
    assert found(told["nobody"]) == (401, "unauthorized") and told["nobody"]["hasId"]
    assert found(told["wrong"]) == (400, "email_password_mismatch")
    assert list(told["wrong"]["errors"]) == ["password"]
    assert told["next"] is None and told["email"] == alice.email
    assert told["isKept"] is True and told["kept"] is None
    assert found(told["out"]) == (401, "unauthorized")
    assert LoginSession.objects.get().ending == "signed_out"


def test_ten_calls_with_a_token_that_is_over_refresh_it_once(
    run: Run, site: str, alice: User
) -> None:
    told = run("ten_at_once", site=site, email=alice.email, password=PASSWORD)
    assert told["emails"] == [alice.email]
    assert (told["refreshes"], told["calls"]) == (1, 1 + 10 + 10 + 1)
    assert LoginSession.objects.get().generation == 1


def test_a_page_that_is_loaded_anew_refreshes_once(
    run: Run, site: str, alice: User
) -> None:
    told = run("ten_anew", site=site, refresh=App(alice).refresh_token)
    assert told == {"refreshes": 1, "calls": 10, "isNew": True}
    assert LoginSession.objects.get().generation == 1


def test_tabs_that_share_a_store_go_on_from_each_other(
    run: Run, site: str, alice: User
) -> None:
    told = run("two_tabs", site=site, refresh=App(alice).refresh_token)
    assert told["emails"] == [alice.email] * 2
    row = LoginSession.objects.get()
    assert (row.generation, row.ending) == (2, "")


def test_a_tab_goes_on_where_another_has_signed_in_anew(
    run: Run, site: str, alice: User
) -> None:
    told = run("signed_in_beside", site=site, email=alice.email, password=PASSWORD)
    assert told == {"again": {"answered": alice.email}, "isKept": True}
    assert LoginSession.objects.filter(ending="").count() == 1


def test_a_refresh_whose_answer_is_lost_is_sent_again(
    run: Run, site: str, alice: User
) -> None:
    told = run("lost_answer", site=site, refresh=App(alice).refresh_token)
    assert told == {"email": alice.email, "refreshes": 2}
    row = LoginSession.objects.get()
    assert (row.generation, row.ending) == (1, "")


def test_a_sign_in_that_was_ended_elsewhere_is_forgotten(
    run: Run, site: str, alice: User
) -> None:
    facts = {"email": alice.email, "password": PASSWORD}
    told = run(
        "signed_out_elsewhere", site=site, refresh=App(alice).refresh_token, **facts
    )
    assert told["over"]["status"] == 401 and told["kept"] is None
    assert told["over"]["code"].startswith("session_")


def test_what_is_left_of_an_old_sign_in_is_in_nobodys_way(
    run: Run, site: str, alice: User
) -> None:
    told = run("with_something_old", site=site, email=alice.email, password=PASSWORD)
    assert told["next"] is None and told["kept"] is None
    assert found(told["refused"]) == (401, "invalid_token")


def test_what_goes_wrong_is_a_problem(run: Run, site: str, alice: User) -> None:
    refresh = App(alice).refresh_token
    LoginSession.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    told = run("problems", site=site, refresh=refresh)
    assert found(told["fields"]) == (400, "bad_fields")
    assert list(told["fields"]["errors"]) == ["theme"]
    assert found(told["nothing"]) == (404, "not_found")
    assert found(told["proof"]) == (401, "step_up")
    assert told["proof"]["stepUp"] == {"acr": "aal1", "maxAge": 300}


def test_pages_are_read_as_rows_with_a_personal_token(
    run: Run, site: str, alice: User
) -> None:
    for i in range(5):
        Note.objects.create(user=alice, text=f"number {i}")
    _, personal = personal_tokens.make(
        user=alice, name="script", scopes=["notes:read"], days=1
    )
    told = run("by_a_personal_token", site=site, personal=personal)
    assert told["texts"] == [f"number {i}" for i in range(5)]
    assert told["sparse"] == [{"text": "number 4"}]
    assert found(told["beyond"]) == (403, "insufficient_scope")


def test_with_a_key_it_is_done_once(run: Run, site: str, alice: User) -> None:
    told = run("once", site=site, refresh=App(alice).refresh_token)
    first, second, another = told["ids"]
    assert first == second != another
    assert told["replayed"] == [None, "true", None]
    assert found(told["reused"]) == (422, "key_reused")
    assert InboundText.objects.owned_by(alice).count() == 2


def test_a_change_is_held_to_what_was_read(run: Run, site: str, alice: User) -> None:
    told = run("versions", site=site, refresh=App(alice).refresh_token)
    assert found(told["late"]) == (412, "precondition_failed")
    assert found(told["same"]) == (304, "not_modified")
    assert told["next"] == "light"


def test_servers_that_are_none_of_ours(run: Run) -> None:
    with odd() as server:
        told = run("another_server", site=server.url)
    assert told["stopped"] == "AbortError"
    assert found(told["page"]) == (502, "bad_answer")
    assert found(told["welcome"]) == (200, "bad_answer")
    # Whoever is signed in stays so, whatever stands in between.
    assert found(told["outside"]) == (401, "bad_answer") and told["kept"] == "kept"
    assert found(told["slow"]) == (0, "timeout")
    assert told["slowly"]["answered"]["data"] == []
    assert found(told["away"]) == (0, "no_answer")
    # Three times the same thing to be done.
    assert told["busy"]["answered"]["data"] == {"id": "in-1"}
    keys = [key for _, path, key in server.seen if path == "/api/v1/messages"]
    assert len(keys) == 3 and len(set(keys)) == 1 and len(keys[0]) == 32
    # It may have been done: not for a program to repeat.
    assert found(told["unsafe"]) == (503, "unavailable")
    assert server.times("PATCH", "/api/v1/me") == 1
    # A minute is for a person to decide about.
    assert (found(told["often"]), told["often"]["retryAfter"]) == (
        (429, "too_many"),
        60,
    )
    assert server.times("GET", "/api/v1/notes") == 1


def test_a_code_that_is_texted_is_still_to_be_typed(
    run: Run, site: str, alice: User
) -> None:
    number = PhoneNumber.objects.create(
        user=alice, e164="+12025550101", status="verified"
    )
    SMSDevice.objects.create(user=alice, phone=number, name="Code by text")
    told = run("texted", site=site, email=alice.email, password=PASSWORD)
    assert told == {"next": "mfa_authenticate", "texted": "mfa_authenticate"}


def test_three_wrong_codes_lead_to_the_beginning(run: Run, site: str) -> None:
    facts = {"email": "dora@example.com", "password": PASSWORD}
    told = run("wrong_codes", site=site, **facts)
    assert told["next"] == told["again"] == "verify_email"
    *wrong, third, fourth = told["told"]
    assert [found(each) for each in wrong] == [(400, "incorrect_code")] * 2
    assert [list(each["errors"]) for each in wrong] == [["key"]] * 2
    assert third == {"answered": "login"} and found(fourth) == (409, "conflict")
