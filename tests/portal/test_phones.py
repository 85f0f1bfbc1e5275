"""Phones: linked by words, chosen, given up."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import confidential, lanes, linking, optouts
from apps.sms.models import (
    LinkPhrase,
    OutboundText,
    PhoneChange,
    PhoneNumber,
    RouterConfig,
)
from tests.factories import PASSWORD, PhoneNumberFactory
from tests.mfa.conftest import app_of
from tests.portal.conftest import BOB

PAGE = "/app/phones/"


def _page(client: Client, query: str = "") -> str:
    return client.get(f"{PAGE}{query}").content.decode()


def _words(page: str) -> str:
    found = re.search(r"LINK ([A-Z-]+)", page)
    assert found is not None
    return found[1]


def test_a_newcomer_sees_the_words_a_code_to_scan_and_a_link(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("dana@example.com"))
    page = _page(client)
    words = _words(page)
    assert "No phone yet" in page
    assert f"sms:+12025550100?&amp;body=LINK%20{words}" in page
    assert 'src="data:image/svg+xml' in page


def test_whoever_has_a_phone_sees_words_only_when_asking(as_alice: Client) -> None:
    assert "LINK " not in _page(as_alice)
    assert not LinkPhrase.objects.exists()
    assert _words(_page(as_alice, "?link=1"))


def test_new_words_end_the_old_ones(as_alice: Client, alice: User) -> None:
    old = _words(_page(as_alice, "?link=1"))
    assert as_alice.post("/app/phones/words/").status_code == 302
    assert _words(_page(as_alice, "?link=1")) != old
    answered = linking.redeem(words=old, number="+12025550177")
    assert answered.sentence == linking.WRONG


def test_the_live_part_changes_when_the_text_arrives(as_alice: Client) -> None:
    page = _page(as_alice, "?link=1")
    version = re.search(r"\?v=(\w+)", page)
    assert version is not None
    poll = f"{PAGE}?v={version[1]}&link=1"
    assert as_alice.get(poll).status_code == 204
    linking.redeem(words=_words(page), number="+12025550177")
    part = as_alice.get(poll).content.decode()
    assert "+1 202 555 0177" in part and "<html" not in part
    assert "LINK " not in part and "Link another phone" in part


def test_what_became_of_a_phone_is_on_activity(as_alice: Client, alice: User) -> None:
    linking.redeem(words=_words(_page(as_alice, "?link=1")), number="+12025550177")
    number = PhoneNumber.objects.get(e164="+12025550177")
    as_alice.post(f"{PAGE}{number.public_id}/primary/")
    as_alice.post(f"{PAGE}{number.public_id}/remove/")
    page = as_alice.get("/app/activity/").content.decode()
    for words in ("Linked a phone", "Chose the main phone", "Removed a phone"):
        assert page.count(words) == 1
    assert "sms.phonenumber" not in page


def test_a_number_is_noted_and_waits_for_its_text(as_alice: Client) -> None:
    form = {"number": "(202) 555-0177", "label": "work phone"}
    answer = as_alice.post("/app/phones/add/", form, follow=True)
    page = answer.content.decode()
    assert "+1 202 555 0177" in page and "Waiting for your text" in page
    assert "work phone" in page and "LINK " in page


@pytest.mark.parametrize("number", ["", "hello", "911", "+1 800 555 0199", "9" * 33])
def test_what_is_no_mobile_number_is_refused_beside_the_field(
    as_alice: Client, number: str
) -> None:
    answer = as_alice.post("/app/phones/add/", {"number": number})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in page and "errorlist" in page
    assert PhoneNumber.objects.count() == 1


def test_our_own_number_is_refused_with_a_sentence(as_alice: Client) -> None:
    answer = as_alice.post("/app/phones/add/", {"number": "+1 202 555 0100"})
    assert "That is the number you text to" in answer.content.decode()
    assert PhoneNumber.objects.count() == 1


def test_the_same_number_twice_is_refused_kindly(as_alice: Client) -> None:
    answer = as_alice.post("/app/phones/add/", {"number": "+12025550101"})
    assert "on your list already" in answer.content.decode()


def test_noting_the_number_of_another_reveals_nothing(
    as_alice: Client, bob: User
) -> None:
    theirs = as_alice.post("/app/phones/add/", {"number": BOB}, follow=True)
    free = as_alice.post("/app/phones/add/", {"number": "+12025550177"}, follow=True)
    assert theirs.status_code == free.status_code == 200
    for answer in (theirs, free):
        assert "Waiting for your text" in answer.content.decode()


def test_another_phone_becomes_the_primary_one(as_alice: Client, alice: User) -> None:
    second = _second(alice)
    as_alice.post(f"/app/phones/{second.public_id}/primary/")
    primary = PhoneNumber.objects.get(user=alice, is_primary=True)
    assert primary == second


def test_a_phone_not_yet_verified_cannot_be_primary(
    as_alice: Client, alice: User
) -> None:
    as_alice.post("/app/phones/add/", {"number": "+12025550177"})
    pending = PhoneNumber.objects.get(e164="+12025550177")
    answer = as_alice.post(f"/app/phones/{pending.public_id}/primary/", follow=True)
    assert "Verify this number first" in answer.content.decode()


def test_removing_asks_first_and_hands_primary_on(
    as_alice: Client, alice: User
) -> None:
    second = _second(alice)
    first = PhoneNumber.objects.get(user=alice, is_primary=True)
    address = f"/app/phones/{first.public_id}/remove/"
    assert "Keep it" in as_alice.get(address).content.decode()
    assert "+1 202 555 0101" in _page(as_alice)
    as_alice.post(address)
    assert PhoneNumber.objects.get(user=alice, is_primary=True) == second
    assert as_alice.get(address).status_code == 404


def _second(alice: User) -> PhoneNumber:
    return PhoneNumberFactory.create(
        user=alice, e164="+12025550188", is_primary=False, verified_at=timezone.now()
    )


# --- a fresh proof ---------------------------------------------------------------------


@pytest.fixture
def as_stale(as_alice: Client) -> Iterator[Client]:
    """Alice, signed in six minutes ago."""
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        yield as_alice


def _asked(answer: Any, place: str = "/accounts/reauthenticate/") -> bool:
    led: str = answer.headers.get("Location", "")
    return answer.status_code == 302 and led.startswith(
        f"{place}?next=%2Fapp%2Fphones%2F"
    )


def test_a_session_left_open_shows_no_words_that_link_a_phone(
    as_stale: Client,
) -> None:
    assert _asked(as_stale.get(f"{PAGE}?link=1"))
    for query in ("", "?v=1", "?v=1&link=1"):
        page = _page(as_stale, query)
        assert "+1 202 555 0101" in page
        assert "LINK " not in page and "Link another phone" in page
        assert 'data-poll="3"' in page and "&amp;link=1" not in page
    assert not LinkPhrase.objects.exists()


def test_a_session_left_open_changes_no_phone(as_stale: Client, alice: User) -> None:
    second = _second(alice)
    for place in (
        "words/",
        "add/",
        f"{second.public_id}/primary/",
        f"{second.public_id}/remove/",
    ):
        answer = as_stale.post(f"{PAGE}{place}", {"number": "+12025550177"})
        assert _asked(answer), place
    assert _asked(as_stale.get(f"{PAGE}{second.public_id}/remove/"))
    assert not LinkPhrase.objects.exists()
    assert set(PhoneNumber.objects.verified().values_list("e164", "is_primary")) == {
        ("+12025550101", True),
        ("+12025550188", False),
    }


def test_the_proof_leads_back_to_the_words(as_stale: Client) -> None:
    proof = as_stale.get(f"{PAGE}?link=1")["Location"]
    back = as_stale.post(proof, {"password": PASSWORD})
    assert back["Location"] == f"{PAGE}?link=1"
    assert _words(_page(as_stale, "?link=1"))


def test_what_was_posted_is_done_after_the_proof(as_stale: Client) -> None:
    asked = as_stale.post(f"{PAGE}add/", {"number": "+12025550177"})
    done = as_stale.post(asked["Location"], {"password": PASSWORD})
    assert done["Location"] == f"{PAGE}?link=1#link"
    assert PhoneNumber.objects.filter(e164="+12025550177").exists()


def test_what_was_posted_wrongly_is_told_after_the_proof(as_stale: Client) -> None:
    asked = as_stale.post(f"{PAGE}add/", {"number": "911"})
    told = as_stale.post(asked["Location"], {"password": PASSWORD})
    assert told.status_code == 200 and "errorlist" in told.content.decode()


def test_a_password_alone_shows_no_words_to_whoever_has_a_factor(
    as_alice: Client, alice: User
) -> None:
    app_of(alice)
    answer = as_alice.get(f"{PAGE}?link=1")
    assert _asked(answer, "/accounts/2fa/reauthenticate/")
    assert "LINK " not in _page(as_alice)


def test_words_that_are_on_the_page_go_when_the_proof_is_old(as_alice: Client) -> None:
    page = _page(as_alice, "?link=1")
    version = re.search(r"\?v=(\w+)", page)
    assert version is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        part = _page(as_alice, f"?v={version[1]}&link=1")
    assert "LINK " not in part and "Link another phone" in part


def test_a_newcomer_who_took_long_proves_it_once_for_the_words(db: None) -> None:
    client = Client()
    dana = User.objects.create_user("dana@example.com", PASSWORD)
    client.force_login(dana)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        page = _page(client)
        assert "Show the words" in page and "LINK " not in page
        proof = client.get(f"{PAGE}?link=1")["Location"]
        client.post(proof, {"password": PASSWORD})
        assert _words(_page(client))


# --- a code instead of words -----------------------------------------------------------


def _noted(client: Client, number: str = "+12025550177") -> PhoneNumber:
    client.post(f"{PAGE}add/", {"number": number})
    return PhoneNumber.objects.get(e164=number, status="pending")


def _texted() -> str:
    """The code, as the phone gets it."""
    sent = OutboundText.objects.filter(kind="code").latest("pk")
    return confidential.words(sent)[:6]


def test_a_noted_phone_is_linked_by_a_code(as_alice: Client) -> None:
    noted = _noted(as_alice)
    assert "Text me a code" in _page(as_alice)
    address = f"{PAGE}{noted.public_id}/code/"
    sent = as_alice.post(f"{address}send/")
    assert sent["Location"] == address
    assert "one-time-code" in as_alice.get(address).content.decode()
    code = _texted()
    refused = as_alice.post(address, {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert refused.status_code == 400
    assert "not the code we texted" in refused.content.decode()
    done = as_alice.post(address, {"code": f"{code[:3]} {code[3:]}"}, follow=True)
    page = done.content.decode()
    assert "+1 202 555 0177 is linked" in page
    assert "Linked by a code texted to it" in page
    assert as_alice.get(address)["Location"] == PAGE


def test_asking_again_too_soon_leads_to_the_code_that_is_on_its_way(
    as_alice: Client,
) -> None:
    address = f"{PAGE}{_noted(as_alice).public_id}/code/"
    as_alice.post(f"{address}send/")
    again = as_alice.post(f"{address}send/", follow=True)
    assert again.redirect_chain[-1][0] == address
    assert "A text takes a moment" in again.content.decode()
    assert OutboundText.objects.filter(kind="code").count() == 1


def test_a_code_to_a_phone_that_is_not_texted_is_refused_on_the_page(
    as_alice: Client,
) -> None:
    noted = _noted(as_alice)
    RouterConfig.objects.filter(config_key="countries.allowed").update(
        config_value=["CA"]
    )
    told = as_alice.post(f"{PAGE}{noted.public_id}/code/send/", follow=True)
    assert told.redirect_chain[-1][0] == PAGE
    assert "numbers of this country (US)" in told.content.decode()


def test_a_phone_is_named_and_renamed(as_alice: Client, alice: User) -> None:
    number = PhoneNumber.objects.get(user=alice)
    address = f"{PAGE}{number.public_id}/label/"
    as_alice.post(address, {"label": "mine"})
    assert 'value="mine"' in as_alice.get(address).content.decode()
    page = _page(as_alice)
    assert "Renamed “mine”" in page and "Rename<" in page
    assert as_alice.post(address, {"label": "x" * 41}).status_code == 200
    number.refresh_from_db()
    assert number.label == "mine"


def test_the_page_says_how_long_the_phone_before_hears_as_well(
    as_alice: Client, alice: User
) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    PhoneNumber.objects.update(verified_at=long_ago)
    second = _second(alice)
    assert "What matters to security" not in _page(as_alice)
    as_alice.post(f"{PAGE}{second.public_id}/primary/")
    page = _page(as_alice)
    assert "What matters to security is texted to" in page
    assert "can take itself back until then" in page
    # The words it was told are those of another password by then.
    PhoneChange.objects.update(password_mark="")
    page = _page(as_alice)
    assert "What matters to security is texted to" in page
    assert "can take itself back" not in page


# --- every state -----------------------------------------------------------------------


def test_the_page_says_of_each_phone_what_stands_in_its_way(
    as_alice: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    lane = lanes.lock_person(alice)
    for n, state in enumerate(("verified", "suspended", "pending", "verified")):
        PhoneNumberFactory.create(
            user=alice, e164=f"+1202555018{n}", is_primary=False, status=state
        )
    PhoneNumberFactory.create(user=alice, e164="+4520123456", is_primary=False)
    ours = {"our_number": "+12025550100"}
    for number in ("+12025550180", "+12025550182"):
        optouts.note(number=number, source="text", **ours)
        for _ in range(3):
            OutboundText.objects.create(
                lane=lane,
                number=number,
                kind="code",
                body="x",
                encoding="GSM-7",
                segments=1,
                state="failed",
                error_code="30005",
                **ours,
            )
    as_alice.get(PAGE)
    with django_assert_max_num_queries(15):
        page = _page(as_alice)
    for words in (
        "Opted out</span>",
        "It has said STOP and gets no texts",
        "Not reached</span>",
        "Text us anything from it, and we try again.",
        "Suspended</span>",
        "Its carrier says that it was given up",
        "Not texted</span>",
        "numbers of this country (DK)",
    ):
        # Of the one that is not proven to be hers nothing is told.
        assert page.count(words) == 1, words


def test_a_code_on_its_way_is_entered_and_not_asked_for_again(
    as_alice: Client,
) -> None:
    noted = _noted(as_alice)
    as_alice.post(f"{PAGE}{noted.public_id}/code/send/")
    page = _page(as_alice)
    assert "Enter the code" in page and "Text me a code" not in page
