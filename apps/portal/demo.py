"""Demo people and a little of what they have texted, written as history.

Nothing made here is left open: no lane is due, every text is delivered. The reminders
that are still to come are real and will be sent.
"""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import Reminder, Risk, ToolCall
from apps.assistant.times import spoken
from apps.core.errors import Invalid
from apps.core.request_ids import new_request_id
from apps.mfa.models import FactorState, TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import Role, RoleAssignment
from apps.sms import areas, composer, lanes, numbers
from apps.sms.models import (
    Charge,
    InboundText,
    Lane,
    OutboundText,
    PhoneNumber,
    Pot,
    SimulatedText,
    Turn,
)
from apps.sms.money import ledger, prices

ZONE = "America/New_York"
# How long the demo assistant took; near what it really takes.
ANSWERED_AFTER = timedelta(milliseconds=740)
TAKEN_AFTER, ARRIVED_AFTER = timedelta(milliseconds=180), timedelta(seconds=2)


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    number: str = ""
    role: str = ""
    has_app: bool = False


PEOPLE = (
    Person("alice@example.com", "Alice Archer", "+12025550101"),
    Person("bob@example.com", "Bob Brandt", "+12025550102"),
    Person("charlie@example.com", "Charlie Chen", "+12025550103", role="premium"),
    Person("ada@example.com", "Ada Adler", role="administrator", has_app=True),
)


@dataclass(frozen=True)
class Asked:
    """A reminder that was asked for: how long ago, in which words, and for when."""

    days_ago: int
    clock: time
    said: str
    text: str
    due_in_days: int
    due_clock: time


ASKED = (
    Asked(
        5,
        time(18, 4),
        "remind me to book the dentist tomorrow at 9",
        "book the dentist",
        -4,
        time(9),
    ),
    Asked(
        3,
        time(12, 31),
        "remind me to water the plants in two days at 10",
        "water the plants",
        -1,
        time(10),
    ),
    Asked(
        1,
        time(20, 15),
        "remind me to call Ana in two days at 9",
        "call Ana",
        1,
        time(9),
    ),
    Asked(
        1,
        time(20, 16),
        "remind me to send the report in four days at 4pm",
        "send the report",
        3,
        time(16),
    ),
)


def password() -> str:
    return os.environ.get("DEMO_PASSWORD") or "correct-horse-battery-staple"


def people() -> None:
    """The people, as they should be; whoever is there already is put right."""
    for person in PEOPLE:
        user = _account(person)
        if person.number:
            _phone(user, person.number)
        if person.has_app and settings.DEMO_TOTP_SECRET:
            _app(user)


def code(email: str) -> str:
    """What the authenticator app of a demo person shows now, empty without one."""
    device = TOTPDevice.objects.filter(user__email_canonical=email).first()
    return device.code() if device else ""


def history() -> None:
    """Alice's last days, once."""
    alice = User.objects.get(email_canonical=PEOPLE[0].email)
    if Turn.objects.filter(user=alice).exists():
        return
    today = timezone.now().astimezone(ZoneInfo(ZONE))
    with transaction.atomic():
        lane = lanes.lock_person(alice)
        for asked in ASKED:
            _exchange(lane, alice, asked, today)


@transaction.atomic
def _account(person: Person) -> User:
    user, is_new = User.objects.get_or_create(
        email_canonical=person.email,
        defaults={"email": person.email, "name": person.name, "timezone": ZONE},
    )
    if is_new or not user.check_password(password()):
        user.set_password(password())
    user.is_active, user.closed_at = True, None
    user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=person.email, defaults={"verified": True, "primary": True}
    )
    if person.role:
        _role(user, person.role)
    return user


def _role(user: User, slug: str) -> None:
    if not RoleAssignment.objects.live().filter(user=user, role__slug=slug).exists():
        role = Role.objects.get(slug=slug)
        assignments.grant(by=None, user=user, role=role, reason="demo")


@transaction.atomic
def _phone(user: User, number: str) -> None:
    # Somebody may have linked it to an account of their own since: it is theirs.
    if not PhoneNumber.objects.held().filter(e164=number).exists():
        numbers.verify(user=user, e164=number)


@transaction.atomic
def _app(user: User) -> None:
    """An app with the known secret; codes that were used stay used."""
    try:
        secret = base64.b32decode(settings.DEMO_TOTP_SECRET, casefold=True)
    except binascii.Error:
        raise Invalid("DEMO_TOTP_SECRET is not base32, like an app takes it.") from None
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        TOTPDevice.make(user, secret=secret)
        FactorState.objects.get_or_create(user=user)
    elif device.key != base64.b32encode(secret).decode().rstrip("="):
        device.seal(secret)
        device.save()


