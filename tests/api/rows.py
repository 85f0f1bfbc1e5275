"""What an address of the API names: for each, how a person comes to have one.

The examples, the two tenants and whoever makes up requests all read this one table. An
address with a parameter that has no row here fails all of them.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.accounts import exports, personal_tokens, sessions
from apps.accounts.models import KnownBrowser, User
from apps.assistant import events, lists, memory, notes, offers, reminders, syncing
from apps.assistant.events import Times
from apps.assistant.models import (
    Approval,
    Event,
    Offer,
    StandingApproval,
    Sync,
    SyncLink,
    ToolCall,
)
from apps.core.example import whole
from apps.integrations import calendars
from apps.sms import lanes, threads, web
from apps.sms.models import InboundText, MediaFile, PhoneNumber
from tests.api import operated, texts
from tests.api.operated import Make, Names, word
from tests.assistant.factories import TurnFactory
from tests.assistant.sharing import offered, proven
from tests.factories import PhoneNumberFactory, UserFactory
from tests.integrations.accounts import connected
from tests.webhooks.sent import endpoint, waiting

ZONE = "America/New_York"


def approval(user: User) -> Names:
    now = timezone.now()
    call = ToolCall.objects.create(
        turn=TurnFactory.create(user=user),
        user=user,
        key="1:0",
        tool="mail.send",
        arguments={},
        risk="send",
        created_at=now,
        receipt="Send a mail to ana@example.com: the table is booked?",
    )
    row = Approval.objects.create(
        call=call,
        user=user,
        code="7K",
        sentence="send a mail to ana@example.com: the table is booked",
        about="ana@example.com",
        asked_at=now,
        expires_at=now + timedelta(minutes=15),
    )
    return {"public_id": str(row.public_id)}


def standing_approval(user: User) -> Names:
    row = StandingApproval.objects.create(
        user=user, tool="mail.send", about="ana@example.com"
    )
    return {"public_id": str(row.public_id)}


def connection(user: User) -> Names:
    row = connected(user, "google", ["calendar.read", "mail.send"])
    return {"public_id": str(row.public_id)}


def conversation(user: User) -> Names:
    return {"conversation": phone(user)["public_id"]}


def in_step(user: User) -> Names:
    return {"public_id": str(_calendar_in_step(user).public_id)}


def lost(user: User) -> Names:
    """What was changed on both sides."""
    sync = _calendar_in_step(user)
    event_id = event(user)["public_id"]
    row = SyncLink.objects.create(
        user=user,
        sync=sync,
        event=Event.objects.get(public_id=event_id),
        status=SyncLink.Status.CONFLICT,
        lost={
            "side": "own",
            "at": timezone.now().isoformat(),
            "content": None,
        },
    )
    return {"public_id": str(row.public_id)}


def blocked(user: User) -> Names:
    row = offered_to(user, "Spam")
    offers.block(user=user, row=row)
    return {"person_id": str(row.owner.public_id)}


def file(user: User) -> Names:
    lane = lanes.lock_person(user)
    text = InboundText.objects.create(
        sid=f"SM{secrets.token_hex(16)}",
        lane=lane,
        user=user,
        number="+12025550101",
        our_number=settings.TWILIO_NUMBER,
        body="",
        num_media=1,
    )
    row = MediaFile.objects.create(
        user=user,
        text=text,
        position=0,
        state=MediaFile.State.KEPT,
        content_type="image/png",
        content=b"a picture",
        size=9,
    )
    return {"public_id": str(row.public_id)}


def event(user: User) -> Names:
    starts_at = timezone.now() + timedelta(days=1)
    times = Times(starts_at, starts_at + timedelta(hours=1), ZONE)
    row = events.create(user=user, title="Dentist", times=times, place="12 Elm Street")
    return {"public_id": str(row.public_id)}


def a_list(user: User) -> Names:
    return {"public_id": item(user)["public_id"]}


def item(user: User) -> Names:
    row = lists.make(user=user, name="Shopping")
    (milk,) = lists.add(by=user, row=row, texts=["milk"])
    return {"public_id": str(row.public_id), "item": str(milk.public_id)}


def browser(user: User) -> Names:
    row = KnownBrowser.objects.create(
        user=user, digest="0" * 64, name="Firefox on Windows"
    )
    return {"public_id": str(row.public_id)}


def export(user: User) -> Names:
    return {"public_id": str(exports.ask(user=user).public_id)}


def sign_in(user: User) -> Names:
    row = sessions.begin(
        user=user, client="browser", proved=["password", "totp"], twice=True
    )
    return {"sid": str(row.pk)}


def fact(user: User) -> Names:
    row, _ = memory.remember(user=user, text="my shoe size is 42")
    return {"public_id": str(row.public_id)}


def message(user: User) -> Names:
    """One that was said, and has its answer."""
    said = web.say(user, "remind me to call Ana tomorrow at 9 am")
    texts.answer_all()
    return {"message": threads.id_of("in", said.pk)}


def change(user: User) -> Names:
    """What can be taken back."""
    message(user)
    call = ToolCall.objects.owned_by(user).latest("pk")
    return {"handle": str(call.handle)}


def note(user: User) -> Names:
    row = notes.add(user=user, text="The gate code is 4711.")
    return {"public_id": str(row.public_id)}


def notification(user: User) -> Names:
    return {"notification": f"approval-{approval(user)['public_id']}"}


def phone(user: User) -> Names:
    return {"public_id": str(texts.phone_of(user).public_id)}


def another_phone(user: User) -> Names:
    row = PhoneNumberFactory.create(user=user, is_primary=False)
    return {"public_id": str(row.public_id)}


def noted_phone(user: User) -> Names:
    row = PhoneNumberFactory.create(
        user=user,
        is_primary=False,
        status=PhoneNumber.Status.PENDING,
        verified_at=None,
    )
    return {"public_id": str(row.public_id)}


def reminder(user: User) -> Names:
    due_at = timezone.now() + timedelta(days=1)
    row = reminders.create(user=user, text="call Ana", due_at=due_at)
    return {"public_id": str(row.public_id)}


def offer_of_ones_own(user: User) -> Names:
    row = lists.make(user=user, name="Trip")
    made = offers.make(by=user, thing=row, to="dora@example.com", level="view")
    return {"public_id": str(made.public_id)}


def offer(user: User) -> Names:
    """To this person."""
    return {"public_id": str(offered_to(user, "Party").public_id)}


def share(user: User) -> Names:
    """Something of theirs that another has."""
    friend = UserFactory.create(email="ben@example.com", name="Ben Brook")
    row = lists.make(user=user, name="Garden")
    proven(friend)
    made = offered(row, friend, "edit")
    offers.accept(user=friend, row=made)
    return {"public_id": str(row.public_id), "holder": str(friend.public_id)}


def token(user: User) -> Names:
    row, _ = personal_tokens.make(user=user, name="backup", scopes=["notes:read"])
    return {"public_id": str(row.public_id)}


def webhook(user: User) -> Names:
    return {"public_id": delivery(user)["public_id"]}


def delivery(user: User) -> Names:
    """Of one that waits to be sent."""
    row = endpoint(user, "https://home.example.com/hooks")
    (told,) = waiting(row)
    return {"public_id": str(row.public_id), "delivery": str(told.public_id)}


def offered_to(user: User, name: str) -> Offer:
    friend = UserFactory.create(email="ben@example.com", name="Ben Brook")
    return offered(lists.make(user=friend, name=name), user)


def _calendar_in_step(user: User) -> Sync:
    connected(user, "google")
    (calendar,) = calendars.of(user)
    return syncing.start(user=user, calendar=calendar)


# The longest one that an address begins with counts.
_ROWS: dict[str, Make] = {
    "approvals/{public_id}": approval,
    "approvals/standing/{public_id}": standing_approval,
    "connections/{public_id}": connection,
    "conversations/{conversation}": conversation,
    "events/{public_id}": event,
    "in-step/{public_id}": in_step,
    "in-step/lost/{public_id}": lost,
    "lists/{public_id}": a_list,
    "lists/{public_id}/items/{item}": item,
    "me/devices/{public_id}": browser,
    "me/export/{public_id}": export,
    "me/sessions/{sid}": sign_in,
    "memory/{public_id}": fact,
    "messages/{message}": message,
    "messages/files/{public_id}": file,
    "messages/undo/{handle}": change,
    "notes/{public_id}": note,
    "notifications/{notification}": notification,
    "phones/{public_id}": phone,
    "phones/{public_id}/make-primary": another_phone,
    "phones/{public_id}/send-code": noted_phone,
    "phones/{public_id}/verify": noted_phone,
    "reminders/{public_id}": reminder,
    "shares/blocked/{person_id}": blocked,
    "shares/{public_id}": offer_of_ones_own,
    "shares/{public_id}/accept": offer,
    "shares/{public_id}/block": offer,
    "shares/{public_id}/decline": offer,
    "shares/{public_id}/people/{holder}": share,
    "tokens/{public_id}": token,
    "webhooks/{public_id}": webhook,
    "webhooks/{public_id}/deliveries/{delivery}": delivery,
}
# What is nobody's: everybody finds the same there.
_COMMON: dict[str, Make] = {
    "features/{key}": word("key", "reminders"),
    "usage/charts/{key}": word("key", "texts"),
    "/api/auth/{client}": word("client", "app"),
}
ROWS = {whole(place): make for place, make in _ROWS.items()}
COMMON = {whole(place): make for place, make in _COMMON.items()}
OPERATED = {whole(place): make for place, make in operated.EVERY.items()}


def of(path: str) -> Make | None:
    """How somebody comes to have what is named there; None where nothing is."""
    every = ROWS | COMMON | OPERATED
    place = _longest(every, path)
    return every[place] if place else None


def names(path: str, user: User) -> Names:
    """Of something new of theirs."""
    make = of(path)
    assert make, f"no row for {path}"
    return make(user)


def is_personal(path: str) -> bool:
    return bool(_longest(ROWS, path))


def is_for_operators(path: str) -> bool:
    return path.startswith(whole("admin/")) or is_operated(path)


def is_operated(path: str) -> bool:
    return bool(_longest(OPERATED, path))


def _longest(places: Iterable[str], path: str) -> str:
    known = (each for each in places if f"{path}/".startswith(f"{each}/"))
    return max(known, key=len, default="")
