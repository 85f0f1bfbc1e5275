"""A phone that may be somebody else's by now is told nothing until its owner says so."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import reminders
from apps.sms import deactivations, linking, number_history, numbers, trust
from apps.sms.gateway import NotDone
from apps.sms.models import (
    DeactivationList,
    InboundText,
    NumberEvent,
    PhoneNumber,
    RouterConfig,
)
from tests.factories import UserFactory
from tests.rbac.factories import verified
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, STRANGER, text, work
from tests.sms.test_dialing import fail
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "Is this still your phone?"


@pytest.fixture
def alice(transactional_db: None) -> User:
    """She linked a phone long ago."""
    user: User = verified("alice@example.com")
    numbers.verify(user=user, e164=ALICE)
    return user


def row(e164: str = ALICE) -> PhoneNumber:
    return PhoneNumber.objects.filter(e164=e164).latest("pk")


def age(days: int) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    PhoneNumber.objects.update(verified_at=long_ago, proved_at=long_ago)
    InboundText.objects.update(received_at=long_ago)


def doubted(user: User) -> None:
    age(181)
    trust.doubt_silent()
    assert trust.is_in_doubt(user, ALICE)


# --- how it comes to be in doubt -------------------------------------------------------


def test_a_phone_that_was_silent_for_half_a_year_is_in_doubt(alice: User) -> None:
    age(179)
    trust.doubt_silent()
    assert not trust.is_in_doubt(alice, ALICE)
    doubted(alice)
    trust.doubt_silent()
    (letter,) = [
        each for each in mail.outbox if "phone of yours still yours" in each.subject
    ]
    assert "/app/phones/" in str(letter.body)
    kinds = [event.kind for event in number_history.of(alice)]
    assert kinds.count(NumberEvent.Kind.DOUBTED) == 1


def test_a_phone_that_texts_or_was_proven_is_not(
    alice: User, twilio: TwilioServer
) -> None:
    numbers.verify(user=alice, e164=STRANGER)
    age(181)
    text("reminders")
    work()
    PhoneNumber.objects.filter(e164=STRANGER).update(proved_at=timezone.now())
    trust.doubt_silent()
    assert not PhoneNumber.objects.exclude(doubt="").exists()


def test_operators_say_how_long_is_long(alice: User) -> None:
    RouterConfig.objects.filter(config_key="numbers.silent_after").update(
        config_value=30
    )
    age(31)
    trust.doubt_silent()
    assert trust.is_in_doubt(alice, ALICE)


def test_a_phone_that_texts_do_not_reach_is_in_doubt(
    alice: User, twilio: TwilioServer
) -> None:
    fail(alice, "30005", 2)
    assert not row().doubt
    fail(alice, "30005", 1)
    assert row().doubt == PhoneNumber.Doubt.ERRORS


def test_operators_see_each_state_of_a_phone(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    doubted(alice)
    PhoneNumber.objects.update(line_type="mobile")
    text("STOP")
    client = signed_in(ada)
    page = client.get("/admin/sms/phonenumber/?doubt__exact=silent").content.decode()
    assert "No text from it for a long time" in page and "mobile" in page
    page = client.get(f"/admin/sms/phonenumber/{row().pk}/change/").content.decode()
    assert "It has said STOP." in page


# --- what it is told meanwhile ---------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["reminders", "why", "what did you do", "done 1", "delete call Ana"]
)
def test_it_is_told_nothing_of_before(
    alice: User, twilio: TwilioServer, asked: str
) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    doubted(alice)
    text(asked)
    work()
    said = twilio.bodies(ALICE)[-1]
    assert said.startswith(ASKED) and "Ana" not in said and "/app/phones/" in said


def test_it_is_answered_otherwise(alice: User, twilio: TwilioServer) -> None:
    doubted(alice)
    for asked in ("?", "remind me to call Ana tomorrow at 9"):
        text(asked)
        work()
        assert ASKED not in twilio.bodies(ALICE)[-1]


def test_a_reminder_comes_to_it_without_its_words(
    alice: User, twilio: TwilioServer
) -> None:
    now = timezone.now()
    reminders.create(user=alice, text="call Ana", due_at=now + timedelta(minutes=1))
    doubted(alice)
    reminders.fire_due(now + timedelta(minutes=2))
    work()
    (said,) = twilio.bodies(ALICE)
    assert said.startswith("You have a reminder.") and "Ana" not in said


# --- how the doubt ends ----------------------------------------------------------------


def test_its_owner_says_so_on_the_website(alice: User, twilio: TwilioServer) -> None:
    doubted(alice)
    client = Client()
    client.force_login(alice)
    page = client.get("/app/phones/").content.decode()
    assert ASKED[:-1] in page and "Yes, it is" in page
    client.post(f"/app/phones/{row().public_id}/confirm/")
    assert ASKED[:-1] not in client.get("/app/phones/").content.decode()
    text("reminders")
    work()
    assert ASKED not in twilio.bodies(ALICE)[-1]
    assert number_history.of(alice)[0].kind == NumberEvent.Kind.CONFIRMED
    trust.doubt_silent()
    assert not trust.is_in_doubt(alice, ALICE)


def test_a_session_left_open_does_not_say_so(alice: User) -> None:
    doubted(alice)
    client = Client()
    client.force_login(alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.post(f"/app/phones/{row().public_id}/confirm/")
    assert "reauthenticate" in answer["Location"]
    assert trust.is_in_doubt(alice, ALICE)


def test_words_from_the_phone_say_so_too(alice: User, twilio: TwilioServer) -> None:
    doubted(alice)
    text(linking.phrase_for(alice).text)
    work()
    assert not trust.is_in_doubt(alice, ALICE)


def test_a_phone_in_doubt_goes_to_who_proves_it(
    alice: User, twilio: TwilioServer
) -> None:
    doubted(alice)
    text("hello")
    work()
    dora = UserFactory.create(email="dora@example.com")
    text(linking.phrase_for(dora).text)
    work()
    assert numbers.owner_id(ALICE) == dora.pk


def test_saying_so_is_no_proof_against_who_has_the_phone(
    alice: User, twilio: TwilioServer
) -> None:
    doubted(alice)
    trust.confirm(user=alice, public_id=str(row().public_id))
    dora = UserFactory.create(email="dora@example.com")
    text(linking.phrase_for(dora).text)
    work()
    assert numbers.owner_id(ALICE) == dora.pk


def test_once_texts_have_come_from_it_saying_so_is_not_enough(
    alice: User, twilio: TwilioServer
) -> None:
    """Whoever texts there may have got the number from the carrier."""
    doubted(alice)
    text("hello")
    work()
    client = Client()
    client.force_login(alice)
    page = client.get("/app/phones/").content.decode()
    assert "Yes, it is" not in page
    assert "Show the words" in page and "Text me a code" in page
    answer = client.post(f"/app/phones/{row().public_id}/confirm/", follow=True)
    assert "Show that you have it" in answer.content.decode()
    assert trust.is_in_doubt(alice, ALICE)
    text("reminders")
    work()
    assert twilio.bodies(ALICE)[-1].startswith(ASKED)


def test_a_code_texted_to_it_shows_who_has_it(
    alice: User, twilio: TwilioServer
) -> None:
    doubted(alice)
    text("hello")
    work()
    client = Client()
    client.force_login(alice)
    page = f"/app/phones/{row().public_id}/code/"
    client.post(f"{page}send/")
    work()
    found = re.search(r"\b\d{6}\b", twilio.bodies(ALICE)[-1])
    assert found and client.get(page).status_code == 200
    client.post(page, {"code": found[0]})
    assert not trust.is_in_doubt(alice, ALICE)
    assert number_history.of(alice)[0].kind == NumberEvent.Kind.BY_CODE
    answer = client.post(f"{page}send/", follow=True)
    assert "linked already" in answer.content.decode()


def test_the_words_do_too(alice: User, twilio: TwilioServer) -> None:
    doubted(alice)
    text("hello")
    work()
    text(linking.phrase_for(alice).text)
    work()
    assert not trust.is_in_doubt(alice, ALICE)
    assert number_history.of(alice)[0].kind == NumberEvent.Kind.BY_WORDS


def test_texts_before_the_doubt_are_no_sign_and_each_doubt_is_its_own(
    alice: User, twilio: TwilioServer
) -> None:
    text("hello")
    work()
    doubted(alice)
    trust.confirm(user=alice, public_id=str(row().public_id))
    text("hello")
    work()
    with time_machine.travel(timezone.now() + timedelta(days=182)):
        trust.doubt_silent()
        assert trust.is_in_doubt(alice, ALICE)
        assert not trust.to_be_proven([row()])


# --- given up at its carrier -----------------------------------------------------------

TODAY = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


def _lists(twilio: TwilioServer, *numbers_of_the_19th: str) -> None:
    for day in range(13, 20):
        twilio.deactivated[f"2026-11-{day}"] = ["12025550111", "+12025550112"]
    twilio.deactivated["2026-11-19"] += numbers_of_the_19th


def test_numbers_that_carriers_took_back_are_suspended(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    age(40)
    PhoneNumber.objects.update(proved_at=TODAY - timedelta(days=40))
    PhoneNumber.objects.filter(user=bob).update(proved_at=TODAY - timedelta(hours=6))
    bobs = PhoneNumber.objects.get(user=bob).e164
    _lists(twilio, ALICE.removeprefix("+"), bobs)
    with time_machine.travel(TODAY, tick=False):
        deactivations.read_missing()
        posts = twilio.posts
        deactivations.read_missing()
    assert twilio.posts == posts
    assert row().is_suspended and not row().is_primary
    # He has proven it since: it is a new holder's.
    assert row(bobs).is_verified
    read = DeactivationList.objects.get(day=date(2026, 11, 19))
    assert (read.numbers, read.suspended) == (4, 1)
    assert DeactivationList.objects.count() == 7


def test_a_number_that_its_owner_only_vouched_for_is_suspended(
    alice: User, twilio: TwilioServer
) -> None:
    _lists(twilio, ALICE)
    with time_machine.travel(TODAY, tick=False):
        doubted(alice)
        trust.confirm(user=alice, public_id=str(row().public_id))
        deactivations.read_missing()
    assert row().is_suspended


def test_a_list_that_is_not_there_yet_is_read_the_next_day(
    alice: User, twilio: TwilioServer
) -> None:
    age(40)
    PhoneNumber.objects.update(proved_at=TODAY - timedelta(days=40))
    _lists(twilio, ALICE)
    late = twilio.deactivated.pop("2026-11-19")
    with time_machine.travel(TODAY, tick=False):
        deactivations.read_missing()
    assert row().is_verified and DeactivationList.objects.count() == 6
    with time_machine.travel(TODAY + timedelta(days=1), tick=False):
        with pytest.raises(NotDone):
            deactivations.read_missing()
        twilio.deactivated |= {"2026-11-19": late, "2026-11-20": []}
        deactivations.read_missing()
    assert row().is_suspended


def test_a_list_that_is_missing_keeps_none_of_the_later_ones(
    alice: User, twilio: TwilioServer
) -> None:
    age(40)
    PhoneNumber.objects.update(proved_at=TODAY - timedelta(days=40))
    _lists(twilio, ALICE)
    del twilio.deactivated["2026-11-13"]
    with time_machine.travel(TODAY, tick=False):
        with pytest.raises(NotDone):
            deactivations.read_missing()
    assert row().is_suspended and DeactivationList.objects.count() == 6


@pytest.mark.parametrize("trouble", [500, "drop", "garbage"])
def test_a_list_that_cannot_be_read_suspends_nobody(
    alice: User, twilio: TwilioServer, trouble: int | str
) -> None:
    _lists(twilio, ALICE)
    twilio.behave(*[trouble] * 7)
    with time_machine.travel(TODAY, tick=False):
        with pytest.raises(NotDone):
            deactivations.read_missing()
    assert row().is_verified and not DeactivationList.objects.exists()
