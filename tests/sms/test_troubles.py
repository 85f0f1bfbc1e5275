"""What a carrier's error means: one decision a code, and words for people."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.core.redis import connection as redis
from apps.sms import composer, keywords, optouts, threads, troubles
from apps.sms.models import Lane, OptOut, OutboundText
from apps.sms.troubles import Number, Retry, Trouble, Who
from tests.sms.conftest import ALICE, post, text, work
from tests.sms.twilio_server import TwilioServer

State = OutboundText.State
TABLE = troubles.table()
CARRIERS = {code: each for code, each in TABLE.items() if code.isdigit()}


def test_the_table_holds_what_carriers_say() -> None:
    assert len(CARRIERS) >= 40
    assert all(re.fullmatch(r"\d{5}", code) for code in CARRIERS)


@pytest.mark.parametrize("code", TABLE)
def test_words_fit_the_sentences_they_are_used_in(code: str) -> None:
    trouble = TABLE[code]
    # "Not delivered: the phone was off" beside a bubble, at 360 px as well.
    assert trouble.words[0].islower() and trouble.words[-1].isalnum()
    assert len(trouble.words) <= 50
    assert re.fullmatch(r"[A-Z][^!]*\.", trouble.next_step)
    assert len(trouble.next_step) <= 70
    assert composer.plain(trouble.words) == trouble.words
    assert str(trouble).startswith(f"{code}: {trouble.words[0].upper()}")


@pytest.mark.parametrize("code", TABLE)
def test_a_step_of_the_operator_is_not_asked_of_a_person(code: str) -> None:
    trouble = TABLE[code]
    ours = trouble.for_person == "This is for us to put right."
    assert ours == (trouble.who == Who.OPERATOR)


@pytest.mark.parametrize("code", TABLE)
def test_only_who_opted_out_is_told_of_a_word_of_the_carrier(code: str) -> None:
    trouble = TABLE[code]
    told = keywords.advised(trouble.for_person)
    assert told == (["start"] if trouble.number == Number.OPTED_OUT else [])


@pytest.mark.parametrize("code", CARRIERS)
def test_what_cannot_be_reached_is_not_tried_again(code: str) -> None:
    trouble = CARRIERS[code]
    assert trouble.number == Number.NOTHING or trouble.retry == Retry.NEVER


@pytest.mark.parametrize(
    ("codes", "retry", "number"),
    [
        ("20429 20003 30002 21611", Retry.BACKOFF, {Number.NOTHING}),
        (
            "21211 21614 21612 21214 30005 30006",
            Retry.NEVER,
            {Number.UNREACHABLE, Number.LANDLINE},
        ),
        ("30001 30003 30008 30410 30022", Retry.LATER, {Number.NOTHING}),
        ("30007 30034 30032 21617", Retry.NEVER, {Number.NOTHING}),
        ("21408 30450 14107", Retry.NEVER, {Number.NOTHING}),
        ("21610", Retry.NEVER, {Number.OPTED_OUT}),
    ],
)
def test_the_classes_are_those_of_the_contract(
    codes: str, retry: Retry, number: set[Number]
) -> None:
    for code in codes.split():
        assert TABLE[code].retry == retry and TABLE[code].number in number, code


@pytest.mark.parametrize("code", ["", "29999", "no number", "<b>"])
def test_an_unknown_code_is_final_and_says_nothing_of_the_number(code: str) -> None:
    trouble = troubles.of(code)
    assert (trouble.retry, trouble.number) == (Retry.NEVER, Number.NOTHING)
    assert trouble.words == (f"carrier error {code}" if code else "no reason given")


def refuse(twilio: TwilioServer, code: str) -> OutboundText:
    twilio.behave(code)
    text("?")
    work()
    return OutboundText.objects.get()


def come_round() -> None:
    """Whatever waits for a second try falls due."""
    redis().delete("sms:breaker")
    past = timezone.now() - timedelta(seconds=1)
    OutboundText.objects.filter(state__in=OutboundText.OPEN).update(next_at=past)
    Lane.objects.exclude(due_at=None).update(due_at=past, lease_until=None)
    work()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", CARRIERS.values(), ids=CARRIERS)
def test_a_refusal_is_tried_again_where_the_table_says_so(
    alice: User, twilio: TwilioServer, trouble: Trouble
) -> None:
    refused = refuse(twilio, trouble.code)
    is_tried = trouble.retry == Retry.BACKOFF
    assert refused.state == (State.QUEUED if is_tried else State.FAILED)
    come_round()
    assert twilio.posts == 1 + is_tried
    has_opted_out = OptOut.objects.filter(number=ALICE, is_out=True).exists()
    assert has_opted_out == (trouble.number == Number.OPTED_OUT)


@pytest.mark.django_db(transaction=True)
def test_an_unknown_refusal_is_no_loop(alice: User, twilio: TwilioServer) -> None:
    refused = refuse(twilio, "29999")
    assert (refused.state, refused.error_code) == (State.FAILED, "29999")
    come_round()
    assert twilio.posts == 1
    (said,) = [m for m in threads.page(alice).messages if m.direction == "out"]
    assert said.state_label == "Not delivered: carrier error 29999"
    assert said.next_step == "This is for us to put right."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["21610", "30003", "29999"])
def test_news_of_an_error_opts_out_where_the_table_says_so(
    alice: User, twilio: TwilioServer, code: str
) -> None:
    text("?")
    work()
    sent = OutboundText.objects.get()
    fields = {"MessageSid": sent.provider_sid or "", "MessageStatus": "undelivered"}
    post(f"/webhooks/twilio/status/?m={sent.ref}", {**fields, "ErrorCode": code})
    is_out = optouts.is_out(number=ALICE, our_number=sent.our_number)
    assert is_out == (code == "21610")
    come_round()
    assert len(twilio.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_called_off_without_a_reason_needs_no_step(alice: User) -> None:
    text("?")
    work()
    OutboundText.objects.update(state=State.CANCELED, error_code="")
    (said,) = [m for m in threads.page(alice).messages if m.direction == "out"]
    assert said.next_step == ""
