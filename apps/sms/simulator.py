"""The phone and the carrier of `/dev/phone/` and `manage.py text`.

A text goes through the real signed webhook over HTTP; news of our own texts comes back
the same way. What a carrier answers by itself (STOP, START, HELP) is played here too.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from apps.core.errors import Forbidden, OutsideFailure
from apps.core.http import post_form
from apps.core.tasks import send, task
from apps.sms import keywords, signing
from apps.sms.composer import count
from apps.sms.models import (
    InboundText,
    Keyword,
    OutboundText,
    SimulatedLine,
    SimulatedText,
)

# In a carrier's words: the real one's are its own.
CARRIER_ANSWERS = {
    Keyword.STOP: "You are opted out and will get no more texts. Reply START to resume.",
    Keyword.START: "You are opted in again. Reply STOP to opt out.",
    Keyword.HELP: "Reply STOP to opt out, START to opt in. Message rates may apply.",
}


# Seconds between tries to tell news; a site that starts again is up within them.
TELL_AGAIN_AFTER = (1, 3, 10)


@dataclass(frozen=True)
class Exchange:
    """One webhook call as the phone's owner sees it."""

    sid: str
    status: int
    milliseconds: int


@dataclass(frozen=True)
class Received:
    """A text on the simulated phone. `milliseconds`: since the text it answers."""

    id: int
    body: str
    status: str
    error_code: str
    segments: int
    at: datetime
    milliseconds: int | None


def is_on() -> bool:
    """Only where texts are simulated too: beside a real gateway it would let anybody
    who finds the page text as anybody."""
    return bool(settings.PHONE_SIMULATOR) and settings.SMS_GATEWAY == "simulator"


def text(
    *,
    number: str,
    body: str,
    sid: str = "",
    num_media: int = 0,
    good_signature: bool = True,
) -> Exchange:
    """Send a text from a simulated phone.

    Raises `Forbidden` beside a real gateway, `OutsideFailure` if nobody answers.
    """
    if settings.SMS_GATEWAY != "simulator":
        raise Forbidden("SMS_GATEWAY is not the simulator: text from a real phone.")
    sid = sid or f"SM{secrets.token_hex(16)}"
    fields = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": number,
        "To": settings.TWILIO_NUMBER,
        "Body": body,
        "NumMedia": str(num_media),
        "NumSegments": str(count(body).segments),
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **_media(sid, num_media),
    }
    started = time.monotonic()
    status = _post(reverse("twilio_sms"), fields, good_signature=good_signature)
    spent = round((time.monotonic() - started) * 1000)
    if status == 200:
        _answer_as_carrier(sid, number, body)
    return Exchange(sid, status, spent)


def inbox(number: str, after: int = 0) -> list[Received]:
    """What the phone got since the text with id `after`, oldest first."""
    texts = SimulatedText.objects.filter(number=number, id__gt=after).order_by("id")
    asked_at = dict(
        OutboundText.objects.filter(
            provider_sid__in=[text.sid for text in texts], turn__isnull=False
        ).values_list("provider_sid", "turn__started_at")
    )
    return [_received(text, asked_at.get(text.sid)) for text in texts]


def fail_next(number: str, code: str) -> None:
    """The carrier will report this error for the next text to the phone."""
    _line(number, carrier_error=code)


def pause_next(number: str, seconds: int) -> None:
    """The assistant will take this long for the phone's next text."""
    _line(number, pause_seconds=seconds)


def pause(number: str) -> None:
    """Take the time that was asked for, once."""
    line = SimulatedLine.objects.filter(number=number, pause_seconds__gt=0).first()
    if line is None:
        return
    seconds = line.pause_seconds
    SimulatedLine.objects.filter(pk=line.pk).update(pause_seconds=0)
    time.sleep(seconds)


@task("sms.simulate_delivery")
def deliver(pk: int, again: int = 0) -> None:
    """The carrier's news of one text: sent, then delivered or the error asked for.

    Told again, a few times, to a site that does not answer, as a carrier does.
    """
    try:
        _deliver(pk)
    except OutsideFailure:
        if again == len(TELL_AGAIN_AFTER):
            raise
        send("sms.simulate_delivery", pk, again + 1, countdown=TELL_AGAIN_AFTER[again])


def _deliver(pk: int) -> None:
    text = SimulatedText.objects.get(pk=pk)
    line = SimulatedLine.objects.filter(number=text.number).first()
    code = line.carrier_error if line else ""
    if line and code:
        SimulatedLine.objects.filter(pk=line.pk).update(carrier_error="")
    for status in ("sent", "undelivered" if code else "delivered"):
        text.status = status
        text.error_code = code if status == "undelivered" else ""
        text.save(update_fields=["status", "error_code"])
        _report(text)


def _report(text: SimulatedText) -> None:
    path = text.callback_url.removeprefix(settings.PUBLIC_URL)
    fields = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": text.our_number,
        "To": text.number,
        "MessageStatus": text.status,
        "SmsStatus": text.status,
        "ApiVersion": "2010-04-01",
    }
    if text.error_code:
        fields["ErrorCode"] = text.error_code
    _post(path, fields)


def _post(path: str, fields: dict[str, str], *, good_signature: bool = True) -> int:
    token = signing.tokens()[0] if good_signature else "not the token"
    proof = signing.signature(settings.PUBLIC_URL + path, fields.items(), token)
    status, _ = post_form(
        settings.LOOPBACK_URL + path, fields, headers={"X-Twilio-Signature": proof}
    )
    return status


def _media(sid: str, num_media: int) -> dict[str, str]:
    account = (
        f"https://api.twilio.com/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}"
    )
    fields = {}
    for i in range(num_media):
        fields[f"MediaUrl{i}"] = f"{account}/Messages/{sid}/Media/ME{i:032x}"
        fields[f"MediaContentType{i}"] = "image/png"
    return fields


def _answer_as_carrier(sid: str, number: str, body: str) -> None:
    word = keywords.classify(body)
    # "Yes" is START on a phone that had opted out, and the database knows which had.
    if InboundText.objects.filter(sid=sid, keyword=Keyword.START).exists():
        word = Keyword.START
    if word in CARRIER_ANSWERS:
        SimulatedText.objects.create(
            sid=f"SM{secrets.token_hex(16)}",
            number=number,
            our_number=settings.TWILIO_NUMBER,
            body=CARRIER_ANSWERS[Keyword(word)],
            callback_url="",
            status="delivered",
        )


def _received(text: SimulatedText, asked_at: datetime | None) -> Received:
    took = (
        (text.created_at - asked_at) / timedelta(milliseconds=1) if asked_at else None
    )
    return Received(
        id=text.pk,
        body=text.body,
        status=text.status,
        error_code=text.error_code,
        segments=count(text.body).segments,
        at=text.created_at,
        milliseconds=None if took is None else round(took),
    )


def _line(number: str, **asked: object) -> None:
    SimulatedLine.objects.update_or_create(number=number, defaults=asked)
