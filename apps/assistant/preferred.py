"""How a person wants it, changed by text, and taken back unless it was changed since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction

from apps.accounts import profile
from apps.accounts.models import User
from apps.assistant import left, phrases
from apps.assistant.conversations import Scene

Before = dict[str, Any]
# What is named when it is taken back: a field of a profile, or the brief.
_UNDONE = {
    "name": "undone_name",
    "timezone": "undone_timezone",
    "locale": "undone_locale",
    "clock_hours": "undone_clock",
    "quiet_from": "undone_quiet",
    "quiet_until": "undone_quiet",
    "paused_until": "undone_paused",
    "brief": "undone_brief",
}


def change(scene: Scene, **new: Any) -> Before | None:
    """What `restore` takes; None where nothing has changed. Raises as profile.change."""
    before = _plain(scene.user, new)
    if not profile.change(user=scene.user, **new):
        return None
    return left.by(before, _plain(scene.user, new))


def restore(scene: Scene, before: Mapping[str, Any]) -> str:
    """Raises errors.Conflict where it was changed since."""
    names = [name for name in before if name in profile.FIELDS]
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=scene.user.pk)
        left.insist_same(before, _plain(row, names))
        was = {name: _read(name, before[name]) for name in names}
        profile.change(user=scene.user, **was)
    return undone(names[0])


def undone(name: str) -> str:
    """ "Undone: the clock as before."."""
    return phrases.say("undone_setting", what=phrases.say(_UNDONE[name]))


def _plain(user: User, names: Any) -> Before:
    """As JSON has it."""
    values = {name: getattr(user, name) for name in names}
    return {
        name: each.isoformat() if isinstance(each, datetime | time) else each
        for name, each in values.items()
    }


def _read(name: str, value: Any) -> Any:
    if not value:
        return None if name.endswith(("_from", "_until")) else value
    if name == "paused_until":
        return datetime.fromisoformat(value)
    return time.fromisoformat(value) if name.startswith("quiet_") else value
