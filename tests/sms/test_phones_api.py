"""Phones over the API: noted, linked by words or a code, chosen, named, given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import LoginSession, User
from apps.sms import linking, optouts, phone_lines
from apps.sms.models import InboundText, Lane, LinkPhrase, NumberEvent, OutboundText
from apps.sms.models import PhoneNumber as Phone
from tests.factories import PhoneNumberFactory
from tests.mfa.conftest import person, texted, wrong
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ALICE, BOB, OTHER = "+12025550101", "+12025550102", "+12025550177"
PHONES = "/api/v1/phones"


@pytest.fixture
def alice() -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def post(app: Client, path: str, body: Any = None, **headers: str) -> Any:
    sent: Any = {"content_type": "application/json", "headers": headers}
    return app.post(f"{PHONES}{path}", body or {}, **sent)


def noted(app: Client, number: str = OTHER) -> str:
    """A number that waits for its proof; its address."""
    return f"/{post(app, '', {'number': number}).json()['id']}"


def own(app: Client) -> dict[str, dict[str, Any]]:
    return {each["number"]: each for each in app.get(PHONES).json()["results"]}


def test_a_number_is_noted_and_linked_by_its_code(app: Client, alice: User) -> None:
    made = post(app, "", {"number": "(202) 555-0177", "label": "work"})
    assert made.status_code == 201
    found = made.json()
    assert found["created_at"] and set(found) == {
        *("id", "number", "label", "status", "is_primary", "doubt", "notes"),
        *("is_to_be_proven", "awaits_code", "created_at", "verified_at", "proved_at"),
    }
    assert (found["number"], found["label"], found["status"]) == (
        OTHER,
        "work",
        "pending",
    )
    place = f"/{found['id']}"
    sent = post(app, f"{place}/send-code")
    assert (sent.status_code, sent.json()["awaits_code"]) == (202, True)
    code = texted()
    refused = post(app, f"{place}/verify", {"code": wrong(code)})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    linked = post(app, f"{place}/verify", {"code": f"{code[:3]} {code[3:]}"})
    assert (linked.status_code, linked.json()["status"]) == (200, "verified")
    assert linked.json()["verified_at"] and not linked.json()["is_primary"]
    again = post(app, f"{place}/send-code")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_what_sends_is_sent_once_for_a_key(app: Client) -> None:
    place = noted(app)
    key = {"Idempotency-Key": "one"}
    first, second = (post(app, f"{place}/send-code", **key) for _ in range(2))
    assert (second.status_code, second.json()) == (202, first.json())
    assert OutboundText.objects.count() == 1
    unkeyed = post(app, f"{place}/send-code")
    assert unkeyed.status_code == 429 and int(unkeyed["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("number", "status"),
    [("hello", 400), ("911", 400), ("+1 800 555 0199", 400), (ALICE, 409)],
)
def test_what_cannot_be_noted_is_refused(app: Client, number: str, status: int) -> None:
    assert post(app, "", {"number": number}).status_code == status
    assert Phone.objects.count() == 1


def test_the_number_of_another_is_noted_like_any(app: Client) -> None:
    person("bob@example.com", BOB)
    theirs, free = (post(app, "", {"number": each}) for each in (BOB, OTHER))
    assert (theirs.status_code, free.status_code) == (201, 201)
    differs = {"id", "number", "created_at"}
    assert {k: v for k, v in theirs.json().items() if k not in differs} == {
        k: v for k, v in free.json().items() if k not in differs
    }


def test_the_words_link_a_phone_and_new_ones_end_them(app: Client) -> None:
    shown = app.get(f"{PHONES}/words")
    assert shown.status_code == 200 and "no-store" in shown["Cache-Control"]
    old = shown.json()
    assert old["to"] == "+12025550100" and old["text"].startswith("LINK ")
    assert app.get(f"{PHONES}/words").json() == old
    new = post(app, "/words").json()
    assert new["text"] != old["text"]
    words = [each["text"].removeprefix("LINK ") for each in (old, new)]
    assert linking.redeem(words=words[0], number=OTHER).sentence == linking.WRONG
    assert linking.redeem(words=words[1], number=OTHER).is_done
    assert own(app)[OTHER]["status"] == "verified"


def test_another_becomes_the_main_one_and_the_one_before_is_told(
    app: Client, alice: User
) -> None:
    other = PhoneNumberFactory.create(user=alice, e164=OTHER, is_primary=False)
    chosen = post(app, f"/{other.public_id}/make-primary")
    assert (chosen.status_code, chosen.json()["is_primary"]) == (200, True)
    assert not own(app)[ALICE]["is_primary"]
    assert OutboundText.objects.get().number == ALICE
    waiting = post(app, f"{noted(app, '+12025550188')}/make-primary")
    assert (waiting.status_code, waiting.json()["code"]) == (400, "invalid")


def test_one_is_named_and_given_up_and_that_is_told(app: Client, alice: User) -> None:
    phone = alice.phone_numbers.get()
    place = f"{PHONES}/{phone.public_id}"
    named = app.patch(place, {"label": "home"}, content_type="application/json")
    assert (named.status_code, named.json()["label"]) == (200, "home")
    assert app.delete(place).status_code == 204
    assert app.get(place).status_code == 404
    assert app.get(PHONES).json()["results"] == []
    told = app.get(f"{PHONES}/events").json()["results"]
    assert [each["kind"] for each in told] == ["released", "renamed"]
    assert told[1] == {
        "phone": str(phone.public_id),
        "number": ALICE,
        "kind": "renamed",
        "words": "Renamed",
        "label": "home",
        "at": told[1]["at"],
    }


def test_what_happened_comes_in_pages_and_of_oneself_alone(
    app: Client, alice: User
) -> None:
    bob = person("bob@example.com", BOB)
    for whose in (bob, alice, alice, alice):
        phone = whose.phone_numbers.get()
        NumberEvent.objects.create(user=whose, phone=phone, kind="renamed")
    first = app.get(f"{PHONES}/events?limit=2").json()
    rest = app.get(first["next"].removeprefix("http://localhost:8000")).json()
    assert (len(first["results"]), len(rest["results"])) == (2, 1)
    assert {e["number"] for e in first["results"] + rest["results"]} == {ALICE}


def test_one_in_doubt_is_still_ones_own_until_somebody_texts_from_it(
    app: Client, alice: User
) -> None:
    place = f"/{alice.phone_numbers.get().public_id}/confirm"
    alice.phone_numbers.update(doubt="silent")
    NumberEvent.objects.create(
        user=alice, phone=alice.phone_numbers.get(), kind="doubted"
    )
    assert own(app)[ALICE]["doubt"] == "silent"
    assert post(app, place).json()["doubt"] == ""

    alice.phone_numbers.update(doubt="silent")
    lane = Lane.objects.get(user=alice)
    InboundText.objects.create(
        sid="SM1",
        lane=lane,
        number=ALICE,
        our_number="+12025550100",
        received_at=timezone.now(),
    )
    assert own(app)[ALICE]["is_to_be_proven"]
    refused = post(app, place)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_what_stands_in_its_way_is_told_in_sentences(app: Client) -> None:
    optouts.note(number=ALICE, our_number="+12025550100", source="carrier")
    assert own(app)[ALICE]["notes"] == [phone_lines.OPTED_OUT]


@pytest.mark.parametrize(
    ("verb", "path", "is_fresh"),
    [
        ("get", "", False),
        ("patch", "/{id}", False),
        ("post", "", True),
        ("get", "/words", True),
        ("post", "/words", True),
        ("delete", "/{id}", True),
        ("post", "/{id}/send-code", True),
        ("post", "/{id}/verify", True),
        ("post", "/{id}/make-primary", True),
        ("post", "/{id}/confirm", True),
    ],
)
def test_what_decides_who_may_text_wants_a_fresh_proof(
    verb: str, path: str, is_fresh: bool, app: Client, alice: User
) -> None:
    ago = timezone.now() - timedelta(minutes=6)
    LoginSession.objects.update(proved_at=ago, proved_twice_at=ago)
    place = path.format(id=alice.phone_numbers.get().public_id)
    answer = getattr(app, verb)(
        f"{PHONES}{place}",
        {} if verb == "get" else {"label": "x"},
        **({} if verb == "get" else {"content_type": "application/json"}),
    )
    found = (answer.status_code, answer.json().get("code") if is_fresh else None)
    assert found == ((401, "step_up") if is_fresh else (200, None))
    assert Phone.objects.owned_by(alice).count() == 1
    assert not LinkPhrase.objects.exists()


def test_nobody_finds_the_phone_of_another(app: Client) -> None:
    theirs = person("bob@example.com", BOB).phone_numbers.get()
    for verb, path in (
        ("get", ""),
        ("patch", ""),
        ("delete", ""),
        *(
            ("post", f"/{e}")
            for e in ("send-code", "verify", "make-primary", "confirm")
        ),
    ):
        sent = {} if verb == "get" else {"content_type": "application/json"}
        body = {"patch": {"label": "x"}, "post": {}}.get(verb, {})
        if path == "/verify":
            body = {"code": "123456"}
        answer = getattr(app, verb)(f"{PHONES}/{theirs.public_id}{path}", body, **sent)
        assert answer.status_code == 404, path
    theirs.refresh_from_db()
    assert theirs.is_verified and not theirs.label


def test_a_longer_list_asks_no_more(app: Client, alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            app.get(PHONES)
        return len(queries)

    app.get(PHONES)
    few = asked()
    PhoneNumberFactory.create_batch(5, user=alice, is_primary=False)
    assert asked() == few
