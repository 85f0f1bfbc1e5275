"""Texts as they stand in their tables, in numbers that nobody texts in a test."""

import secrets
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.analytics import draining
from apps.analytics.models import HolderChange
from apps.analytics.sums import SOURCES
from apps.sms.models import Charge, Entry, Lane, OutboundText


def lane(user: User | None) -> Lane:
    key = f"u:{user.pk}" if user else "n:+12025550199"
    found, _ = Lane.objects.get_or_create(key=key, defaults={"user": user})
    return found


def went(user: User | None, at: datetime, **more: Any) -> OutboundText:
    """A text of ours."""
    text = {
        "kind": "reply" if user else "guidance",
        "number": "+12025550101",
        "country": "US",
        "our_number": "+12025550100",
        "body": "OK.",
        "encoding": "GSM-7",
        "segments": 1,
        "request_id": "r",
        **more,
    }
    return OutboundText.objects.create(
        lane=lane(user), user=user, created_at=at, **text
    )


def cost(
    user: User | None, what: str, at: datetime, micros: int, country: str = "US"
) -> Charge:
    """Something that costs, by an estimate."""
    charge = Charge.objects.create(
        cause=secrets.token_hex(8),
        what=what,
        pot="answers",
        user=user,
        country=country,
        segments=1,
        state="spent",
        micros=micros,
        at=at,
        spent_at=at if what == "in" else None,
        expires_at=at,
    )
    Entry.objects.create(charge=charge, kind="reserve", micros=micros)
    return charge


def changed(charge: Charge, micros: int) -> None:
    """The price that was told late."""
    Entry.objects.create(charge=charge, kind="correct", micros=micros - charge.micros)
    charge.micros = micros
    charge.save(update_fields=["micros"])


def drained() -> int:
    """All that waits is added up."""
    done = 0
    waiting = (HolderChange, *(source.model for source in SOURCES))
    while any(model.objects.exists() for model in waiting):
        done += draining.drain()
    return done