def _exchange(lane: Lane, user: User, asked: Asked, today: datetime) -> None:
    """One text, what was done about it, and the reply."""
    at = _moment(today, -asked.days_ago, asked.clock)
    due_at = _moment(today, asked.due_in_days, asked.due_clock)
    turn = _turn(lane, user, at)
    spoken_time = spoken.full(due_at, ZONE, now=at)
    receipt = phrases.say("created", text=asked.text, time=spoken_time)
    call = _call(turn, asked, receipt)
    is_past = due_at <= today
    Reminder.objects.create(
        user=user,
        text=asked.text,
        due_at=due_at,
        zone=ZONE,
        state=Reminder.State.DONE if is_past else Reminder.State.ACTIVE,
        fired_at=due_at if is_past else None,
        made_by=call,
    )
    came = InboundText.objects.create(
        sid=_sid(),
        lane=lane,
        user=user,
        turn=turn,
        number=turn.number,
        our_number=turn.our_number,
        body=asked.said,
        request_id=turn.request_id,
        received_at=at,
    )
    inward, _ = prices.both(number=came.number, our_number=came.our_number)
    ledger.enter_past(
        at=at,
        micros=inward.of(1).micros,
        cause=f"in:{came.pk}",
        what=Charge.What.IN,
        pot=Pot.ANSWERS,
        user=user,
        turn=turn,
        inbound=came,
        country=inward.country,
        segments=1,
    )
    hint = phrases.say("created_hint")
    _text(turn.lane, user, f"{receipt} {hint}", at + ANSWERED_AFTER, turn)
    if is_past:
        _text(turn.lane, user, phrases.say("due", text=asked.text), due_at)


def _turn(lane: Lane, user: User, at: datetime) -> Turn:
    return Turn.objects.create(
        lane=lane,
        user=user,
        number=PEOPLE[0].number,
        our_number=settings.TWILIO_NUMBER,
        request_id=new_request_id(),
        started_at=at,
        finished_at=at + ANSWERED_AFTER,
    )


def _call(turn: Turn, asked: Asked, receipt: str) -> ToolCall:
    assert turn.user is not None  # a stranger has no tools
    return ToolCall.objects.create(
        turn=turn,
        user=turn.user,
        key="0",
        tool="reminders.create",
        arguments={"text": asked.text},
        risk=Risk.WRITE,
        state=ToolCall.State.DONE,
        receipt=receipt,
        created_at=turn.started_at,
    )


def _text(
    lane: Lane, user: User, body: str, at: datetime, turn: Turn | None = None
) -> None:
    """A delivered text of ours, and its copy on the simulated phone."""
    body, sid = composer.literal(body), _sid()
    size = composer.count(body)
    sent = OutboundText.objects.create(
        lane=lane,
        user=user,
        turn=turn,
        kind=OutboundText.Kind.REPLY if turn else OutboundText.Kind.REMINDER,
        number=PEOPLE[0].number,
        country=areas.country(PEOPLE[0].number),
        our_number=settings.TWILIO_NUMBER,
        body=body,
        encoding=size.encoding,
        segments=size.segments,
        request_id=turn.request_id if turn else new_request_id(),
        created_at=at,
        next_at=at,
        attempts=1,
        attempted_at=at,
        provider_sid=sid,
    )
    # One after the other, as it happens: how long each took is counted.
    now = OutboundText.objects.filter(pk=sent.pk)
    taken_at = at + TAKEN_AFTER
    now.update(state=OutboundText.State.SENT, sent_at=taken_at)
    now.update(
        delivery=OutboundText.Delivery.DELIVERED, delivered_at=taken_at + ARRIVED_AFTER
    )
    _, outward = prices.both(number=sent.number, our_number=sent.our_number)
    ledger.enter_past(
        at=at,
        micros=outward.of(sent.segments).micros,
        cause=f"turn:{turn.pk}" if turn else f"out:{sent.ref}",
        what=Charge.What.OUT,
        pot=Pot.ANSWERS if turn else Pot.PROACTIVE,
        user=user,
        turn=turn,
        text=sent,
        country=outward.country,
        segments=sent.segments,
    )
    copy = SimulatedText.objects.create(
        sid=sid,
        number=sent.number,
        our_number=sent.our_number,
        body=body,
        status="delivered",
    )
    SimulatedText.objects.filter(pk=copy.pk).update(created_at=at)


def _moment(today: datetime, days: int, clock: time) -> datetime:
    return datetime.combine(
        today.date() + timedelta(days=days), clock, tzinfo=ZoneInfo(ZONE)
    )


def _sid() -> str:
    return f"SM{secrets.token_hex(16)}"
