"""What people say about themselves and how they want to read."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from apps.accounts import time_zones
from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.rbac import assignments, audit

# What its owner may change; everything else of an account changes by verbs of its own.
FIELDS = (
    "name",
    "timezone",
    "locale",
    "clock_hours",
    "first_weekday",
    "theme",
    "quiet_from",
    "quiet_until",
    "paused_until",
)


def change(*, user: User, by: Any = None, **new: Any) -> list[str]:
    """Keep these and record what has changed; the names of what did.

    `by` is an operator who does it for them. Raises Invalid for a zone or language that
    is not there, ValidationError for any other bad value, ValueError for what is not in
    `FIELDS`; of an operator Forbidden for somebody who may do more.
    """
    if by is not None:
        assignments.insist_within_reach(by, user)
    if unknown := set(new) - set(FIELDS):
        raise ValueError(f"no part of a profile: {sorted(unknown)}")
    if new.get("timezone", "UTC") not in time_zones.names():
        raise Invalid(gettext("There is no such time zone."), code="bad_timezone")
    if new.get("locale", "en") not in dict(settings.LANGUAGES):
        raise Invalid(gettext("There is no such language."), code="bad_locale")
    with transaction.atomic():
        row = User.objects.locked(user.pk)
        before = {name: getattr(row, name) for name in new}
        changed = [name for name in new if before[name] != new[name]]
        for name, value in new.items():
            setattr(row, name, value)
        if (row.quiet_from is None) != (row.quiet_until is None) or (
            row.quiet_from is not None and row.quiet_from == row.quiet_until
        ):
            raise Invalid(gettext("Quiet hours have a beginning and another end."))
        row.clean_fields(exclude={each.name for each in row._meta.fields} - set(new))
        if changed:
            row.save(update_fields=changed)
            audit.done(
                "accounts.user.change",
                actor=by or user,
                subject=user,
                obj=row,
                before={name: _plain(before[name]) for name in changed},
                after={name: _plain(new[name]) for name in changed},
            )
    for name in changed:
        setattr(user, name, new[name])
    return changed


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:%H:%M}" if isinstance(value, time) else value
