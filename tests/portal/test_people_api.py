"""People, as operators list, invite, read, change and close them over the API."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts import closing, sessions, suspension
from apps.accounts.models import LoginSession, User
from apps.mfa.models import TOTPDevice
from apps.rbac import assignments, roles
from apps.rbac.catalog import Permission
from tests.accounts.test_my_sign_ins import app
from tests.accounts.test_sign_ins import is_in, row_of, sign_in
from tests.conftest import Recorded
from tests.mfa.conftest import app_of
from tests.races import together
from tests.rbac.factories import person, role, verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
USERS = "/api/v1/admin/users"
WHY = {"reason": "They asked for it by phone"}
NEW = "seven-quiet-owls-at-noon"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return verified("ada@example.com", "administrator")


@pytest.fixture
def alice(transactional_db: None) -> User:
    return verified("alice@example.com")


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


def one(user: User, *more: object) -> str:
    return "/".join(map(str, (USERS, user.public_id, *more)))


def send(
    client: Client, verb: str, path: str, body: object = WHY, **headers: str
) -> Any:
    act: Callable[..., Any] = getattr(client, verb)
    return act(path, body, content_type="application/json", headers=headers)


def helper(ada: User, *permissions: Permission, slug: str = "helper") -> Client:
    may = [Permission.CONSOLE_ENTER, *permissions]
    roles.create(by=ada, slug=slug, name=slug, permissions=may)
    return signed_in(person(slug, email=f"{slug}@example.com"))


def at_once(*acts: Callable[[], Any]) -> list[int]:
    """What each is answered, of those that are sent at the same moment."""
    waiting = [*acts]
    found = together(len(acts), lambda: waiting.pop()().status_code)
    return sorted(found)


def emails(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["email"] for row in answer.json()["results"]]


# --- the list ----------------------------------------------------------------------------


def test_people_are_listed_masked_with_how_they_stand(
    as_ada: Client, ada: User, alice: User
) -> None:
    suspension.suspend(by=ada, user=person(email="bob@example.com"), reason="spam")
    app_of(alice)
    rows = as_ada.get(USERS).json()["results"]
    found = {row["email"]: row for row in rows}
    assert found.keys() == {"a•••@example.com", "b•••@example.com"}
    assert found["b•••@example.com"]["state"] == "suspended"
    by_id = {row["id"]: row for row in rows}
    mine = by_id[str(alice.public_id)]
    assert (mine["state"], mine["roles"], mine["has_second_factor"]) == (
        "active",
        ["user"],
        True,
    )
    assert mine["name"] == "A•••" and "alice" not in str(rows).lower()
    assert by_id[str(ada.public_id)]["roles"][0] == "administrator"


def test_they_are_filtered_ordered_and_found(
    as_ada: Client, ada: User, alice: User
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        old = person("premium", email="olga@example.com", name="Olga Old")
    closing.close(user=person(email="carl@example.com"))
    app_of(alice)
    a, o, c = "a•••@example.com", "o•••@example.com", "c•••@example.com"

    def asked(query: str) -> list[str]:
        return emails(as_ada.get(f"{USERS}?{query}"))

    assert asked("state=closed") == [c]
    assert asked("role=premium") == [o]
    assert asked("role=administrator") == [a]
    assert asked("second_factor=yes") == [a]
    assert asked("second_factor=no&ordering=created_at") == [o, a, c]
    week = (timezone.now() - timedelta(days=7)).isoformat().replace("+", "%2B")
    assert asked(f"joined_before={week}") == [o]
    assert o not in asked(f"joined_after={week}")
    assert asked("search=olga") == asked("search=Olga") == [o]
    assert asked(f"search={old.public_id}") == [o]
    assert asked("search=nobody") == asked("search=lga") == []
    assert asked("ordering=-last_sign_in_at")[0] == a
    answer = as_ada.get(f"{USERS}?fields=id,state&limit=1&ordering=created_at")
    assert answer.json()["results"] == [{"id": str(old.public_id), "state": "active"}]
    seen, page = [], f"{USERS}?limit=1&ordering=last_sign_in_at"
    while page:
        body = as_ada.get(page).json()
        seen += [row["id"] for row in body["results"]]
        page = (body["next"] or "").partition("example")[2]
    assert sorted(seen) == sorted(
        str(each) for each in User.objects.values_list("public_id", flat=True)
    )


@pytest.mark.parametrize(
    "query", ["state=x", "role=x", "ordering=email", "fields=password", "limit=0"]
)
def test_a_filter_that_is_none_is_refused(as_ada: Client, query: str) -> None:
    assert as_ada.get(f"{USERS}?{query}").status_code == 400


def test_who_sees_masks_finds_by_the_whole_and_is_counted(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.PERSON_VIEW)
    assert emails(client.get(f"{USERS}?search=alice")) == []
    assert len(emails(client.get(f"{USERS}?search=alice@example.com"))) == 1
    assert len(recorded("accounts.user.search")) == 2
    for _ in range(28):
        client.get(f"{USERS}?search=alice@example.com")
    refused = client.get(f"{USERS}?search=bob@example.com")
    assert refused.status_code == 429 and refused.headers["Retry-After"]


def test_a_page_of_people_asks_no_more_for_more(
    as_ada: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        person("premium", email=f"p{n}@example.com")
    as_ada.get(USERS)
    with django_assert_max_num_queries(12):
        assert len(as_ada.get(USERS).json()["results"]) == 13


# --- one of them -------------------------------------------------------------------------


def test_one_is_shown_in_full_and_told_of_it(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    app_of(alice)
    found = as_ada.get(one(alice)).json()
    assert (found["email"], found["is_in_full"]) == ("alice@example.com", True)
    assert found["addresses"] == [
        {
            "email": "alice@example.com",
            "is_verified": True,
            "is_primary": True,
            "is_suppressed": False,
        }
    ]
    assert [each["id"] for each in found["factors"]] == ["totp"]
    (event,) = recorded(Permission.PERSON_VIEW_PII)
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)


def test_who_may_not_see_addresses_sees_masks_and_it_is_told_too(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.PERSON_VIEW)
    answer = client.get(one(alice))
    assert "alice" not in answer.content.decode().lower()
    assert answer.json()["is_in_full"] is False
    (event,) = recorded(Permission.PERSON_VIEW)
    assert (event.outcome, event.subject_id) == ("allowed", alice.pk)


def test_the_profile_and_preferences_are_changed_for_them(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    body = {"name": "Alice B.", "timezone": "Asia/Tokyo", "locale": "es"}
    found = send(as_ada, "patch", one(alice), body)
    assert found.status_code == 200 and found.json()["name"] == "Alice B."
    quiet = {"quiet_from": "22:00", "quiet_until": "07:00"}
    answer = send(as_ada, "patch", one(alice, "preferences"), quiet)
    assert answer.json()["quiet_from"] == "22:00"
    read = as_ada.get(one(alice, "preferences"))
    assert (read.json(), read["ETag"]) == (answer.json(), answer["ETag"])
    changed = recorded("accounts.user.change")
    assert {(each.actor_id, each.subject_id) for each in changed} == {
        (ada.pk, alice.pk)
    }
    assert "cambió tu perfil" in signed_in(alice).get("/app/activity/").content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {"timezone": "Mars/Base"},
        {"email": "x@example.com"},
        {"name": "a\nb"},
        {"name": 5},
        {"locale": "xx"},
        [],
        {"password": NEW},
    ],
)
def test_what_cannot_be_changed_is_refused(
    as_ada: Client, alice: User, body: object
) -> None:
    assert send(as_ada, "patch", one(alice), body).status_code == 400
    before = alice.name
    alice.refresh_from_db()
    assert (alice.email, alice.name) == ("alice@example.com", before)


def test_a_change_is_held_to_what_was_read(as_ada: Client, alice: User) -> None:
    tag = as_ada.get(one(alice))["ETag"]
    assert as_ada.get(one(alice), headers={"if-none-match": tag}).status_code == 304
    first = send(as_ada, "patch", one(alice), {"name": "One"}, **{"if-match": tag})
    assert first.status_code == 200
    late = send(as_ada, "patch", one(alice), {"name": "Two"}, **{"if-match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    closed = send(as_ada, "delete", one(alice), **{"if-match": tag})
    assert closed.status_code == 412
    alice.refresh_from_db()
    assert (alice.name, alice.is_active) == ("One", True)
    new = {"if-match": first["ETag"]}
    assert send(as_ada, "delete", one(alice), **new).status_code == 204


def test_nobody_is_reached_who_may_do_more(ada: User, recorded: Recorded) -> None:
    held = [each for each in Permission if each != Permission.ROLE_DELETE]
    held = [
        each for each in held if each in roles.own_permissions(role("administrator"))
    ]
    client = helper(ada, *set(held) - {Permission.CONSOLE_ENTER})
    sid = row_of(sign_in(ada)).pk
    for verb, path, body in (
        ("patch", one(ada), {"name": "Nobody"}),
        ("patch", one(ada, "preferences"), {"theme": "dark"}),
        ("delete", one(ada), WHY),
        ("post", one(ada, "suspend"), WHY),
        ("post", one(ada, "password-letter"), WHY),
        ("post", one(ada, "mfa/reset"), WHY),
        ("delete", one(ada, "sessions"), WHY),
        ("delete", one(ada, "sessions", sid), WHY),
        ("delete", one(ada, "roles/administrator"), WHY),
    ):
        answer = send(client, verb, path, body)
        assert answer.status_code == 403, (verb, path, answer.content)
    assert LoginSession.objects.get(pk=sid).ended_at is None
    ada.refresh_from_db()
    assert ada.is_active and ada.name != "Nobody" and ada.theme != "dark"
    assert not mail.outbox
    assert recorded(Permission.PERSON_SUSPEND)[0].outcome == "denied"


def test_nobody_acts_on_themself(as_ada: Client, ada: User) -> None:
    for verb, path in (
        ("delete", one(ada)),
        ("post", one(ada, "suspend")),
        ("post", one(ada, "mfa/reset")),
    ):
        assert send(as_ada, verb, path).status_code == 403, path
    ada.refresh_from_db()
    assert ada.is_active


def test_an_id_that_is_nobodys_is_told_to_operators_alone(
    as_ada: Client, alice: User
) -> None:
    gone = f"{USERS}/{UUID(int=5)}"
    assert as_ada.get(gone).json()["code"] == "not_found"
    stranger = signed_in(alice)
    seen = {stranger.get(path).status_code for path in (gone, one(alice))}
    assert seen == {403}


# --- in and out --------------------------------------------------------------------------


def _link() -> str:
    found = re.search(
        r"https://switchboard\.example(/accounts/password/\S+)",
        str(mail.outbox[-1].body),
    )
    assert found
    return found[1]


def test_somebody_is_invited_chooses_a_password_and_proves_the_mailbox(
    as_ada: Client, ada: User, recorded: Recorded
) -> None:
    body = {"email": "Dora@Example.com", "name": "Dora", "timezone": "Europe/Berlin"}
    made = send(as_ada, "post", USERS, body)
    assert made.status_code == 201, made.content
    assert made.json()["email"] == "dora@example.com"
    assert made.json()["addresses"][0]["is_verified"] is False
    dora = User.objects.get(email="dora@example.com")
    assert not dora.has_usable_password() and dora.timezone == "Europe/Berlin"
    (event,) = recorded("accounts.user.create")
    assert (event.actor_id, event.subject_id) == (ada.pk, dora.pk)
    assert mail.outbox[-1].to == ["dora@example.com"]
    assert "link" not in made.content.decode()
    client = Client()
    page = client.get(_link())["Location"]
    client.post(page, {"password1": NEW, "password2": NEW})
    mail.outbox.clear()
    form = {"login": "dora@example.com", "password": NEW}
    sent_on = client.post("/accounts/login/", form)
    assert sent_on["Location"] == "/accounts/confirm-email/"
    code = re.search(r"code is\s+(\S+)", str(mail.outbox[-1].body))
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert is_in(client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "x"},
        {"email": "a\u017flice@example.com"},
        {"password": NEW},
        {"timezone": "x"},
        {"name": "a\nb"},
        {"email": None},
    ],
)
def test_who_cannot_be_written_to_is_not_invited(
    as_ada: Client, ada: User, wrong: dict[str, object]
) -> None:
    body = {"email": "dora@example.com", **wrong}
    assert send(as_ada, "post", USERS, body).status_code == 400
    assert User.objects.count() == 1 and not mail.outbox


def test_an_address_that_has_an_account_is_not_invited_twice(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    EmailAddress.objects.create(user=alice, email="second@example.com", verified=True)
    for email in ("alice@example.com", "ALICE@example.com", "second@example.com"):
        answer = send(as_ada, "post", USERS, {"email": email})
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert [each.outcome for each in recorded(Permission.PERSON_ADD)] == ["denied"] * 3
    assert not mail.outbox


def test_the_same_key_invites_once_and_of_many_at_once_one(ada: User) -> None:
    as_ada = signed_in(ada)
    key = {"idempotency-key": "invite-1"}
    for _ in range(2):
        answer = send(as_ada, "post", USERS, {"email": "dora@example.com"}, **key)
        assert answer.status_code == 201
    assert answer["Idempotent-Replayed"] == "true" and len(mail.outbox) == 1
    body = {"email": "emil@example.com"}
    clients = [signed_in(ada) for _ in range(3)]
    acts = [partial(send, each, "post", USERS, body) for each in clients]
    assert at_once(*acts) == [201, 409, 409]


def test_a_letter_to_choose_a_password_changes_nothing_by_itself(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    client = sign_in(alice)
    mail.outbox.clear()
    assert send(as_ada, "post", one(alice, "password-letter")).status_code == 202
    assert is_in(client)
    assert mail.outbox[-1].to == ["alice@example.com"]
    (event,) = recorded("accounts.password.send")
    assert event.subject_id == alice.pk
    other = Client()
    other.post(other.get(_link())["Location"], {"password1": NEW, "password2": NEW})
    assert not is_in(client)
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_letters_are_few_and_none_goes_to_who_is_out(
    as_ada: Client, ada: User, alice: User
) -> None:
    path = one(alice, "password-letter")
    found = [send(as_ada, "post", path).status_code for _ in range(6)]
    assert found == [202] * 5 + [429]
    bob = verified("bob@example.com")
    suspension.suspend(by=ada, user=bob, reason="spam")
    assert send(as_ada, "post", one(bob, "password-letter")).status_code == 409


def test_an_account_is_closed_with_its_time_to_return(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    client = sign_in(alice)
    _, phone = app(alice)
    mail.outbox.clear()
    assert send(as_ada, "delete", one(alice)).status_code == 204
    assert not is_in(client) and phone.get("/api/v1/me").status_code == 401
    (event,) = recorded("accounts.user.close")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    assert "closed by those who run Switchboard" in str(mail.outbox[-1].body)
    found = as_ada.get(one(alice)).json()
    assert found["state"] == "closed" and found["erased_at"] > found["closed_at"]
    assert send(as_ada, "delete", one(alice)).status_code == 409
    assert send(as_ada, "post", one(alice, "restore")).status_code == 204
    alice.refresh_from_db()
    assert alice.is_active


def test_what_is_suspended_is_not_closed_and_so_has_no_way_back(
    as_ada: Client, alice: User
) -> None:
    assert send(as_ada, "post", one(alice, "suspend")).status_code == 204
    assert send(as_ada, "post", one(alice, "suspend")).status_code == 409
    assert send(as_ada, "delete", one(alice)).status_code == 409
    assert as_ada.get(one(alice)).json()["state"] == "suspended"
    assert closing.key_for(alice.email) == ""


# --- sign-ins, browsers, factors ---------------------------------------------------------


def test_sign_ins_are_listed_and_ended(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    path = one(alice, "sessions")
    (row,) = as_ada.get(path).json()["results"]
    assert row["address"] is None
    assert send(as_ada, "delete", path).json() == {"ended": 1}
    first, second = sign_in(alice), sign_in(alice)
    rows = as_ada.get(f"{path}?over=no").json()["results"]
    assert {row["address"] for row in rows} == {"1•••"} and len(rows) == 2
    sid = row_of(first).pk
    assert as_ada.get(f"{path}/{sid}").json()["address"] == "127.0.0.1"
    assert send(as_ada, "delete", f"{path}/{sid}").status_code == 204
    assert not is_in(first) and is_in(second)
    assert send(as_ada, "delete", f"{path}/{sid}").status_code == 409
    over = as_ada.get(f"{path}?over=yes").json()["results"]
    assert [row["ending"] for row in over] == ["operator"] * 2
    assert str(sid) in {row["id"] for row in over}
    assert send(as_ada, "delete", path).json() == {"ended": 1}
    assert not is_in(second)
    assert as_ada.get(f"{path}?over=no").json()["results"] == []
    assert {each.subject_id for each in recorded("accounts.session.close")} == {
        alice.pk
    }


def test_a_sign_in_of_another_is_none_of_theirs(
    as_ada: Client, ada: User, alice: User
) -> None:
    sid = LoginSession.objects.get(user=ada).pk
    for verb in ("get", "delete"):
        answer = send(as_ada, verb, one(alice, "sessions", sid))
        assert answer.status_code == 404
    assert as_ada.get(USERS).status_code == 200


def test_browsers_are_listed_and_forgotten(as_ada: Client, alice: User) -> None:
    sign_in(alice)
    (row,) = as_ada.get(one(alice, "devices")).json()["results"]
    path = one(alice, "devices", row["id"])
    assert send(as_ada, "delete", path).status_code == 204
    assert send(as_ada, "delete", path).status_code == 404
    assert as_ada.get(one(alice, "devices")).json()["results"] == []


def test_factors_are_read_and_reset_once(as_ada: Client, alice: User) -> None:
    app_of(alice)
    client = signed_in(alice)
    found = as_ada.get(one(alice, "mfa")).json()
    assert [each["id"] for each in found["factors"]] == ["totp"]
    assert send(as_ada, "post", one(alice, "mfa/reset")).status_code == 204
    assert not TOTPDevice.objects.filter(user=alice).exists()
    assert not is_in(client)
    assert send(as_ada, "post", one(alice, "mfa/reset")).status_code == 409
    assert as_ada.get(one(alice, "mfa")).json()["is_required"] is True


# --- at once -----------------------------------------------------------------------------


def test_of_two_operators_who_suspend_at_once_one_does(ada: User, alice: User) -> None:
    clients = [signed_in(ada), signed_in(verified("bea@example.com", "administrator"))]

    path = one(alice, "suspend")
    assert at_once(*(partial(send, each, "post", path) for each in clients)) == [
        204,
        409,
    ]


@pytest.mark.parametrize("how", ["suspend", "close", "take back"])
def test_two_administrators_who_turn_on_each_other_leave_one(
    ada: User, how: str
) -> None:
    bea = verified("bea@example.com", "administrator")
    verb, place = {
        "suspend": ("post", "/suspend"),
        "close": ("delete", ""),
        "take back": ("delete", "/roles/administrator"),
    }[how]
    found = at_once(
        partial(send, signed_in(ada), verb, f"{one(bea)}{place}"),
        partial(send, signed_in(bea), verb, f"{one(ada)}{place}"),
    )
    assert found.count(204) == 1, found
    left = User.objects.filter(is_active=True, groups__role__slug="administrator")
    assert left.count() == 1


def test_closing_with_a_version_and_closing_at_once_do_not_lock_each_other(
    ada: User, alice: User
) -> None:
    clients = [signed_in(ada) for _ in range(3)]
    tag = clients[0].get(one(alice))["ETag"]
    held = [{}, {"if-match": tag}, {"if-match": tag}]
    found = at_once(
        *(
            partial(send, client, "delete", one(alice), **headers)
            for client, headers in zip(clients, held, strict=True)
        )
    )
    assert found.count(204) == 1 and set(found) <= {204, 409, 412}


def test_a_role_that_runs_out_is_no_role_to_filter_by(
    as_ada: Client, ada: User, alice: User
) -> None:
    now = timezone.now()
    assignments.grant(
        by=ada,
        user=alice,
        role=role("premium"),
        reason="a week",
        expires_at=now + timedelta(days=7),
    )
    assert len(emails(as_ada.get(f"{USERS}?role=premium"))) == 1
    with time_machine.travel(now + timedelta(days=8)):
        client = signed_in(ada)
        assert emails(client.get(f"{USERS}?role=premium")) == []
