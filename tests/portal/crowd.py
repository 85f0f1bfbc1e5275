"""A person with ten thousand of everything, or as many as they may have; in words as
people use, or the longest there can be."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant.models import Event, Fact, List, ListItem, Note, Reminder
from apps.sms import lanes
from apps.sms.models import InboundText, OutboundText, Turn

MANY = 10_000
# What one of them may have open at once (assistant/reminders.py, lists.py, notes.py,
# memory.py); the others are done.
OPEN, LISTS, NOTES, FACTS = 500, 100, 5_000, 500
NUMBER, OURS = "+12025550101", "+12025550100"
EVERY = timedelta(minutes=50)


# Characters of one of them, at most (assistant/reminders.py, notes.py and so on).
LONGEST = {"reminder": 300, "note": 5_000, "event": 300, "subject": 80, "fact": 300}
LONGEST |= {"list": 60, "item": 200, "text": 1_600, "answer": 612}
MORE = "and the café & co, "


@transaction.atomic
def gather(user: User, *, is_wordy: bool = False) -> None:
    def said(words: str, kind: str) -> str:
        more = f" {MORE * (LONGEST[kind] // len(MORE) + 1)}" if is_wordy else ""
        return f"{words}{more}"[: LONGEST[kind]] if is_wordy else words

    _texts(user, said)
    Reminder.objects.bulk_create(
        Reminder(
            user=user,
            text=said(f"call number {n} about the boat to be painted", "reminder"),
            due_at=at + (timedelta(days=400) if n < OPEN else timedelta(0)),
            zone=user.timezone,
            state="active" if n < OPEN else "done",
            fired_at=None if n < OPEN else at,
        )
        for n, at in _moments()
    )
    Note.objects.bulk_create(
        Note(user=user, text=said(f"the gate {n} sticks\nwhen it rains", "note"))
        for n in range(NOTES)
    )
    Event.objects.bulk_create(
        Event(
            user=user,
            title=said(f"meeting {n} with everybody who has time", "event"),
            place=said("the big room", "event"),
            starts_at=at + timedelta(days=10),
            ends_at=at + timedelta(days=10, minutes=30),
            zone=user.timezone,
        )
        for n, at in _moments()
    )
    Fact.objects.bulk_create(
        Fact(
            user=user,
            subject=said(f"thing {n}", "subject"),
            text=said(f"is in box {n}", "fact"),
        )
        for n in range(FACTS)
    )
    lists = List.objects.bulk_create(
        List(user=user, name=said(f"List {n}", "list"), key=f"list {n}")
        for n in range(LISTS)
    )
    ListItem.objects.bulk_create(
        ListItem(
            list=lists[0],
            user=user,
            text=said(f"thing {n} to be bought", "item"),
            state="open" if n < OPEN else "done",
            done_at=None if n < OPEN else at,
        )
        for n, at in _moments()
    )


def _texts(user: User, said: Callable[[str, str], str]) -> None:
    """Half of them came, and half went."""
    lane = lanes.lock_person(user)
    moments = list(_moments(MANY // 2))
    turns = Turn.objects.bulk_create(
        Turn(
            lane=lane,
            user=user,
            number=NUMBER,
            our_number=OURS,
            started_at=at,
            finished_at=at,
        )
        for _, at in moments
    )
    InboundText.objects.bulk_create(
        InboundText(
            sid=f"SM{user.pk:08}{n:024}",
            lane=lane,
            user=user,
            turn=turn,
            number=NUMBER,
            our_number=OURS,
            body=said(f"remind me to call Ana {n} tomorrow at 9", "text"),
            received_at=at,
        )
        for turn, (n, at) in zip(turns, moments, strict=True)
    )
    OutboundText.objects.bulk_create(
        OutboundText(
            lane=lane,
            user=user,
            turn=turn,
            kind="reply",
            number=NUMBER,
            our_number=OURS,
            body=said(f"Reminder set: call Ana {n}, tomorrow 9:00 AM.", "answer"),
            encoding="GSM-7",
            segments=1,
            state="sent",
            delivery="delivered",
            created_at=at + timedelta(seconds=1),
        )
        for turn, (n, at) in zip(turns, moments, strict=True)
    )


def _moments(many: int = MANY) -> Iterator[tuple[int, datetime]]:
    """The oldest first; the last a moment ago."""
    now = timezone.now()
    return ((n, now - (many - n) * EVERY) for n in range(many))
