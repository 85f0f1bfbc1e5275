"""What reaches others waits for a yes, is asked for once and done once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from apps.assistant import answering, approvals, features, performing, tasks
from apps.assistant.models import Approval, FeatureSetting, StandingApproval, ToolCall
from apps.core import shelves
from apps.core.errors import Conflict, NotFound
from apps.integrations.models import Connection
from apps.jobs.models import Job
from apps.sms import composer
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory, TurnFactory
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

State, Via = ToolCall.State, Approval.Via
SEND = "/gmail/v1/users/me/messages/send"
ASKED = "email ana@example.com: the table is booked"


@pytest.fixture
def connected(alice: Phone, providers: Simulator) -> Phone:
    connect(alice.user, providers, "google", ["mail.read", "mail.send"])
    return alice


def code_in(reply: str) -> str:
    found = re.search(r"OK (\w\w)", reply)
    assert found, reply
    return found[1]


def sent(providers: Simulator) -> list[dict[str, Any]]:
    return providers.requests(SEND)


def test_nothing_is_sent_before_a_yes_and_once_after_it(
    connected: Phone, providers: Simulator
) -> None:
    reply = connected.text(ASKED)
    assert reply.startswith("Send a mail to ana@example.com: the table is booked?")
    assert (composer.count(reply).encoding, len(sent(providers))) == ("GSM-7", 0)
    code = code_in(reply)
    assert (
        connected.text("approvals").splitlines()[1].startswith(f"{code}) Send a mail")
    )
    said = connected.text(f"ok {code.lower()}")
    assert said == "Sent to ana@example.com: the table is booked."
    assert len(sent(providers)) == 1
    again = connected.text(f"OK {code}")
    assert again.startswith("That was decided already. Sent to ana@example.com")
    assert len(sent(providers)) == 1
    assert connected.text("approvals") == "Nothing waits for your yes."


def test_a_bare_yes_is_enough_for_the_one_thing_just_asked(
    connected: Phone, providers: Simulator
) -> None:
    connected.text(ASKED)
    assert connected.text("Yes please").startswith("Sent to ana@example.com")
    assert len(sent(providers)) == 1


def test_a_bare_yes_to_two_things_or_to_a_newer_question_sends_nothing(
    connected: Phone, providers: Simulator
) -> None:
    connected.text(ASKED)
    connected.text("remind me to call Bob")
    connected.text("yes")
    connected.text("never mind")
    connected.text("email bob@example.com: me too")
    connected.text("yes")
    assert not sent(providers)
    assert Approval.objects.undecided().count() == 2


def test_a_bare_yes_long_after_is_about_something_else(
    connected: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    connected.text(ASKED)
    clock.shift(timedelta(minutes=31))
    connected.text("yes")
    assert not sent(providers)


def test_a_no_is_the_end_of_it(connected: Phone, providers: Simulator) -> None:
    code = code_in(connected.text(ASKED))
    assert connected.text(f"no {code}").startswith("Not done, as you said no")
    assert connected.text(f"ok {code}").startswith("Not done, as you said no")
    assert not sent(providers)
    assert ToolCall.objects.get(tool="mail.send").state == State.DENIED


def test_always_asks_no_more_about_that_person_alone(
    connected: Phone, providers: Simulator
) -> None:
    connected.text(f"always {code_in(connected.text(ASKED))}")
    assert connected.text("email ana@example.com: and a chair").startswith("Sent to")
    assert "Reply OK" in connected.text("email bob@example.com: and a chair")
    assert len(sent(providers)) == 2
    row = StandingApproval.objects.get()
    approvals.withdraw(user=connected.user, public_id=str(row.public_id))
    assert "Reply OK" in connected.text("email ana@example.com: and a lamp")


def test_too_late_a_yes_does_nothing_and_says_so(
    connected: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    code = code_in(connected.text(ASKED))
    clock.shift(timedelta(hours=12, seconds=1))
    assert "no yes came in time" in connected.text(f"ok {code}")
    assert not sent(providers)
    connected.text("email ana@example.com: a second time")
    clock.shift(timedelta(hours=13))
    assert tasks.close_approvals() == 1
    states = ToolCall.objects.filter(tool="mail.send").values_list("state", flat=True)
    assert {*states} == {State.EXPIRED}


def test_anothers_code_is_nothing(
    connected: Phone, bob: Phone, providers: Simulator
) -> None:
    code = code_in(connected.text(ASKED))
    assert bob.text(f"ok {code}").startswith("Nothing waits under that")
    row = Approval.objects.get()
    with pytest.raises(NotFound):
        approvals.get(user=bob.user, public_id=str(row.public_id))
    with pytest.raises(Approval.DoesNotExist):
        approvals.decide(user=bob.user, row=row, is_yes=True, via=Via.API)
    assert not sent(providers)


def test_a_yes_on_the_website_is_done_by_a_job_and_closes_it_by_text(
    connected: Phone, providers: Simulator
) -> None:
    code = code_in(connected.text(ASKED))
    row = Approval.objects.get()
    performing.decide(user=connected.user, row=row, is_yes=True, via=Via.PORTAL)
    assert connected.text(f"ok {code}").startswith("You said yes already")
    job = Job.objects.get(kind="assistant.perform")
    for _ in range(2):  # a job may be run again
        said = performing.perform.function(*job.arguments)
        assert said == "Sent to ana@example.com: the table is booked."
    assert len(sent(providers)) == 1
    with pytest.raises(Conflict):
        performing.decide(user=connected.user, row=row, is_yes=False, via=Via.API)


def test_a_worker_that_died_before_it_sent_is_followed_by_one_that_sends(
    connected: Phone, providers: Simulator
) -> None:
    """Decided, and then killed: the turn is run again."""
    code = code_in(connected.text(ASKED))
    turn = TurnFactory.create(user=connected.user)
    text = InboundTextFactory.create(turn=turn, body=f"ok {code}")
    mine = ToolCall.objects.create(
        turn=turn,
        user=connected.user,
        key=f"{text.pk}:0",
        tool="approvals.decide",
        arguments={"code": code, "answer": "yes"},
        risk="read",
        state=State.RUNNING,
        created_at=timezone.now(),
    )
    row = Approval.objects.get()
    approvals.decide(user=connected.user, row=row, is_yes=True, via=Via.TEXT, by=mine)
    assert answering.answer(turn, [text]).body.startswith("Sent to ana@example.com")
    assert answering.answer(turn, [text]).body.startswith("Sent to ana@example.com")
    assert len(sent(providers)) == 1


def test_a_worker_that_died_while_it_sent_does_not_send_again(
    connected: Phone, providers: Simulator
) -> None:
    """A mail has no handle: it may have gone, and that is what is said."""
    code = code_in(connected.text(ASKED))
    ToolCall.objects.filter(tool="mail.send").update(state=State.RUNNING)
    call = ToolCall.objects.get(tool="mail.send")
    Approval.objects.update(decision="yes", decided_at=timezone.now())
    assert performing.perform.function(call.pk).startswith("I was cut off")
    call.refresh_from_db()
    assert (call.state, len(sent(providers))) == (State.UNKNOWN, 0)
    assert connected.text(f"ok {code}").startswith("That was decided already. I was")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_decide_once_and_send_once(
    connected: Phone, providers: Simulator
) -> None:
    connected.text(ASKED)
    row = Approval.objects.get()

    def yes(number: int) -> bool:
        try:
            via = Via.API if number % 2 else Via.PORTAL
            performing.decide(user=connected.user, row=row, is_yes=True, via=via)
            return True
        except Conflict:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(yes, range(8))) == 1
    assert Job.objects.filter(kind="assistant.perform").count() == 1

    def do(_: int) -> str:
        try:
            return str(performing.perform.function(row.call_id))
        finally:
            connection.close()

    assert do(0).startswith("Sent to")
    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(do, range(4))} == {
            "Sent to ana@example.com: the table is booked."
        }
    assert len(sent(providers)) == 1


def test_without_a_connection_it_says_where_to_connect(alice: Phone) -> None:
    said = alice.text(ASKED)
    assert said.startswith("No mailbox is connected")
    assert "/app/connections/" in said
    assert ToolCall.objects.get().state == State.REFUSED
    assert not Approval.objects.exists()


def test_a_connection_that_went_meanwhile_is_not_used(
    connected: Phone, providers: Simulator
) -> None:
    code = code_in(connected.text(ASKED))
    Connection.objects.update(status=Connection.Status.PAUSED)
    assert connected.text(f"ok {code}").startswith("No mailbox is connected")
    assert not sent(providers)


def test_what_is_switched_off_is_not_done(connected: Phone) -> None:
    features.switch(user=connected.user, key="mail", is_on=False)
    assert connected.text(ASKED).startswith("Mail is switched off for you")
    features.switch(user=connected.user, key="mail", is_on=True)
    assert "Reply OK" in connected.text(ASKED)
    assert FeatureSetting.objects.count() == 1
    with pytest.raises(NotFound):
        features.switch(user=connected.user, key="nothing", is_on=True)


def test_panic_turns_down_whatever_waits(
    connected: Phone, providers: Simulator
) -> None:
    connected.text(f"always {code_in(connected.text(ASKED))}")
    connected.text("email bob@example.com: hello")
    for stop in shelves.across_apps("on_panic", "ON_PANIC"):
        stop(connected.user)
    assert not Approval.objects.undecided().exists()
    assert not StandingApproval.objects.exists()

    assert len(sent(providers)) == 1


def test_codes_are_two_signs_that_name_one_thing(
    connected: Phone, phone_of: Callable[..., Phone]
) -> None:
    codes = [
        code_in(connected.text(f"email ana{number}@example.com: hello"))
        for number in range(approvals.MOST_OPEN)
    ]
    assert len({*codes}) == approvals.MOST_OPEN
    assert all(re.fullmatch("[2-9][A-HJKMNPRTWXY]", code) for code in codes)
    said = connected.text("email one-more@example.com: hello")
    assert said.startswith("Too much waits for your yes already")


def test_no_more_than_fifty_to_others_a_day(
    connected: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    turn = TurnFactory.create(user=connected.user)
    ToolCall.objects.bulk_create(
        ToolCall(
            turn=turn,
            user=connected.user,
            key=f"x:{number}",
            tool="mail.send",
            risk="outward",
            state=State.DONE,
            created_at=timezone.now(),
        )
        for number in range(50)
    )
    assert connected.text(ASKED).startswith("That was a lot to others")
    clock.shift(timedelta(days=1, minutes=1))
    assert "Reply OK" in connected.text(ASKED)
